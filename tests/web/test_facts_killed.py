"""From a record to a statistic, killed at every step in between: counted once, or never committed at all."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from nuudel.ledger import Ledger, Series, events
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts import snapshot, store
from nuudel.web.operations.database import Addresses

from .facts_given import person, rows_of

SERIES = Series("visits", "Visits", fact="event")

# A record and its fact in one transaction, then a snapshot. The child kills itself (SIGKILL: no handler, no
# clean-up) at the nth step; the steps of a snapshot are all that make it durable.
CHILD = """
import json, os, signal, sys
from datetime import date
from nuudel.web.operations.install import start_django
start_django()
import pyarrow.parquet as pq
from django.db import connection
from pathlib import Path
from nuudel.ledger import Ledger, Series
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts import snapshot, store

folder, email, ids = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
left = [0]
def step():
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
def counted(function):
    def call(*args, **kwargs):
        step()
        return function(*args, **kwargs)
    return call

def work(point, record):
    left[0] = point
    user = User.objects.get(email=email)
    with acting(user, "test"):
        step()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO test_visit VALUES (%s)", [record])
        step()
        fact = {"id": record, "kind": "visit", "start": date(2026, 3, 4), "place": "MN11"}
        series = Series("visits", "Visits", fact="event")
        store.append("event", [fact | {"quality": "observed"}], series, "office")
        step()
    step()
    os.replace, os.fsync, os.link = counted(os.replace), counted(os.fsync), counted(os.link)
    pq.ParquetWriter.write_table = counted(pq.ParquetWriter.write_table)
    pq.ParquetWriter.close = counted(pq.ParquetWriter.close)
    snapshot.write_snapshot(folder)

def told(killed):
    # Started again: what a snapshot then counts, and how many records there are.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM test_visit")
        records = cursor.fetchone()[0]
    frozen = Ledger.open(snapshot.write_snapshot(folder)).counts("event")
    print(json.dumps([killed, records, frozen["visits"].facts if frozen else 0]), flush=True)

for point, record in enumerate(ids):
    pid = os.fork()
    if pid == 0:
        work(point, record)
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    told(killed)
    connection.close()
    if not killed:
        break
"""
COMMITTED = 3  # from this step on the record is there


def counted(folder: Path) -> int:
    """The statistic: how many visits there were."""
    ledger = Ledger.open(snapshot.write_snapshot(folder)).connect()
    if SERIES.key not in ledger.manifest.counts(store.Fact.EVENT):
        return 0
    return int(events(ledger, SERIES.key).to_polars()["events"].sum())


def test_killed_at_every_step_and_started_again(database: Addresses, tmp_path: Path) -> None:
    user = person(Role.REGISTRAR)
    with psycopg.connect(database.owner) as owner:
        owner.execute("CREATE TABLE test_visit (id uuid PRIMARY KEY)")
    ids = [str(new_id()) for _ in range(60)]
    command = [sys.executable, "-c", CHILD, str(tmp_path), user.email, json.dumps(ids)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    last = len(runs) - 1
    assert last > 15
    assert [killed for killed, _, _ in runs] == [True] * last + [False]
    # After each of them, what is in the statistic is what was committed.
    expected = [max(0, point - COMMITTED + 1) for point in range(last + 1)]
    assert [(records, facts) for _, records, facts in runs] == [(n, n) for n in expected]
    there = set(ids[COMMITTED : last + 1])
    # The record and its fact are both there, or both not.
    assert visits(database) == there
    assert {str(one) for (one,) in rows_of(database, "event", "id")} == there
    assert counted(tmp_path) == len(there)
    # Whoever was killed sends it again: what is there stays in once, the rest comes in.
    with acting(user, "test"):
        facts: list[dict[str, Any]] = [
            {"id": one, "kind": "visit", "start": date(2026, 3, 4), "place": "MN11", "quality": "observed"}
            for one in ids[: last + 1]
        ]
        assert store.append("event", facts, SERIES, "office") == COMMITTED
    assert counted(tmp_path) == last + 1
    assert not list(tmp_path.glob("work"))
    assert counted(tmp_path / "fresh") == last + 1
    assert Ledger.open(tmp_path).name == Ledger.open(tmp_path / "fresh").name


def visits(database: Addresses) -> set[str]:
    with psycopg.connect(database.backup) as reader:
        return {str(one) for (one,) in reader.execute("SELECT id FROM test_visit").fetchall()}
