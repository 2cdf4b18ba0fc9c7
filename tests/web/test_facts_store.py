"""Facts in PostgreSQL: in once, in the transaction of their record, by the ledger's own rules."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from nuudel.base.errors import LedgerError, WebError
from nuudel.ledger import Series
from nuudel.ledger.ids import new_id
from nuudel.ledger.schema import FIELDS, Fact
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts import store, tables
from nuudel.web.facts.database_load import COPY_ROWS
from nuudel.web.operations.database import Addresses

from .facts_given import move, person, rows_of

MOVES = Series("declared-moves", "Declared moves")
EVENTS = Series("trainings", "Training register", fact="event")


@pytest.fixture
def registrar(database: Addresses) -> Any:
    return person(Role.REGISTRAR)


def enter(user: Any, *rows: dict[str, Any]) -> int:
    with acting(user, "test"):
        return store.append("movement", rows, MOVES, "office")


def test_the_tables_have_the_columns_of_the_schema(database: Addresses) -> None:
    with psycopg.connect(database.backup) as reader:
        for fact in Fact:
            rows = reader.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0",
                [tables.table_of(fact)],
            ).fetchall()
            kinds = {"timestamp": "timestamp without time zone"}
            wanted = {name: kinds.get(kind, kind) for name, kind in tables.columns(fact).items()}
            assert dict(rows) == wanted
            assert {field.name for field in FIELDS[fact]} <= set(wanted)


def test_a_fact_is_entered_once_and_says_when_it_was_known(registrar: Any, database: Addresses) -> None:
    row = move()
    before = datetime.now(UTC).replace(tzinfo=None)
    assert enter(registrar, row) == 1
    assert enter(registrar, row) == 0
    with acting(registrar, "test"):
        assert store.append("movement", [row, move(sex="male")], MOVES, "office") == 1
        assert store.append("movement", [], MOVES, "office") == 0
    [(institution_code, series, recorded)] = rows_of(
        database, f"movement WHERE id = '{row['id']}'", "institution, series, recorded_at"
    )
    assert (institution_code, series) == ("office", MOVES.key)
    assert before - timedelta(seconds=5) < recorded < before + timedelta(minutes=1)


def test_the_facts_go_with_their_transaction(registrar: Any, database: Addresses) -> None:
    row = move()
    with acting(registrar, "test"):
        store.append("movement", [row], MOVES, "office")
        transaction.set_rollback(True)
    assert not rows_of(database, f"movement WHERE id = '{row['id']}'")
    assert not rows_of(database, f"movement_id WHERE id = '{row['id']}'")
    assert enter(registrar, row) == 1


def test_outside_of_a_context_nothing_is_entered(database: Addresses) -> None:
    with pytest.raises(WebError, match="WEB-101"):
        store.append("movement", [move()], MOVES, "office")


BAD: list[tuple[int, dict[str, Any]]] = [
    (101, {"quality": None}),
    (102, {"end": date(2026, 5, 1)}),
    (103, {"origin": None, "destination": None}),
    (104, {"origin": "MN11"}),
    (105, {"persons": -1}),
    (106, {"kind": "nonsense"}),
    (107, {"origin": "nowhere at all"}),
    (108, {"start": date(2150, 1, 1)}),
    (109, {"recorded_at": datetime(2150, 1, 1, tzinfo=UTC)}),
    (110, {"weight": 0}),
    (113, {"supersedes": new_id()}),
    (114, {"start": "a Tuesday"}),
    (114, {"persons": "many"}),
    (114, {"pseudonym": "nul\0"}),
    (115, {"age_from": 140, "age_to": 141}),
    (117, {"source": "Somebody else"}),
]


@pytest.mark.parametrize(("number", "wrong"), BAD)
def test_a_bad_fact_has_the_error_of_the_ledger_and_keeps_the_others_out(
    number: int, wrong: dict[str, Any], registrar: Any, database: Addresses
) -> None:
    good = move()
    with pytest.raises(LedgerError, match=f"LEDGER-{number}") as told, acting(registrar, "test"):
        store.append("movement", [good, move(**wrong)], MOVES, "office")
    assert "nonsense" not in str(told.value)
    # Also where whoever called goes on after the error.
    with acting(registrar, "test"):
        with pytest.raises(LedgerError):
            store.append("movement", [good, move(**wrong)], MOVES, "office")
        assert store.append("movement", [good], MOVES, "office") == 1
    assert len(rows_of(database, f"movement WHERE id = '{good['id']}'")) == 1


def test_a_table_that_is_none_has_the_error_of_the_ledger(registrar: Any) -> None:
    for number, rows in (
        (202, [move(place="MN11")]),
        (204, [{"id": new_id()}]),
        (205, [move(pseudonym="\ud800")]),
    ):
        with pytest.raises(LedgerError, match=f"LEDGER-{number}"), acting(registrar, "test"):
            store.append("movement", rows, MOVES, "office")
    with pytest.raises(LedgerError, match="LEDGER-201"), acting(registrar, "test"):
        store.append("moves", [move()], MOVES, "office")


def test_the_same_id_with_another_content_is_refused(registrar: Any) -> None:
    row = move()
    enter(registrar, row)
    with pytest.raises(LedgerError, match="LEDGER-112"):
        enter(registrar, row | {"persons": 2})
    twice = move()
    with pytest.raises(LedgerError, match="LEDGER-111"):
        enter(registrar, twice, twice)


def test_a_correction_supersedes_once_what_is_there(registrar: Any) -> None:
    first = move()
    second = move(supersedes=first["id"], persons=3)
    with pytest.raises(LedgerError, match="LEDGER-113"):
        enter(registrar, second)
    assert enter(registrar, first, second) == 2
    assert enter(registrar, first, second) == 0
    with pytest.raises(LedgerError, match="LEDGER-116"):
        enter(registrar, move(supersedes=first["id"]))
    assert enter(registrar, move(supersedes=second["id"], persons=0)) == 1


def test_a_series_keeps_its_source(registrar: Any, database: Addresses) -> None:
    enter(registrar, move())
    with pytest.raises(LedgerError, match="LEDGER-207"), acting(registrar, "test"):
        store.append("movement", [move()], Series(MOVES.key, "Another source"), "office")
    told = Series(
        MOVES.key, MOVES.source, concept={"en": "Moves that people declared.", "mn": "Мэдүүлсэн нүүдэл."}
    )
    with acting(registrar, "test"):
        store.append("movement", [move()], told, "office")
    assert rows_of(database, f"series WHERE key = '{MOVES.key}'", "concept") == [(told.concept,)]
    long = Series("long-moves", "Long moves", durations=("12_months_and_more",))
    with pytest.raises(LedgerError, match="LEDGER-118"), acting(registrar, "test"):
        store.append("movement", [move(duration="unknown")], long, "office")


def many(number: int) -> pl.DataFrame:
    rows = [
        move(id=str(new_id()), persons=n % 7, pseudonym=f'p{n}\n"\\.' if n % 3 else None)
        for n in range(number)
    ]
    return pl.DataFrame(rows).with_columns(
        series=pl.lit("bulk"), source=pl.lit("Bulk"), institution=pl.lit("office")
    )


@pytest.mark.parametrize("number", [COPY_ROWS - 1, COPY_ROWS, 3000])
def test_few_and_many_rows_are_entered_alike(number: int, registrar: Any, database: Addresses) -> None:
    frame = many(number)
    bad = frame.with_columns(persons=pl.when(pl.int_range(pl.len()) == 1).then(-1).otherwise("persons"))
    with acting(registrar, "test"):
        result = store.append_table("movement", bad, Series("bulk", "Bulk"), lang="mn")
        assert (result.accepted, result.already_there, result.rejected) == (number - 1, 0, 1)
        assert result.rejects.row(0)[:2] == (2, "LEDGER-105")
        again = store.append_table("movement", frame, Series("bulk", "Bulk"))
        assert (again.accepted, again.already_there) == (1, number - 1)
    ids = ", ".join(f"'{one}'" for one in frame["id"])
    found = dict(rows_of(database, f"movement WHERE id IN ({ids})", "id::text, pseudonym"))
    assert found == dict(frame.select("id", "pseudonym").iter_rows())


def in_a_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Work beside, with a connection of its own; what it gives or raises."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def waiting(database: Addresses) -> None:
    """Until a connection waits for another's transaction."""
    with psycopg.connect(database.backup, autocommit=True) as reader:
        for _ in range(500):
            rows = reader.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall()
            if rows:
                return
            reader.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")


@pytest.mark.parametrize(
    ("second", "commits", "result"),
    [({}, True, 0), ({"persons": 2}, True, "LEDGER-112"), ({}, False, 1), ({"persons": 2}, False, 1)],
)
@pytest.mark.parametrize("rows", [1, COPY_ROWS])
def test_of_two_at_the_same_time_one_enters_the_fact(
    second: dict[str, Any], commits: bool, result: Any, rows: int, registrar: Any, database: Addresses
) -> None:
    facts = [move() for _ in range(rows)]
    others = [fact | second for fact in reversed(facts)]
    with acting(registrar, "test"):
        assert store.append("movement", facts, MOVES, "office") == rows
        thread, found = in_a_thread(lambda: enter(registrar, *others))
        waiting(database)
        transaction.set_rollback(not commits)
    thread.join(30)
    [got] = found
    assert (result in str(got)) if isinstance(result, str) else got == result * rows


def test_of_two_corrections_at_the_same_time_one_is_entered(registrar: Any, database: Addresses) -> None:
    first = move()
    enter(registrar, first)
    with acting(registrar, "test"):
        store.append("movement", [move(supersedes=first["id"], persons=0)], MOVES, "office")
        thread, found = in_a_thread(lambda: enter(registrar, move(supersedes=first["id"], persons=9)))
        waiting(database)
    thread.join(30)
    assert "LEDGER-116" in str(found[0])


def test_who_always_comes_second_is_told(registrar: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*given: Any) -> Any:
        raise IntegrityError from psycopg.errors.UniqueViolation()

    monkeypatch.setattr(store, "load_table", lost)
    with pytest.raises(WebError, match="WEB-191"):
        enter(registrar, move())
