"""Whatever is done to the audit behind its back is found, and the first entry concerned is named."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from typer.testing import CliRunner

from nuudel.base.errors import WebError
from nuudel.cli import app
from nuudel.web.access.context import acting
from nuudel.web.audit import verify as verifying
from nuudel.web.audit.chain import TAKE_FREE, WAIT_FOR_ONE
from nuudel.web.audit.checkpoints import append_to, read_checkpoints, take_checkpoint
from nuudel.web.audit.log import record
from nuudel.web.audit.seals import CHAINS, COLUMNS, START, audit_key, entry_mac, head_seal
from nuudel.web.audit.verify import Verdict, verify
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import start_platform, user_with

ENTRIES = 12  # in chain 0; the others stay as they are
COPY = "number + 1000, " + ", ".join(column for column in COLUMNS if column not in {"chain", "number"})
TABLES = ("audit_auditentry", "audit_audithead")


@pytest.fixture(scope="module")
def chain(database: Addresses) -> Iterator[None]:
    """Twelve entries in chain 0, and all that follow in it too."""
    user = user_with()
    patch = pytest.MonkeyPatch()
    patch.setattr("nuudel.web.audit.chain.random.randrange", lambda _: 0)
    with acting(user, "test"):
        for number in range(1, ENTRIES + 1):
            record("read", "test.note", [f"record-{number}"], ["name"])
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT chain FROM audit_audithead WHERE number = %s", [ENTRIES])
        assert cursor.fetchone() == (0,)
    yield
    patch.undo()


@pytest.fixture
def attacker(chain: None, database: Addresses) -> Iterator[psycopg.Connection]:
    """A superuser who has switched off the triggers; afterwards everything is as it was."""
    name = psycopg.conninfo.conninfo_to_dict(database.app)["dbname"]
    address = psycopg.conninfo.make_conninfo(start_platform().superuser, dbname=name)
    with psycopg.connect(address, autocommit=True) as raw:
        for table in TABLES:
            raw.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
            raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield raw
        for table in TABLES:
            raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            raw.execute(f"DELETE FROM {table}")
            raw.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            raw.execute(f"DROP TABLE kept_{table}")
        for trigger in verifying.GUARD_TRIGGERS:
            table = TABLES["head" in trigger]
            raw.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def first(verdict: Verdict) -> str:
    (finding,) = verdict.findings
    return str(finding)


def renumber(raw: psycopg.Connection, after: int, by: int) -> None:
    """Move what follows an entry, first out of the way and then to its place."""
    for step, low in ((1000, after), (by - 1000, 1000 + after)):
        raw.execute(
            "UPDATE audit_auditentry SET number = number + %s WHERE chain = 0 AND number > %s", [step, low]
        )


def test_an_audit_as_it_was_written_is_sound(chain: None) -> None:
    verdict = verify("owner")
    assert verdict.sound
    assert verdict.entries >= ENTRIES


CHANGES = {
    "user_id": "user_id = 7",
    "nobody": "user_id = NULL",
    "time": "at = at + interval '1 microsecond'",
    "action": "action = 'export'",
    "ids": "record_ids = record_ids || 'other'::text",
    "split id": "record_ids = ARRAY['record', '-5']",
    "no ids": "record_ids = '{}'",
    "fields": "fields = record_ids, record_ids = fields",
    "roles": "roles = ARRAY['auditor']",
    "institution": "institutions = ARRAY['x']",
    "purpose": "purpose = '', reason = purpose",
    "request": "request_id = 'x'",
    "transaction": "transaction = '1'::xid8",
    "type": "record_type = 'test.other'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_changed_entry_is_named(attacker: psycopg.Connection, change: str) -> None:
    attacker.execute(f"UPDATE audit_auditentry SET {change} WHERE chain = 0 AND number = 5")
    assert "chain 0, entry 5 of 20" in first(verify("owner"))
    assert "the entry was changed" in first(verify("owner"))


def remove_inside(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number = 5")


def remove_several(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number IN (5, 6, 9)")


def remove_the_beginning(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number < 4")


def remove_and_renumber(raw: psycopg.Connection) -> None:
    remove_inside(raw)
    renumber(raw, 5, -1)


def reorder(raw: psycopg.Connection) -> None:
    for old, new in ((5, 900), (8, 5), (900, 8)):
        raw.execute("UPDATE audit_auditentry SET number = %s WHERE chain = 0 AND number = %s", [new, old])


def put_in(raw: psycopg.Connection) -> None:
    renumber(raw, 4, 1)
    copy(raw, 3, 5)


def put_in_twice(raw: psycopg.Connection) -> None:
    raw.execute("ALTER TABLE audit_auditentry DROP CONSTRAINT audit_auditentry_pkey")
    copy(raw, 5, 5)


def put_in_at_the_end(raw: psycopg.Connection) -> None:
    copy(raw, 12, 13)


def copy(raw: psycopg.Connection, source: int, target: int) -> None:
    columns = ", ".join(COLUMNS)
    values = columns.replace("number", str(target), 1)
    raw.execute(
        f"INSERT INTO audit_auditentry ({columns}) "
        f"SELECT {values} FROM audit_auditentry WHERE chain = 0 AND number = {source}"
    )


def change_the_code(raw: psycopg.Connection) -> None:
    raw.execute("UPDATE audit_auditentry SET mac = sha256(mac) WHERE chain = 0 AND number = 5")


def change_the_last(raw: psycopg.Connection) -> None:
    raw.execute("UPDATE audit_auditentry SET purpose = 'x' WHERE chain = 0 AND number = 12")


def remove_the_end(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number > 9")


def remove_the_end_and_set_the_head_back(raw: psycopg.Connection) -> None:
    remove_the_end(raw)
    raw.execute(
        "UPDATE audit_audithead SET number = 9, mac = e.mac FROM audit_auditentry e "
        "WHERE audit_audithead.chain = 0 AND e.chain = 0 AND e.number = 9"
    )


def remove_everything(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_auditentry")
    raw.execute("UPDATE audit_audithead SET number = 0, mac = %s", [START])


def remove_the_head(raw: psycopg.Connection) -> None:
    raw.execute("DELETE FROM audit_audithead WHERE chain = 0")


ATTACKS: dict[Callable[[psycopg.Connection], None], str] = {
    remove_inside: "chain 0, entry 5: the entry was removed.",
    remove_several: "chain 0, entry 5: entries 5 to 6 were removed.",
    remove_the_beginning: "chain 0, entry 1: entries 1 to 3 were removed.",
    remove_and_renumber: "not what was written here",
    reorder: "not what was written here",
    put_in: "not what was written here",
    put_in_at_the_end: "not what was written here",
    change_the_code: "not what was written here",
    change_the_last: "not what was written here",
    remove_the_end: "chain 0, entry 10: the entries from here to 12, the last, were removed.",
    remove_the_end_and_set_the_head_back: "chain 0, entry 10: the end was made up",
    remove_the_head: "chain 0, entry 0: the head of the chain was removed.",
}
NAMED = {put_in_at_the_end: 13, change_the_last: 12}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_was_done_is_found_at_its_first_entry(
    attacker: psycopg.Connection, attack: Callable[[psycopg.Connection], None]
) -> None:
    attack(attacker)
    told = first(verify("owner"))
    assert ATTACKS[attack] in told
    if told.endswith("reordered."):
        assert told.startswith(f"chain 0, entry {NAMED.get(attack, 5)} of 20")


def test_a_second_entry_of_a_number_is_found(attacker: psycopg.Connection) -> None:
    put_in_twice(attacker)
    assert first(verify("owner")).endswith("a second entry of this number was put in.")
    remove_inside(attacker)
    copy(attacker, 4, 5)
    attacker.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number = 5")
    attacker.execute("ALTER TABLE audit_auditentry ADD PRIMARY KEY (chain, number)")


def test_an_emptied_audit_is_no_sound_one(attacker: psycopg.Connection) -> None:
    remove_everything(attacker)
    found = verify("owner").findings
    assert "chain 0, entry 1: the end was made up: entries from here on may be missing." in map(str, found)


def test_switched_off_triggers_are_named(attacker: psycopg.Connection) -> None:
    verdict = verify("owner")
    assert not verdict.sound
    assert set(verdict.guards) == set(verifying.GUARD_TRIGGERS)
    attacker.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_stays")  # not for replicas
    assert "audit_stays" in verify("owner").guards


@pytest.fixture
def kept(tmp_path: Path, chain: None) -> Path:
    """A file with a checkpoint of now."""
    file = tmp_path / "checkpoints"
    append_to(file, take_checkpoint("owner"))
    append_to(file, take_checkpoint("owner"))
    return file


def rewrite_with_the_key(raw: psycopg.Connection, purpose: str) -> None:
    """What only who has the key can do: write the chain anew from entry 5 on."""
    columns = ", ".join("transaction::text" if column == "transaction" else column for column in COLUMNS)
    select = f"SELECT {columns} FROM audit_auditentry WHERE chain = 0 ORDER BY number"
    raw.execute("UPDATE audit_auditentry SET purpose = %s WHERE chain = 0 AND number = 5", [purpose])
    key, mac, number = audit_key(), START, 0
    for row in raw.execute(select).fetchall():
        number, mac = row[1], entry_mac(key, mac, row[:-1])
        raw.execute("UPDATE audit_auditentry SET mac = %s WHERE chain = 0 AND number = %s", [mac, number])
    seal = head_seal(key, 0, number, mac)
    raw.execute("UPDATE audit_audithead SET mac = %s, seal = %s WHERE chain = 0", [mac, seal])


def test_with_the_key_a_chain_can_be_written_anew_but_not_past_a_checkpoint(
    attacker: psycopg.Connection, kept: Path
) -> None:
    rewrite_with_the_key(attacker, "something else")
    assert verify("owner").findings == ()
    told = first(verify("owner", read_checkpoints([kept])))
    assert told.startswith("chain 0, entry 12 of 20")
    assert "another entry stood here" in told


def test_a_chain_that_was_set_back_whole_is_found_by_a_checkpoint(
    attacker: psycopg.Connection, chain: None, kept: Path
) -> None:
    """An earlier state of all tables, as from a backup, is sound in itself."""
    before = attacker.execute("SELECT number, mac, seal FROM audit_audithead WHERE chain = 0").fetchone()
    assert before is not None
    with acting(None, "later"):
        record("read", "test.note")
    append_to(kept, take_checkpoint("owner"))
    attacker.execute("DELETE FROM audit_auditentry WHERE chain = 0 AND number > %s", [before[0]])
    attacker.execute(
        "UPDATE audit_audithead SET number = %s, mac = %s, seal = %s WHERE chain = 0", list(before)
    )
    assert verify("owner").findings == ()
    told = first(verify("owner", read_checkpoints([kept])))
    assert told.startswith(f"chain 0, entry {before[0] + 1}: the chain was set back: at 20")
    assert told.endswith(f"it had {before[0] + 1} entries.")


def test_a_checkpoint_that_was_changed_is_no_checkpoint(kept: Path) -> None:
    told = json.loads(kept.read_text().splitlines()[1])
    told["chains"]["0"][0] += 1
    for line in (json.dumps(told), "nothing", "[]", "{}", json.dumps({"at": "", "chains": {}, "mac": ""})):
        kept.write_text(f"{kept.read_text().splitlines()[0]}\n{line}\n")
        with pytest.raises(WebError, match=r"WEB-147.*checkpoints, line 2") as caught:
            read_checkpoints([kept])
        assert caught.value.fields == ("file",)


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(WebError, match=r"WEB-146.*cannot be read"):
        read_checkpoints([tmp_path / "none"])
    with pytest.raises(WebError, match=r"WEB-146.*cannot be written"):
        append_to(tmp_path / "none" / "none", "line")


def test_the_application_does_not_verify_what_it_may_not_read(chain: None) -> None:
    with pytest.raises(WebError, match="WEB-145"):
        verify("default")


def test_progress_is_told_and_ends_at_all(chain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BLOCK", 5)
    steps: list[tuple[int, int]] = []
    verdict = verify("owner", advance=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (verdict.entries, verdict.entries)
    assert len(steps) > 2


def test_every_chain_has_its_head_and_both_statements_take_one(chain: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_audithead")
        assert cursor.fetchone() == (CHAINS,)
        for statement in (TAKE_FREE, WAIT_FOR_ONE):
            cursor.execute(statement, [CHAINS - 1])
            assert cursor.fetchone()[0] == CHAINS - 1


def test_the_commands(chain: None, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner()
    done = run.invoke(app, ["audit", "verify", "--checkpoints", str(kept)])
    assert done.exit_code == 0, done.output
    assert "The audit is as it was written: " in done.output
    assert "2 checkpoints" in done.output
    lines = len(kept.read_text().splitlines())
    assert run.invoke(app, ["audit", "checkpoint", "--file", str(kept)]).exit_code == 0
    assert len(read_checkpoints([kept])) == lines + 1
    shown = run.invoke(app, ["audit", "checkpoint"])
    assert set(json.loads(shown.stdout)) == {"at", "chains", "mac"}


def test_the_command_ends_with_status_1_and_names_entry_and_trigger(attacker: psycopg.Connection) -> None:
    remove_inside(attacker)
    done = CliRunner().invoke(app, ["audit", "verify"])
    assert done.exit_code == 1
    assert "chain 0, entry 5: the entry was removed." in done.output
    assert "the trigger audit_stays is missing or switched off" in done.output


def test_a_later_checkpoint_does_not_hide_what_an_earlier_one_contradicts(
    attacker: psycopg.Connection, kept: Path
) -> None:
    """With the key a chain is written anew at the same length; the next night's checkpoint agrees with it."""
    rewrite_with_the_key(attacker, "something else")
    append_to(kept, take_checkpoint("owner"))
    assert "another entry stood here" in first(verify("owner", read_checkpoints([kept])))


def test_an_entry_in_no_chain_is_found(database: Addresses, attacker: psycopg.Connection) -> None:
    """The application's role could satisfy the trigger with an entry that no code follows."""
    values = "99, 1, now(), NULL, '{}', '{}', 'read', 'x', '{}', '{}', '', '', '', pg_current_xact_id(), ''"
    with psycopg.connect(database.app) as connection:
        connection.execute(f"INSERT INTO audit_auditentry ({', '.join(COLUMNS)}) VALUES ({values})")
    assert "chain 99, entry 1" in first(verify("owner"))


def test_a_checkpoint_of_removed_heads_is_none(attacker: psycopg.Connection, kept: Path) -> None:
    attacker.execute("DELETE FROM audit_audithead WHERE chain > 0")
    append_to(kept, take_checkpoint("owner"))
    told = [str(finding) for finding in verify("owner", read_checkpoints([kept])).findings]
    assert any("the head of the chain was removed" in finding for finding in told)
    attacker.execute("DELETE FROM audit_audithead")
    with pytest.raises(WebError, match="WEB-142"):
        take_checkpoint("owner")
