"""Questions: one series, the duration class named, passages apart, margins never added to each other."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import (
    Ledger,
    LedgerConnection,
    events,
    margins_in,
    margins_out,
    origin_destination,
    presence,
)
from nuudel.ledger.codes import DURATIONS

from .facts import PLACES, movements, uuid7

LONG = ["12_months_and_more"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> LedgerConnection:
    """A register, a survey with weights, and margins; a stock and events."""
    ledger = Ledger.open(tmp_path_factory.mktemp("ledger"), places=PLACES)
    register = [
        {"persons": 4},
        {"persons": 3, "sex": "male"},
        {"persons": 2, "start": date(2019, 7, 1)},
        {"persons": 5, "duration": "3_to_12_months", "kind": "seasonal"},
        {"persons": 70, "kind": "crossing", "duration": "unknown"},
        {"persons": 30, "kind": "trip", "duration": "under_3_months"},
        {"persons": 9, "origin": "MN82", "destination": "MN81"},
        {"persons": 6, "origin": None},
        {"persons": 1, "destination": None, "origin": "MN11"},
    ]
    survey = [
        {"series": "survey", "source": "Labour survey", "persons": 1, "weight": 250.5},
        {"series": "survey", "source": "Labour survey", "persons": 2, "weight": 10.0, "quality": "estimated"},
    ]
    margins = [{"series": "office-in", "source": "Office", "origin": None, "persons": 100}]
    margins += [{"series": "office-out", "source": "Office", "destination": None, "persons": 80}]
    rows = [{"id": uuid7(n), **row} for n, row in enumerate([*register, *survey, *margins])]
    assert ledger.append(movements(*rows)).rejected == 0
    for fact, kind, name in (("presence", "census", "stock"), ("event", "permit-issued", "permits")):
        frame = movements(
            {"id": uuid7(50), "series": name, "persons": 20, "kind": kind},
            {"id": uuid7(51), "series": name, "persons": 22, "kind": kind, "start": date(2020, 1, 1)},
            {"id": uuid7(52), "series": name, "persons": 7, "kind": kind, "origin": "MN82"},
        ).rename({"origin": "place"})
        assert ledger.append(frame.drop("destination", "duration"), fact).rejected == 0
    return ledger.connect()


def lines(table: Any, *names: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[name] for name in names) for row in table.to_pyarrow().to_pylist())


def test_flows_by_year_and_sex(connection: LedgerConnection) -> None:
    table = origin_destination(connection, "register", durations=LONG, by=("year", "sex"))
    assert table.columns == ("origin", "destination", "year", "sex", "quality", "persons")
    assert lines(table, "origin", "destination", "year", "sex", "persons") == [
        ("MN81", "MN11", 2019, "female", 2.0),
        ("MN81", "MN11", 2020, "female", 4.0),
        ("MN81", "MN11", 2020, "male", 3.0),
        ("MN82", "MN81", 2020, "female", 9.0),
    ]


def test_duration_classes_are_kept_apart(connection: LedgerConnection) -> None:
    short = origin_destination(connection, "register", durations=["3_to_12_months"])
    assert lines(short, "year", "persons") == [(2020, 5.0)]
    both = origin_destination(connection, "register", durations=DURATIONS.names, by=("year", "duration"))
    assert ("12_months_and_more", 7.0) in lines(both, "duration", "persons")


def test_passages_are_counted_only_when_they_are_named(connection: LedgerConnection) -> None:
    everything = origin_destination(connection, "register", durations=DURATIONS.names, by=())
    assert lines(everything, "origin", "persons") == [("MN81", 14.0), ("MN82", 9.0)]
    passages = origin_destination(
        connection, "register", durations=DURATIONS.names, by=("kind",), kinds=["crossing"]
    )
    assert lines(passages, "kind", "persons") == [("crossing", 70.0)]


def test_margins_count_their_own_end(connection: LedgerConnection) -> None:
    arrivals = margins_in(connection, "register", durations=LONG, by=())
    assert lines(arrivals, "place", "persons") == [("MN11", 15.0), ("MN81", 9.0)]
    departures = margins_out(connection, "register", durations=LONG, by=())
    assert lines(departures, "place", "persons") == [("MN11", 1.0), ("MN81", 9.0), ("MN82", 9.0)]


def test_in_margins_and_out_margins_are_two_series(connection: LedgerConnection) -> None:
    assert lines(margins_in(connection, "office-in", durations=LONG), "place", "persons") == [("MN11", 100.0)]
    assert lines(margins_out(connection, "office-out", durations=LONG), "place", "persons") == [
        ("MN81", 80.0)
    ]
    for query, series in (
        (margins_out, "office-in"),
        (margins_in, "office-out"),
        (origin_destination, "office-in"),
        (origin_destination, "office-out"),
    ):
        with pytest.raises(LedgerError, match="LEDGER-406"):
            query(connection, series, durations=LONG)


def test_weights_count_and_mixed_quality_is_kept_apart(connection: LedgerConnection) -> None:
    table = origin_destination(connection, "survey", durations=LONG)
    assert lines(table, "quality", "persons") == [("estimated", 20.0), ("observed", 250.5)]


def test_stocks_are_asked_for_by_day_or_round(connection: LedgerConnection) -> None:
    table = presence(connection, "stock")
    assert lines(table, "place", "start", "persons") == [
        ("MN81", date(2020, 1, 1), 22.0),
        ("MN81", date(2020, 5, 1), 20.0),
        ("MN82", date(2020, 5, 1), 7.0),
    ]
    with pytest.raises(LedgerError, match="LEDGER-407"):
        presence(connection, "stock", by=("year",))


def test_events_are_counted(connection: LedgerConnection) -> None:
    table = events(connection, "permits")
    assert lines(table, "place", "year", "kind", "events", "persons") == [
        ("MN81", 2020, "permit-issued", 2, 42.0),
        ("MN82", 2020, "permit-issued", 1, 7.0),
    ]
    monthly = events(connection, "permits", by=("month",))
    assert lines(monthly, "place", "month", "events") == [("MN81", 1, 1), ("MN81", 5, 1), ("MN82", 5, 1)]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"series": "registre"}, "LEDGER-401.*registre.*: register"),
        ({"series": "stock"}, "LEDGER-401"),
        ({"series": ["register", "survey"]}, "LEDGER-402"),
        ({"by": ("years",)}, "LEDGER-403.*year"),
        ({"durations": []}, "LEDGER-404"),
        ({"durations": "unknown"}, "LEDGER-404"),
        ({"durations": ["12_months"]}, "LEDGER-404.*12_months_and_more"),
        ({"kinds": ["residense"]}, "LEDGER-405.*residence"),
    ],
)
def test_a_wrong_question_names_the_nearest(
    connection: LedgerConnection, arguments: dict[str, Any], error: str
) -> None:
    question: dict[str, Any] = {"series": "register", "durations": LONG, **arguments}
    with pytest.raises(LedgerError, match=error):
        origin_destination(connection, question.pop("series"), **question)


def test_an_empty_ledger_has_no_series(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"LEDGER-401.*none of this kind"):
        presence(Ledger.open(tmp_path).connect(), "stock")
