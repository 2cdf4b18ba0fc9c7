"""Walk the chains from their beginning and name what does not fit; in memory, one entry at a time."""

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from nuudel.base.errors import WebError
from nuudel.web.audit.checkpoints import Checkpoint
from nuudel.web.audit.seals import CHAINS, COLUMNS, START, audit_key, entry_mac, head_seal
from nuudel.web.audit.triggers import GUARD_TRIGGERS

BLOCK = 5_000  # entries fetched at once
# The transaction's number as text, as it was when the code was computed.
ENTRIES = (
    "SELECT " + ", ".join("transaction::text" if c == "transaction" else c for c in COLUMNS) + " "
    "FROM audit_auditentry WHERE chain = %s ORDER BY number"
)
READS_ALL = """
SELECT rolsuper OR rolbypassrls OR rolname = 'nuudel_owner' FROM pg_roles WHERE rolname = current_user
"""
GUARDED = """
SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'
  AND tgrelid IN ('audit_auditentry'::regclass, 'audit_audithead'::regclass)
"""
# What stands in no chain is followed by no code.
OUTSIDE = (
    "SELECT chain, number, at FROM audit_auditentry WHERE chain NOT BETWEEN 0 AND %s ORDER BY 1, 2 LIMIT 1"
)
Advance = Callable[[int, int], None]
Marks = Mapping[int, Sequence[tuple[str, str]]]
"""Codes and times by number of entry, as checkpoints tell them of a chain."""


@dataclass(frozen=True)
class Finding:
    """What is wrong first in a chain.

    Attributes
    ----------
    chain, number
        Of the entry; number 0: the chain as a whole.
    at
        The time that the entry tells; None where it is not there.
    problem
        A sentence's end, such as ``the entry was changed``.
    """

    chain: int
    number: int
    at: datetime | None
    problem: str

    def __str__(self) -> str:
        when = f" of {self.at.isoformat(timespec='seconds')}" if self.at else ""
        return f"chain {self.chain}, entry {self.number}{when}: {self.problem}."


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    Attributes
    ----------
    entries
        How many were walked.
    findings
        The first of each chain that is not as it was written.
    guards
        Triggers that should protect the tables and do not.
    """

    entries: int
    findings: tuple[Finding, ...]
    guards: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.findings and not self.guards


def verify(
    using: str,
    checkpoints: Sequence[Checkpoint] = (),
    advance: Advance = lambda done, total: None,
) -> Verdict:
    """Verify all chains, each as it stands when its turn comes, while others go on writing.

    Parameters
    ----------
    using
        A connection that may read all entries.
    advance
        Told how many entries are done, and of how many.

    Raises
    ------
    WebError
        ``WEB-145`` where the connection may not read all entries.
    """
    demand_all(using)
    key = audit_key()
    total = count(using)
    done, findings = 0, []
    for chain in range(CHAINS):
        walk = Walk(key, chain, expected(checkpoints, chain))
        with transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for row in rows_of(using, chain):
                if not walk.step(row):
                    break
                if walk.number % BLOCK == 0:
                    advance(done + walk.number, total)
            finding = walk.finding or walk.end(head_of(using, chain))
        done += walk.number
        findings += [finding] if finding else []
    findings += outside(using)
    advance(done, total)
    return Verdict(done, tuple(findings), missing_guards(using))


def outside(using: str) -> list[Finding]:
    """The first entry that names a chain which there is not."""
    with connections[using].cursor() as cursor:
        cursor.execute(OUTSIDE, [CHAINS - 1])
        row = cursor.fetchone()
    if row is None:
        return []
    chain, number, at = row
    return [Finding(chain, number, at, "the entry stands in no chain: it was put in")]


def expected(checkpoints: Sequence[Checkpoint], chain: int) -> Marks:
    """What the checkpoints tell of a chain. Two may name the same entry: both count, else a later one, made
    after the chain was written anew, would take the place of the one that contradicts.
    """
    marks: dict[int, list[tuple[str, str]]] = {}
    for checkpoint in checkpoints:
        if str(chain) in checkpoint.chains:  # not where the heads had been removed when it was made
            number, mac = checkpoint.chains[str(chain)]
            marks.setdefault(number, []).append((mac, checkpoint.at))
    return marks


class Walk:
    """The way along one chain: the number and code of the entry before, and what was found."""

    def __init__(self, key: bytes, chain: int, marks: Marks) -> None:
        self.key, self.chain, self.marks = key, chain, marks
        self.number, self.mac = 0, START
        self.finding: Finding | None = None
        self.doubtful: Finding | None = None

    def step(self, row: Sequence[Any]) -> bool:
        """Take the next entry; False once the first fault is known."""
        *entry, mac = row
        number, at, mac = entry[1], entry[2], bytes(mac)
        fits = number == self.number + 1 and hmac.compare_digest(entry_mac(self.key, self.mac, entry), mac)
        if self.doubtful is not None:
            # The one before did not fit. If this one follows its code, only its content was touched.
            self.finding = self.doubtful
            if fits:
                self.finding = self.found(self.number, self.doubtful.at, "the entry was changed")
            return False
        if not fits:
            return self.judge(number, at, mac)
        against = [told for code, told in self.marks.get(number, ()) if code != mac.hex()]
        if against:
            problem = f"at {against[0]} another entry stood here: the chain was written anew, with the key"
            self.finding = self.found(number, at, problem)
            return False
        self.number, self.mac = number, mac
        return True

    def found(self, number: int, at: datetime | None, problem: str) -> Finding:
        return Finding(self.chain, number, at, problem)

    def judge(self, number: int, at: datetime, mac: bytes) -> bool:
        """What is wrong with an entry that does not follow; whether the next one is needed to tell."""
        due = self.number + 1
        if number > due:
            missing = f"entries {due} to {number - 1} were" if number > due + 1 else "the entry was"
            self.finding = self.found(due, None, f"{missing} removed")
        elif number < due:
            self.finding = self.found(number, at, "a second entry of this number was put in")
        else:
            self.doubtful = self.found(
                number, at, "not what was written here: entries were changed, put in, removed or reordered"
            )
            self.number, self.mac = number, mac
        return number == due

    def end(self, head: tuple[int, bytes, bytes] | None) -> Finding | None:
        """Compare where the chain ends with its head and with the checkpoints."""
        if self.doubtful is not None:
            return self.doubtful
        after = self.number + 1
        if head is None:
            return self.found(0, None, "the head of the chain was removed")
        number, mac, seal = head
        problem = ""
        if not hmac.compare_digest(seal, head_seal(self.key, self.chain, number, mac)):
            problem = "the end was made up: entries from here on may be missing"
        elif number > self.number:
            problem = f"the entries from here to {number}, the last, were removed"
        elif (number, mac) != (self.number, self.mac):
            return self.found(number + 1, None, "the entry was put in after the last one")
        else:
            late = min((mark for mark in self.marks if mark > self.number), default=0)
            if late:
                problem = f"the chain was set back: at {self.marks[late][0][1]} it had {late} entries"
        return self.found(after, None, problem) if problem else None


def rows_of(using: str, chain: int) -> Iterator[Sequence[Any]]:
    """The entries of a chain in their order, by a cursor of the server."""
    connections[using].ensure_connection()
    raw = connections[using].connection
    with raw.cursor(name="nuudel_audit") as cursor:
        cursor.itersize = BLOCK
        cursor.execute(ENTRIES, [chain])
        yield from cursor


def head_of(using: str, chain: int) -> tuple[int, bytes, bytes] | None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT number, mac, seal FROM audit_audithead WHERE chain = %s", [chain])
        row = cursor.fetchone()
    return None if row is None else (row[0], bytes(row[1]), bytes(row[2]))


def demand_all(using: str) -> None:
    """Refuse a connection that sees only some entries: it would find holes where there are none."""
    with connections[using].cursor() as cursor:
        cursor.execute(READS_ALL)
        row = cursor.fetchone()
    if not (row and row[0]):
        raise WebError(
            145,
            "the audit is verified over a connection that reads all of it.",
            "Set NUUDEL_OWNER_DATABASE_URL to the address of the role nuudel_owner.",
            ("NUUDEL_OWNER_DATABASE_URL",),
        )


def count(using: str) -> int:
    """About how many entries there are: what the heads say."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(number), 0) FROM audit_audithead")
        return int(cursor.fetchone()[0])


def missing_guards(using: str) -> tuple[str, ...]:
    """The triggers that are not there or are switched off."""
    with connections[using].cursor() as cursor:
        cursor.execute(GUARDED)
        there = {row[0] for row in cursor.fetchall()}
    return tuple(name for name in GUARD_TRIGGERS if name not in there)
