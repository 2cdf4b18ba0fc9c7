"""Corrections and what was known when."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from nuudel.ledger import Ledger, origin_destination

from .facts import PLACES, movements, uuid7


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path, places=PLACES)


def recorded(
    number: int, day: int, persons: int, supersedes: int | None = None, **more: Any
) -> dict[str, Any]:
    """Fact ``number``, recorded at noon of a day in June 2020."""
    return {
        "id": uuid7(number),
        "recorded_at": datetime(2020, 6, day, 12),
        "persons": persons,
        "supersedes": None if supersedes is None else uuid7(supersedes),
        **more,
    }


def known(ledger: Ledger, day: int | None = None) -> list[int]:
    facts = ledger.facts("movement", None if day is None else date(2020, 6, day))
    return sorted(facts.to_pyarrow().column("persons").to_pylist())


def test_a_chain_of_corrections_is_known_as_of_each_day(ledger: Ledger) -> None:
    ledger.append(
        movements(
            recorded(1, 1, 10),
            recorded(2, 3, 12, supersedes=1),
            recorded(3, 5, 11, supersedes=2),
            recorded(4, 4, 100),
        )
    )
    assert [known(ledger, day) for day in (1, 2, 3, 4, 5, 6)] == [
        [10],
        [10],
        [12],
        [12, 100],
        [11, 100],
        [11, 100],
    ]
    assert known(ledger) == [11, 100]
    assert known(ledger, 30) == [11, 100]
    assert ledger.facts("movement", date(2020, 5, 31)).count().to_pyarrow().as_py() == 0


def test_a_reversal_counts_nobody(ledger: Ledger) -> None:
    ledger.append(movements(recorded(1, 1, 1), recorded(2, 1, 1), recorded(3, 2, 0, supersedes=1)))
    table = origin_destination(ledger.connect(), "register", durations=["12_months_and_more"])
    assert table.to_pyarrow().to_pylist() == [
        {"origin": "MN81", "destination": "MN11", "year": 2020, "quality": "observed", "persons": 1.0}
    ]
    before = origin_destination(
        ledger.connect(), "register", durations=["12_months_and_more"], as_known_on=date(2020, 6, 1)
    )
    assert before.to_pyarrow().column("persons").to_pylist() == [2.0]


def test_a_correction_may_move_the_fact_to_another_year(ledger: Ledger) -> None:
    ledger.append(movements(recorded(1, 1, 5)))
    ledger.append(movements(recorded(2, 2, 5, supersedes=1, start=date(2019, 12, 30))))
    facts = ledger.facts("movement").to_pyarrow()
    assert facts.column("year").to_pylist() == [2019]


def test_the_superseded_fact_must_be_there_before(ledger: Ledger) -> None:
    result = ledger.append(
        movements(
            recorded(2, 2, 5, supersedes=1),  # its fact comes later in the file
            recorded(1, 1, 5),
            recorded(3, 2, 5, supersedes=3),  # itself
            recorded(4, 2, 5, supersedes=1),
            recorded(5, 3, 5, supersedes=2),  # its fact was rejected
            recorded(6, 3, -5, supersedes=4),
            recorded(7, 3, 5, supersedes=6),  # so was this one's
        )
    )
    assert result.rejects.select("line", "code").rows() == [
        (1, "LEDGER-113"),
        (3, "LEDGER-113"),
        (5, "LEDGER-113"),
        (6, "LEDGER-105"),
        (7, "LEDGER-113"),
    ]
    assert known(ledger) == [5]


def test_a_fact_is_superseded_once(ledger: Ledger) -> None:
    ledger.append(movements(recorded(1, 1, 5), recorded(2, 2, 6, supersedes=1)))
    result = ledger.append(
        movements(
            recorded(2, 2, 6, supersedes=1),  # there already
            recorded(3, 3, 7, supersedes=1),
            recorded(4, 3, 7, supersedes=2),
            recorded(5, 3, 8, supersedes=2),
        )
    )
    assert result.rejects.select("line", "code").rows() == [(2, "LEDGER-116"), (4, "LEDGER-116")]
    assert (result.accepted, result.already_there) == (1, 1)
    assert known(ledger) == [7]


def test_a_fact_is_corrected_by_one_of_its_kind(ledger: Ledger) -> None:
    ledger.append(movements(recorded(1, 1, 5)))
    stock = movements(recorded(2, 2, 5, supersedes=1, kind="census", series="stock"))
    result = ledger.append(stock.rename({"origin": "place"}).drop("destination", "duration"), "presence")
    assert result.rejects["code"].to_list() == ["LEDGER-113"]
