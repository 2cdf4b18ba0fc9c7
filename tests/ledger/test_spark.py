"""The same questions to DuckDB and to Spark, on the same facts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from nuudel.ledger import (
    Ledger,
    LedgerConnection,
    connect_spark,
    events,
    margins_in,
    margins_out,
    origin_destination,
    presence,
    synthetic_movements,
)
from nuudel.ledger.codes import DURATIONS

from .facts import PLACES, movements, uuid7

# Spark's and Python's clean-up of sockets to the Java process comes when it comes.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
LONG = ["12_months_and_more"]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """20 000 synthetic movements, a register with corrections, a stock; no events."""
    made = Ledger.open(tmp_path_factory.mktemp("ledger"), places=PLACES)
    made.append(synthetic_movements(20_000, PLACES, seed=3, first_year=2015))
    rows = [
        {"persons": 10, "recorded_at": datetime(2020, 6, 1)},
        {"persons": 12, "recorded_at": datetime(2020, 6, 3), "supersedes": uuid7(0), "weight": 1.5},
        {"persons": 5, "origin": None, "quality": "estimated"},
    ]
    assert made.append(movements(*({"id": uuid7(n), **row} for n, row in enumerate(rows)))).rejected == 0
    stock = movements({"series": "stock", "kind": "census", "persons": 99})
    made.append(stock.rename({"origin": "place"}).drop("destination", "duration"), "presence")
    return made


@pytest.fixture(scope="module")
def spark(
    ledger: Ledger, require_tool: Callable[[str], Path], require_module: Callable[[str], None]
) -> Iterator[LedgerConnection]:
    require_tool("java")
    require_module("pyspark")
    connection = connect_spark(ledger)
    yield connection
    connection.backend._session.stop()


QUESTIONS: dict[str, Callable[[LedgerConnection], Any]] = {
    "flows by year and sex": lambda c: origin_destination(c, "synthetic", durations=LONG, by=("year", "sex")),
    "flows by month and kind": lambda c: origin_destination(
        c, "synthetic", durations=DURATIONS.names, by=("month", "kind"), kinds=["trip", "crossing"]
    ),
    "arrivals": lambda c: margins_in(c, "register", durations=LONG),
    "departures": lambda c: margins_out(c, "register", durations=LONG, by=("year", "reason")),
    "as known before the correction": lambda c: origin_destination(
        c, "register", durations=LONG, as_known_on=date(2020, 6, 2)
    ),
    "as known after it": lambda c: origin_destination(
        c, "register", durations=LONG, as_known_on=date(2020, 6, 3)
    ),
    "stock": lambda c: presence(c, "stock", by=("start", "age_from", "citizenship")),
    "facts that stand": lambda c: c.facts("movement").aggregate(facts=lambda t: t.count()),
    "no events": lambda c: c.facts("event").aggregate(facts=lambda t: t.count()),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_spark_and_duckdb_give_the_same(ledger: Ledger, spark: LedgerConnection, question: str) -> None:
    ours, theirs = (QUESTIONS[question](c).to_pyarrow() for c in (ledger.connect(), spark))
    assert ours.column_names == theirs.column_names
    assert ours.num_rows
    assert sorted(map(repr, ours.to_pylist())) == sorted(map(repr, theirs.to_pylist()))


def test_a_series_that_is_not_there_is_refused_alike(spark: LedgerConnection) -> None:
    from nuudel.base.errors import LedgerError

    with pytest.raises(LedgerError, match="LEDGER-401"):
        events(spark, "permits")
