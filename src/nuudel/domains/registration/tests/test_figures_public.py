"""What everybody may see: complete years of the whole country, and no small count."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nuudel.domains.registration.figures import public, series
from nuudel.ledger import Ledger
from nuudel.ledger.ids import new_id
from nuudel.ledger.series import Series
from nuudel.web.access.models import Place
from nuudel.web.operations.database import Addresses


def fact(one: Series, persons: int, **given: object) -> dict[str, object]:
    common = {"id": str(new_id()), "series": one.key, "source": one.source, "institution": "office"}
    return common | {"persons": persons, "quality": "observed", "start": date(2024, 5, 4)} | given


def move(persons: int, origin: str | None, destination: str | None) -> dict[str, object]:
    ends = {"origin": origin, "destination": destination}
    return fact(series.MOVES, persons, kind="residence", duration="unknown") | ends


@pytest.mark.usefixtures("database")
def test_complete_years_of_the_country_and_no_small_count(tmp_path: Path) -> None:
    assert Place.objects.filter(level="country").count() == 1
    folder = Ledger.open(tmp_path / "ledger", create=True)
    folder.register(*series.ALL)
    births = [
        fact(series.BIRTHS, 5, kind="birth", place="MN18101"),
        fact(series.BIRTHS, 4, kind="birth", place="MN51107"),
        fact(series.BIRTHS, 90, kind="birth", place="MN18101", start=date(2025, 1, 1)),
        fact(series.DEATHS, 4, kind="death", place="MN18101"),
    ]
    moves = [move(7, "MN18101", "MN51107"), move(6, "CN", "MN18101"), move(3, "MN18101", None)]
    assert folder.append(pl.DataFrame(births), "event").rejected == 0
    assert folder.append(pl.DataFrame(moves, infer_schema_length=None), "movement").rejected == 0
    counts = public.public_counts(Ledger.open(tmp_path / "ledger").connect(), "MN", running=2025)
    assert {(row.year, row.place, row.kind): row.count for row in counts} == {
        (2024, "MN", "birth"): 9,
        (2024, "MN", "death"): None,
        (2024, "MN", "move"): 7,
        (2024, "MN", "arrival"): 6,
        (2024, "MN", "departure"): None,
    }


def test_before_the_first_snapshot_there_is_nothing(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "latest_snapshot", lambda: None)
    assert public.public_overview() == []
