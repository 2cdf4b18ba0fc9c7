"""Counts of the registers on a public page: in words, small groups hidden, made-up figures marked."""

import html
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from nuudel.domains import DOMAINS
from nuudel.domains.campaigns import figures, series
from nuudel.ledger import Ledger
from nuudel.ledger.ids import new_id
from nuudel.web.pages.activities import publishing

if TYPE_CHECKING:
    from django.test import Client


def event(one: series.Series, kind: str, place: str, persons: int, **given: object) -> dict[str, object]:
    fact = {"id": str(new_id()), "series": one.key, "source": one.source, "institution": "office"}
    return (
        fact
        | {"kind": kind, "place": place, "start": date(2025, 5, 4), "persons": persons, "quality": "observed"}
        | given
    )


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot with a training of 3 in Zavkhan, two in the capital, and one that is made up."""
    folder = Ledger.open(tmp_path / "ledger", create=True)
    folder.register(*series.ALL)
    rows = [
        event(series.OFFICIALS, "officials_trained", "MN81", 3, sex="female"),
        event(series.OFFICIALS, "officials_trained", "MN11", 40, sex="female"),
        event(series.TRAININGS, "training_held", "MN11", 40, sex="all"),
        event(series.TRAININGS, "training_held", "MN11", 40, sex="all", quality="synthetic"),
    ]
    assert folder.append(pl.DataFrame(rows), "event").rejected == 0
    monkeypatch.setattr(figures, "latest_snapshot", lambda: tmp_path / "ledger")


def rows_of(client: "Client", lang: str) -> list[str]:
    page = client.get(f"/{lang}/activities/")
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers
    found = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", page.content.decode())
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in found]


@pytest.mark.usefixtures("counted")
def test_everybody_sees_the_counts(client: "Client") -> None:
    assert sorted(rows_of(client, "en")) == [
        "Officials trained 2025 Ulaanbaatar 40",
        "Officials trained 2025 Zavkhan too few to be shown",
        "Trainings 2025 Ulaanbaatar 1",
        "Trainings example 2025 Ulaanbaatar 1",
    ]
    assert any("Завхан цөөн тул харуулахгүй" in row for row in rows_of(client, "mn"))


def test_before_the_first_snapshot_there_is_nothing(
    client: "Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "latest_snapshot", lambda: None)
    assert rows_of(client, "en") == []
    assert "There is nothing yet." in client.get("/en/activities/").content.decode()


def test_the_domains_are_those_of_the_list() -> None:
    assert set(publishing()) <= set(DOMAINS)
    assert "campaigns" in publishing()
