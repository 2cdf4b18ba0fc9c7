"""What the tests of web and of every domain share: a database, people with roles, a browser's client.

One embedded PostgreSQL a test run; each test module gets a fresh copy of a migrated database.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuudel.web.operations import database as databases
from nuudel.web.operations.keys import make_keys

if TYPE_CHECKING:
    from django.test import Client

    from nuudel.web.access.roles import Role
    from nuudel.web.accounts.models import Institution, User

TEMPLATE = "nuudel_template"
PASSWORD = "a long enough password"
TOTP_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Platform:
    """The server of a test run: its folder and the address of its superuser."""

    folder: Path
    superuser: str

    def addresses(self, name: str) -> databases.Addresses:
        return databases.embedded_addresses(self.superuser, name)

    def copy(self) -> str:
        """A fresh copy of the migrated database; its name."""
        name = f"nuudel_test_{next(_numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER nuudel_owner')
        inside = make_conninfo(self.superuser, dbname=name)
        with psycopg.connect(inside, autocommit=True) as connection:
            connection.execute("ALTER SCHEMA public OWNER TO nuudel_owner")
        return name

    def drop(self, name: str) -> None:
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(statement)


@cache
def start_platform() -> Platform:
    """Start the server, migrate the template and load Django; once a process."""
    folder = Path(tempfile.mkdtemp(prefix="nuudel-test-"))
    # Playwright's loop stays in this thread after a browser test; beside one Django refuses the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    os.environ["NUUDEL_DATA"] = str(folder)
    os.environ["NUUDEL_KEYS"] = str(folder / "keys")
    make_keys(folder / "keys")
    server = databases.embedded_server(folder / "postgresql", when_left="delete")
    platform = Platform(folder, server.get_uri())
    platform.run("ALTER SYSTEM SET fsync = off")
    platform.run("SELECT pg_reload_conf()")
    databases.prepare(server.get_uri(), TEMPLATE)
    addresses = platform.addresses(TEMPLATE)
    os.environ["DATABASE_URL"] = addresses.app
    os.environ["NUUDEL_OWNER_DATABASE_URL"] = addresses.owner
    from nuudel.web.operations.install import install, start_django

    start_django()
    use_test_settings()
    install()
    close_connections()
    return platform


def use_test_settings() -> None:
    from django.conf import settings
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Cheap hashes, which a server started beside can check too: its list has this hasher as its second.
    PBKDF2PasswordHasher.iterations = 1
    settings.PASSWORD_HASHERS = list(reversed(settings.PASSWORD_HASHERS))
    list_static_files_once()


def list_static_files_once() -> None:
    """Each client of Django's has middleware of its own; the static files are the same for all of them."""
    from whitenoise.middleware import WhiteNoiseMiddleware as Middleware

    make, listed = Middleware.__init__, dict[str, Any]()

    def made(self: Middleware, get_response: Any = None) -> None:
        if not listed:
            make(self, get_response)
            listed.update(vars(self))
        vars(self).update(listed, get_response=get_response)

    Middleware.__init__ = made


def close_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()


def point_to(addresses: databases.Addresses) -> None:
    """Make Django's connections those of another database."""
    from django.db import connections

    close_connections()
    for alias, address in (("default", addresses.app), ("owner", addresses.owner)):
        connections[alias].settings_dict["NAME"] = conninfo_to_dict(address)["dbname"]
    os.environ["DATABASE_URL"] = addresses.app
    os.environ["NUUDEL_OWNER_DATABASE_URL"] = addresses.owner


@pytest.fixture(scope="module")
def database() -> Iterator[databases.Addresses]:
    """A fresh database for the tests of a module; gives its addresses."""
    platform = start_platform()
    name = platform.copy()
    point_to(platform.addresses(name))
    yield platform.addresses(name)
    close_connections()
    platform.drop(name)


@pytest.fixture
def client(database: databases.Addresses) -> "Client":
    """A client that is not signed in."""
    from django.test import Client

    return Client()


def institution(code: str = "test-office", **fields: Any) -> "Institution":
    """An institution, made once per code."""
    from nuudel.web.accounts.models import Institution

    names = {"name_mn": f"Байгууллага {code}", "name_en": f"Office {code}"}
    Institution.objects.using("owner").get_or_create(code=code, defaults=names | fields)
    return Institution.objects.get(code=code)


def user_with(
    role: "Role | None" = None, place: str = "", at: "Institution | None" = None, **fields: Any
) -> "User":
    """A user with one posting; without a role a user who has none.

    Made as the owner: the database lets nobody else give roles (accounts, migration 0003).
    """
    from nuudel.web.accounts.models import Posting, User

    number = next(_numbers)
    named = {"email": f"user{number}@example.org", "name": f"Test person {number}"} | fields
    user = User.objects.db_manager("owner").create_user(password=PASSWORD, **named)
    if role is not None:
        office = (at or institution()).pk
        Posting.objects.using("owner").create(user_id=user.pk, role=role, institution_id=office, place=place)
    return User.objects.get(pk=user.pk)


def give_factor(user: "User") -> Any:
    """The user's app with codes, set up where it was not; its seed is the same in all tests."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found or TOTP.activate(user, TOTP_SEED).instance


def signed_in(user: "User") -> "Client":
    """A client in which a user has signed in, with the second factor where one is asked for."""
    import time

    from django.test import Client

    client = Client()
    client.force_login(user)
    if user.is_officer:
        shown = {"method": "mfa", "type": "totp", "id": give_factor(user).pk, "at": time.time()}
        session = client.session
        session["account_authentication_methods"] = [shown]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
