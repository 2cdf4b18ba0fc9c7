"""The restore drill: what is backed up while the service writes comes back whole; what is damaged not."""

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from nuudel.base.errors import WebError
from nuudel.web.operations.backup import MANIFEST, restore_backup, row_counts, run_program, write_backup
from nuudel.web.operations.database import Addresses, prepare
from nuudel.web.testing import Platform, institution, signed_in, start_platform, user_with


def quiet(step: str) -> None:
    """Nobody watches."""


@pytest.fixture
def empty(database: Addresses) -> Iterator[Addresses]:
    """A database with the roles' rights and no table."""
    platform: Platform = start_platform()
    name = "nuudel_restored"
    prepare(platform.superuser, name)
    yield platform.addresses(name)
    platform.drop(name)


@pytest.fixture
def backup_file(database: Addresses, tmp_path: Path) -> Path:
    user_with(at=institution("drill"))
    attachments = tmp_path / "attachments"
    attachments.mkdir()
    (attachments / "scan").write_bytes(b"content of an attachment")
    write_backup(database, attachments, tmp_path / "drill.backup", quiet)
    return tmp_path / "drill.backup"


def counts(address: str) -> dict[str, int]:
    with psycopg.connect(address) as connection:
        return row_counts(connection)


def test_a_restored_backup_is_the_same(
    database: Addresses, empty: Addresses, backup_file: Path, tmp_path: Path
) -> None:
    restored = restore_backup(backup_file, empty, tmp_path / "new", quiet)
    assert counts(empty.backup) == counts(database.backup) == restored.rows
    assert restored.rows["accounts_user"] >= 1
    assert (tmp_path / "new" / "scan").read_bytes() == b"content of an attachment"


def test_rights_and_row_security_come_back_too(
    database: Addresses, empty: Addresses, backup_file: Path, tmp_path: Path
) -> None:
    restore_backup(backup_file, empty, tmp_path / "new", quiet)
    question = (
        "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
        " ORDER BY 1, 2"
    )
    rights = (
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'nuudel_app' ORDER BY 1, 2"
    )
    forced = (
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r' ORDER BY 1"
    )
    triggers = "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
    for statement in (question, rights, forced, triggers):
        answers = []
        for address in (database.owner, empty.owner):
            with psycopg.connect(address) as connection:
                answers.append(connection.execute(statement).fetchall())
        assert answers[0] == answers[1]
        assert answers[0] or statement in (question, triggers)


def test_a_full_place_is_never_written_over(database: Addresses, backup_file: Path, tmp_path: Path) -> None:
    with pytest.raises(WebError, match="WEB-292"):
        restore_backup(backup_file, database, tmp_path / "new", quiet)
    with pytest.raises(WebError, match="WEB-289"):
        write_backup(database, tmp_path / "attachments", backup_file, quiet)


def test_a_cut_or_changed_backup_is_refused(empty: Addresses, backup_file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.backup"
    cut.write_bytes(backup_file.read_bytes()[:5000])
    changed = tmp_path / "changed.backup"
    with tarfile.open(backup_file) as source, tarfile.open(changed, "w") as target:
        for member in source.getmembers():
            content = source.extractfile(member)
            data = content.read() if content else b""
            if member.name.endswith("scan"):
                data = b"forged " + data[7:]
            member.size = len(data)
            target.addfile(member, io.BytesIO(data) if content else None)
    no_backup = tmp_path / "no.backup"
    no_backup.write_text("a letter")
    for file in (cut, changed, no_backup):
        with pytest.raises(WebError, match="WEB-291"):
            restore_backup(file, empty, tmp_path / "new", quiet)
        assert counts(empty.owner) == {}


def test_a_backup_that_would_write_outside_is_refused(empty: Addresses, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.backup"
    with tarfile.open(hostile, "w") as target:
        member = tarfile.TarInfo("../../outside")
        member.size = 3
        target.addfile(member, io.BytesIO(b"bad"))
        entry = json.dumps({"format": 1, "made_at": "", "nuudel": "", "rows": {}, "sums": {}}).encode()
        manifest = tarfile.TarInfo(MANIFEST)
        manifest.size = len(entry)
        target.addfile(manifest, io.BytesIO(entry))
    with pytest.raises(WebError, match="WEB-291"):
        restore_backup(hostile, empty, tmp_path / "new", quiet)


def test_without_the_role_for_backups_it_says_that_it_cannot_read_all(
    database: Addresses, tmp_path: Path
) -> None:
    with pytest.raises(WebError, match="WEB-290"):
        write_backup(Addresses(database.app, database.app), tmp_path / "none", tmp_path / "x.backup", quiet)
    assert not (tmp_path / "x.backup").exists()


def test_no_password_is_among_the_arguments_of_a_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Everybody on the machine can list them."""
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **options: object) -> SimpleNamespace:
        seen.append((command, env))
        return SimpleNamespace(returncode=1, stderr="DETAIL: Key (email)=(bat@example.org) already exists.")

    monkeypatch.setattr(subprocess, "run", run)
    address = "postgresql://nuudel_backup:a%20secret@db.example.org:5433/nuudel?sslmode=require"
    with pytest.raises(WebError, match="WEB-290") as caught:
        run_program(["pg_dump"], address, "the dump")
    [(command, env)] = seen
    assert "secret" not in " ".join(command)
    assert {"host=db.example.org", "port=5433", "sslmode=require"} <= set(command[-1].split())
    assert env["PGPASSWORD"] == "a secret"
    assert "bat" not in str(caught.value)


def test_nobody_works_on_with_a_session_out_of_a_backup(
    database: Addresses, empty: Addresses, tmp_path: Path
) -> None:
    signed_in(user_with(at=institution("drill")))
    write_backup(database, tmp_path / "none", tmp_path / "session.backup", quiet)
    restore_backup(tmp_path / "session.backup", empty, tmp_path / "new", quiet)
    assert counts(database.backup)["django_session"] >= 1
    for table in ("django_session", "usersessions_usersession", "web_cache"):
        assert counts(empty.backup)[table] == 0


def test_a_backup_is_for_its_owner_alone_from_the_first_byte(
    database: Addresses, empty: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    add = tarfile.TarFile.add

    def watched(archive: tarfile.TarFile, *given: object, **options: object) -> None:
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.glob(".*.part"))
        add(archive, *given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(tarfile.TarFile, "add", watched)
    attachments = tmp_path / "attachments"
    attachments.mkdir(mode=0o700)
    (attachments / "scan").write_bytes(b"content")
    write_backup(database, attachments, tmp_path / "modes.backup", quiet)
    assert modes
    assert set(modes) == {0o600}
    restore_backup(tmp_path / "modes.backup", empty, tmp_path / "new", quiet)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
