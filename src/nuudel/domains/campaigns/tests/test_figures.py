"""What may be published: off the ledger, by aimag, small groups hidden, made-up figures marked."""

from datetime import date
from pathlib import Path

import pytest

from nuudel.domains.campaigns import figures, series
from nuudel.domains.campaigns.figures import PublicCount
from nuudel.ledger import Ledger, LedgerConnection
from nuudel.ledger.ids import new_id


def event(one: series.Series, kind: str, place: str, persons: int, **given: object) -> dict[str, object]:
    return {
        "id": str(new_id()),
        "series": one.key,
        "source": one.source,
        "institution": "office",
        "kind": kind,
        "place": place,
        "start": date(2025, 5, 4),
        "persons": persons,
        "quality": "observed",
    } | given


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerConnection:
    import polars as pl

    folder = Ledger.open(tmp_path / "ledger", create=True)
    folder.register(*series.ALL)
    rows = [
        event(series.OFFICIALS, "officials_trained", "MN8101", 3, sex="female"),
        event(series.OFFICIALS, "officials_trained", "MN8104", 2, sex="male"),
        event(series.OFFICIALS, "officials_trained", "MN11", 4, sex="male"),
        event(series.OFFICIALS, "officials_trained", "MN11", 9, sex="male", quality="synthetic"),
        event(series.OFFICIALS, "officials_taken_back", "MN81", 0, sex="male"),
        event(series.TRAININGS, "training_held", "MN8101", 5, sex="all"),
        event(series.TRAININGS, "training_held", "MN81", 50, sex="all"),
        event(series.TRAININGS, "training_taken_back", "MN81", 0, sex="all"),
    ]
    assert folder.append(pl.DataFrame(rows), "event").rejected == 0
    return folder.connect()


def test_counts_by_year_aimag_and_kind(ledger: LedgerConnection) -> None:
    rows = figures.public_counts(ledger, lambda code: code[:4], minimum=5)
    assert rows == [
        PublicCount(2025, "MN11", "officials_trained", None, "observed"),
        PublicCount(2025, "MN11", "officials_trained", 9, "synthetic"),
        PublicCount(2025, "MN81", "officials_trained", 5, "observed"),
        PublicCount(2025, "MN81", "training_held", 2, "observed"),
    ]


def test_the_minimum_group_hides_what_is_below_it(ledger: LedgerConnection) -> None:
    hidden = [
        row for row in figures.public_counts(ledger, lambda code: code[:4], minimum=6) if row.count is None
    ]
    assert [(row.place, row.quality) for row in hidden] == [("MN11", "observed"), ("MN81", "observed")]


@pytest.mark.parametrize(
    ("path", "aimag"),
    [(["MN"], "MN"), (["MN", "MN81"], "MN81"), (["MN", "MN81", "MN8101"], "MN81")],
)
def test_the_aimag_of_a_place(path: list[str], aimag: str) -> None:
    from nuudel.web.access.units import unit_of

    assert unit_of(path) == aimag
