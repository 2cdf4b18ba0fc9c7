"""``nuudel doctor``: looks at every part of an installation and says what to mend."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from nuudel.base import settings
from nuudel.base.errors import NuudelError, WebError
from nuudel.web.operations import keys
from nuudel.web.operations.database import Addresses, configured, embedded_folder, start_embedded

ENOUGH_BYTES = 5 << 30
PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Finding:
    """What one check found; ``mend`` says what to do where it is not good."""

    check: str
    good: bool
    found: str
    mend: str = ""


Check = Callable[[], Finding]


def check_python() -> Finding:
    name = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), name, "Install Python 3.11 or later.")


def check_built() -> Finding:
    """Fonts, outlines and the front end, which the installation builds."""
    wanted = {
        "fonts": (PACKAGE / "publication" / "fonts").glob("*.ttf"),
        "front end": (PACKAGE / "web" / "static").rglob("manifest.json"),
    }
    missing = [name for name, files in wanted.items() if not any(files)]
    mend = "Run `uv sync --reinstall-package nuudel` with the network on."
    return Finding("Built files", not missing, "missing: " + ", ".join(missing) if missing else "there", mend)


def check_folder() -> Finding:
    folder = settings.data_folder()
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(above, os.W_OK):
        return Finding("Data folder", False, "cannot be written", "Set NUUDEL_DATA to a folder of your own.")
    free = shutil.disk_usage(above).free
    mend = "Free some room, or set NUUDEL_DATA to a larger disk."
    return Finding("Data folder", free > ENOUGH_BYTES, f"{free / (1 << 30):,.0f} GiB free", mend)


def check_keys() -> Finding:
    folder = keys.keys_folder()
    if not folder.is_dir():
        return Finding("Secret keys", True, "not made yet; the first start makes them")
    try:
        for name in keys.NAMES:
            keys.read_key(name)
    except WebError as error:
        return Finding("Secret keys", False, error.problem, error.next_step)
    mode = stat.S_IMODE(folder.stat().st_mode) | max(stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir())
    mend = "Run `chmod -R go-rwx` on the folder of the keys."
    return Finding(
        "Secret keys", not mode & 0o077, "there" if not mode & 0o077 else "readable by others", mend
    )


def check_release() -> Finding:
    from nuudel.web.explorer.release import release

    try:
        return Finding("Figures", True, f"release {release().bundle.build[:12]}")
    except NuudelError as error:
        return Finding("Figures", False, error.problem, error.next_step)


def check_hosts() -> Finding:
    """An address that others reach must have TLS in front."""
    hosts = {host.strip() for host in settings.value("NUUDEL_HOSTS").split(",")}
    outside = hosts - {"localhost", "127.0.0.1", ""}
    secure = settings.value("NUUDEL_TLS").lower() in {"yes", "1", "true", "on"}
    return Finding(
        "TLS",
        secure or not outside,
        "in front"
        if secure
        else "not needed: this machine only"
        if not outside
        else "hosts are open, TLS is off",
        "Put TLS in front and set NUUDEL_TLS=yes.",
    )


def check_database(addresses: Addresses) -> Iterator[Finding]:
    """The server, the roles, the rights, the migrations and row-level security."""
    try:
        connection = psycopg.connect(addresses.app, connect_timeout=5)
    except psycopg.Error as error:
        yield Finding("Database", False, type(error).__name__, "Check DATABASE_URL and that the server runs.")
        return
    with connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int, current_user").fetchone()
        assert row is not None
        yield Finding("Database", row[0] >= 180000, f"PostgreSQL {row[0] // 10000}", "Use PostgreSQL 18.")
        yield check_role(connection)
        yield check_row_security(connection)


def check_role(connection: "psycopg.Connection[Any]") -> Finding:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls"
        " OR EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    strong = bool(row and row[0])
    found = "owns tables or passes row security" if strong else "holds no more than it needs"
    return Finding("Application's role", not strong, found, "Let DATABASE_URL name the role nuudel_app.")


def check_row_security(connection: "psycopg.Connection[Any]") -> Finding:
    """Every table with a policy has row-level security on, and forced."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE oid IN (SELECT polrelid FROM pg_policy)"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    ).fetchall()
    found = f"not forced on {rows[0][0]}" if rows else "forced"
    return Finding("Row security", not rows, found, "Run `nuudel serve` with the owner's address once.")


def check_migrations() -> Finding:
    from nuudel.web.operations.install import check_installed, start_django

    start_django()
    try:
        check_installed()
    except NuudelError as error:
        return Finding("Migrations", False, error.problem, "Start `nuudel serve` once; it makes them.")
    return Finding("Migrations", True, "all made")


def examine() -> Iterator[Finding]:
    """Every check, one after the other; a fault in one does not stop the others."""
    for check in (check_python, check_built, check_folder, check_keys, check_release, check_hosts):
        yield check()
    addresses = configured()
    if addresses is None and not (embedded_folder() / "PG_VERSION").exists():
        yield Finding("Database", True, "embedded; the first start makes it")
        return
    try:
        addresses = addresses or start_embedded(embedded_folder())
    except NuudelError as error:
        yield Finding("Database", False, error.problem, error.next_step)
        return
    yield from check_database(addresses)
    os.environ["DATABASE_URL"] = addresses.app
    if (keys.keys_folder() / "django").exists():
        yield check_migrations()
