"""A process that is killed anywhere leaves a record with its audit entry, or neither."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connections

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.audit.testing import make_table, read_note
from nuudel.web.audit.verify import verify
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, user_with

# The process kills itself at a point that it is told: the functions are patched here, not in the product.
SCRIPT = """
import os, signal, sys
from nuudel.web.operations.install import start_django

start_django()
from django.db import connection
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.audit import chain
from nuudel.web.audit.log import record
from nuudel.web.accounts.models import User
from nuudel.web.audit.testing import RECORD_TYPE, write_note

point, user = sys.argv[1], User.objects.get(pk=sys.argv[2])

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if point == "before the audit":
    chain.audit_key = kill
if point == "inside the audit":
    chain.head_seal = kill
with acting(user, "killed"):
    print(write_note(user), flush=True)
    record("write", RECORD_TYPE, ["killed"])
    if point == "before the commit":
        connection._commit = kill
if point == "after the commit":
    kill()
"""

POINTS = {
    "before the audit": 0,
    "inside the audit": 0,
    "before the commit": 0,
    "after the commit": 1,
    "never": 1,
}


@pytest.fixture(scope="module")
def user_number(database: Addresses) -> int:
    make_table()
    return int(user_with(Role.REGISTRAR, at=institution("registry")).pk)


def count(statement: str) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("point", "kept"), POINTS.items(), ids=list(POINTS))
def test_both_or_neither(database: Addresses, user_number: int, point: str, kept: int) -> None:
    before = count("SELECT count(*) FROM audit_auditentry WHERE purpose = 'killed'")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, point, str(user_number)],
        env=os.environ | {"DATABASE_URL": database.app, "NUUDEL_OWNER_DATABASE_URL": database.owner},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == (0 if point == "never" else -signal.SIGKILL), done.stderr
    number = done.stdout.strip()
    assert number, "the record was not written before the kill"
    with acting(User.objects.get(pk=user_number), "look"):
        there = read_note(number) is not None
    entries = count("SELECT count(*) FROM audit_auditentry WHERE purpose = 'killed'") - before
    assert (there, entries) == (bool(kept), kept)
    assert verify("owner").sound
