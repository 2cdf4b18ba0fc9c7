"""From PostgreSQL to Parquet: everything that was committed, once, under the name of its content."""

import os
import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuudel.base.errors import LedgerError, WebError
from nuudel.cli.ledger import export
from nuudel.ledger import Ledger, Series, events, margins_in
from nuudel.ledger.lock import writing
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts import erasure, jobs, snapshot, store
from nuudel.web.facts.following import FOLLOWING, KEPT_SNAPSHOTS, STATE, read_state
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import start_platform

from .facts_given import move, person, rows_of

MOVES = Series("moves", "Declared moves", concept={"en": "Moves.", "mn": "Нүүдэл."})
LONG = ["12_months_and_more"]
CANARY = 'canary-pseudonym-7f3a\n"\\.,'


@pytest.fixture
def registrar(database: Addresses) -> Any:
    return person(Role.REGISTRAR)


def enter(user: Any, *rows: dict[str, Any], series: Series = MOVES) -> None:
    with acting(user, "test"):
        store.append(series.fact, rows, series, "office")


def ids_in(folder: Path) -> set[bytes]:
    ledger = Ledger.open(folder).connect()
    return {one for fact in ledger.tables.values() for one in fact.id.to_pyarrow().to_pylist()}


def test_a_record_is_counted_in_the_statistic(registrar: Any, tmp_path: Path) -> None:
    trainings = Series("trainings", "Training register", fact="event")
    day = date(2026, 6, 1)
    held = {"kind": "held", "start": day, "place": "MN64", "persons": 12, "quality": "observed"}
    enter(registrar, held, series=trainings)
    enter(registrar, move(destination="MN64", persons=3), move(destination="MN64"))
    ledger = Ledger.open(snapshot.write_snapshot(tmp_path)).connect()
    table = events(ledger, trainings.key).to_polars()
    assert table.select("place", "events", "persons").row(0) == ("MN64", 1, 12.0)
    arrivals = margins_in(ledger, MOVES.key, durations=LONG).to_polars()
    assert dict(arrivals.select("place", "persons").iter_rows())["MN64"] == 4.0
    assert ledger.manifest.series[MOVES.key] == MOVES
    # As it was known yesterday, there was none of it.
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert not len(events(ledger, trainings.key, as_known_on=yesterday).to_polars())
    assert len(events(ledger, trainings.key, as_known_on=yesterday + timedelta(days=1)).to_polars()) == 1


def test_equal_facts_have_an_equal_name_and_only_new_ones_are_read(
    registrar: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = move(pseudonym='a\n"b\\.,', weight=1 / 3, end=date(2026, 7, 1), age_from=3, age_to=4)
    enter(registrar, first)
    folder = snapshot.write_snapshot(tmp_path / "a")
    assert snapshot.write_snapshot(tmp_path / "a") == folder
    assert snapshot.write_snapshot(tmp_path / "b").name == folder.name
    read: list[int] = []
    counted = snapshot.named

    def named(fact: Any, batches: Any, parts: Any) -> Any:
        for batch in counted(fact, batches, parts):
            read.append(batch.num_rows)
            yield batch

    monkeypatch.setattr(snapshot, "named", named)
    enter(registrar, move(supersedes=first["id"], persons=2), move())
    again = snapshot.write_snapshot(tmp_path / "a")
    assert sum(read) == 2
    monkeypatch.undo()
    assert again.name != folder.name
    assert snapshot.write_snapshot(tmp_path / "c").name == again.name
    assert snapshot.latest_snapshot(tmp_path / "a") == again
    # One file for each kind and year, however often there was a snapshot.
    for number in range(KEPT_SNAPSHOTS + 1):
        enter(registrar, move(persons=number + 5))
        last = snapshot.write_snapshot(tmp_path / "a")
    assert len(Ledger.open(tmp_path / "a").manifest.segments) == len(Ledger.open(last).manifest.segments)
    assert len(list((tmp_path / "a" / "snapshots").iterdir())) == KEPT_SNAPSHOTS
    with pytest.raises(LedgerError, match="LEDGER-309"):
        Ledger.open(last).append([])


def test_a_transaction_that_commits_late_is_not_missed(registrar: Any, tmp_path: Path) -> None:
    late, early = move(), move()
    entered, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with acting(registrar, "test"):
            store.append("movement", [late], MOVES, "office")
            entered.set()
            go_on.wait(30)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert entered.wait(30)
    # Begun after the other and committed before it.
    enter(registrar, early)
    first = ids_in(snapshot.write_snapshot(tmp_path))
    assert early["id"].bytes in first
    assert late["id"].bytes not in first
    go_on.set()
    thread.join(30)
    second = ids_in(snapshot.write_snapshot(tmp_path))
    assert second - first == {late["id"].bytes}


def test_corrections_follow_what_they_correct(registrar: Any, tmp_path: Path) -> None:
    # The time of recording says nothing of the order, nor does the id.
    rows = [move(recorded_at=datetime(2026, 11 - n, 2, tzinfo=UTC)) for n in range(6)]
    for one, other in pairwise(rows):
        other["supersedes"] = one["id"]
    enter(registrar, *rows)
    ledger = Ledger.open(snapshot.write_snapshot(tmp_path)).connect()
    standing = set(ledger.facts("movement").id.to_pyarrow().to_pylist())
    assert {row["id"].bytes for row in rows} & standing == {rows[-1]["id"].bytes}


def test_two_at_once_do_not_collide(registrar: Any, tmp_path: Path) -> None:
    enter(registrar, move())
    folder = snapshot.write_snapshot(tmp_path)
    with writing(tmp_path / FOLLOWING, 0), pytest.raises(LedgerError, match="LEDGER-303"):
        snapshot.write_snapshot(tmp_path, wait_seconds=0)
    assert snapshot.latest_snapshot(tmp_path) == folder


def test_a_ledger_of_ones_own_is_left_alone(registrar: Any, tmp_path: Path) -> None:
    own = Ledger.open(tmp_path)
    row = move(id=None) | {"series": "own", "source": "Own", "institution": "Own"}
    own.append([store.batch_of(store.Fact.MOVEMENT, [row])])
    with pytest.raises(WebError, match="WEB-193"):
        snapshot.write_snapshot(tmp_path)
    assert own.counts("movement")["own"].facts == 1


@pytest.mark.parametrize(
    "damage", ["no state", "state of nonsense", "no snapshot", "more facts", "another database"]
)
def test_a_folder_that_is_not_what_it_was_is_made_anew(damage: str, registrar: Any, tmp_path: Path) -> None:
    enter(registrar, move())
    folder = snapshot.write_snapshot(tmp_path)
    state = tmp_path / FOLLOWING / STATE
    if damage == "no state":
        state.unlink()
    elif damage == "state of nonsense":
        state.write_text(state.read_text().replace('transactions": "', 'transactions": "\'; '), "utf-8")
        assert read_state(tmp_path) is None
    elif damage == "no snapshot":
        for path in folder.rglob("*.parquet"):
            path.unlink()
        os.rename(folder, folder.with_name("0" * 32))
    elif damage == "another database":
        state.write_text(state.read_text().replace('"database": "', '"database": "1'), "utf-8")
    else:
        row = move() | {"series": "own", "source": "Own", "institution": "Own"}
        Ledger.open(tmp_path).append([store.batch_of(store.Fact.MOVEMENT, [row])])
    assert snapshot.write_snapshot(tmp_path).name == folder.name
    assert Ledger.open(tmp_path).name == folder.name


def test_without_an_account_for_the_service_nothing_is_read(
    database: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nuudel.web.facts.service.ADDRESS", "nobody@nuudel.invalid")
    with pytest.raises(WebError, match="WEB-194"):
        snapshot.write_snapshot(tmp_path)


def test_the_job_freezes_the_platforms_own_facts(registrar: Any) -> None:
    enter(registrar, move())
    jobs.write_snapshot()
    folder = snapshot.latest_snapshot()
    assert folder is not None
    assert folder.parent.parent == snapshot.ledger_folder()
    assert len(ids_in(folder)) > 0
    # Of the job itself there is one at work and one that waits.
    assert jobs.write_snapshot.lock == jobs.write_snapshot.queueing_lock == "facts.write_snapshot"


def test_an_erased_person_is_in_no_snapshot(registrar: Any, database: Addresses, tmp_path: Path) -> None:
    gone = move(
        pseudonym=CANARY, origin="MN8101", destination="MN1104", end=date(2026, 8, 9), group=move()["id"]
    )
    stays = move(pseudonym="another", origin="MN8101")
    here = {
        "kind": "census",
        "start": date(2026, 5, 4),
        "place": "MN8101",
        "pseudonym": CANARY,
        "quality": "observed",
    }
    enter(registrar, gone, stays)
    enter(registrar, here, series=Series("stock", "Stock", fact="presence"))
    old = snapshot.write_snapshot(tmp_path)
    with pytest.raises(erasure.PermissionDenied), acting(registrar, "test"):
        erasure.erase([CANARY], lambda code: code[:4], tmp_path)
    with acting(person(Role.ADMINISTRATOR), "test"):
        assert erasure.erase([CANARY], lambda code: code[:4], tmp_path, "asked for") == 2
        # Committed with the erasure, or not at all.
        assert old.is_dir()
    assert not old.exists()
    names = 'pseudonym, origin, destination, start, "end", "group", persons'
    assert rows_of(database, f"movement WHERE id = '{gone['id']}'", names) == [
        (None, "MN81", "MN11", date(2026, 1, 1), date(2026, 12, 31), None, 1)
    ]
    assert rows_of(database, f"movement WHERE id = '{stays['id']}'", "pseudonym, origin") == [
        ("another", "MN8101")
    ]
    assert rows_of(database, "presence", "pseudonym, place") == [(None, "MN81")]
    with psycopg.connect(database.backup) as reader:
        entries = reader.execute(
            "SELECT record_ids::text, reason FROM audit_auditentry WHERE action = 'erase'"
        ).fetchall()
    assert len(entries) == 2
    assert all("canary" not in ids and reason == "asked for" for ids, reason in entries)
    ledger = Ledger.open(snapshot.write_snapshot(tmp_path))
    assert gone["id"].bytes in ids_in(ledger.folder)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path
    # It cannot be entered again, and erasing again changes nothing.
    with pytest.raises(LedgerError, match="LEDGER-112"):
        enter(registrar, gone)
    with acting(person(Role.ADMINISTRATOR), "test"):
        assert erasure.erase([CANARY], lambda code: code[:4], tmp_path) == 0


def test_an_erasure_that_is_rolled_back_leaves_everything(registrar: Any, tmp_path: Path) -> None:
    enter(registrar, move(pseudonym="canary-2"))
    folder = snapshot.write_snapshot(tmp_path)
    with acting(person(Role.ADMINISTRATOR), "test"):
        assert erasure.erase(["canary-2"], lambda code: code[:4], tmp_path) == 1
        transaction.set_rollback(True)
    assert snapshot.write_snapshot(tmp_path) == folder


def test_a_fact_that_was_changed_behind_the_triggers_is_found(
    registrar: Any, database: Addresses, tmp_path: Path
) -> None:
    row = move()
    enter(registrar, row)
    name = conninfo_to_dict(database.app)["dbname"]
    with psycopg.connect(make_conninfo(start_platform().superuser, dbname=name), autocommit=True) as intruder:
        intruder.execute("SET session_replication_role = replica")
        intruder.execute("UPDATE ledger_movement SET persons = 99 WHERE id = %s", [row["id"]])
        with pytest.raises(WebError, match="WEB-192"):
            snapshot.write_snapshot(tmp_path)
        assert snapshot.latest_snapshot(tmp_path) is None
        intruder.execute("UPDATE ledger_movement SET persons = 1 WHERE id = %s", [row["id"]])
    assert row["id"].bytes in ids_in(snapshot.write_snapshot(tmp_path))


def test_the_command_freezes_into_a_folder(
    registrar: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(registrar, move())
    export(tmp_path)
    assert Path(capsys.readouterr().out.strip()) == snapshot.latest_snapshot(tmp_path)
