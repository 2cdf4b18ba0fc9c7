"""A web service to be measured: a database of its own, people with tokens, the real server; all synthetic."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuudel.base.errors import WebError
from nuudel.web.operations.database import start_embedded
from nuudel.web.operations.keys import make_keys

START_SECONDS = 60


@dataclass(frozen=True)
class Exercise:
    """A running server.

    Attributes
    ----------
    port
        Where it listens, on this machine alone.
    tokens
        Texts of tokens, each of another person: limits are per token.
    place
        The code of a place where these people work.
    """

    port: int
    tokens: tuple[str, ...]
    place: str
    folder: Path
    process: "subprocess.Popen[bytes]"


@contextmanager
def exercising(release: Path, *, workers: int = 2, people: int = 64) -> Iterator[Exercise]:
    """Start a server on an empty database; everything is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="nuudel-exercise-"))
    try:
        os.environ |= {"NUUDEL_DATA": str(folder), "NUUDEL_RELEASE": str(release)}
        os.environ["NUUDEL_KEYS"] = str(folder / "keys")
        make_keys(folder / "keys")
        addresses = start_embedded(folder / "postgresql")
        os.environ |= {"DATABASE_URL": addresses.app, "NUUDEL_OWNER_DATABASE_URL": addresses.owner}
        from nuudel.web.operations.install import install, start_django

        start_django()
        install()
        tokens = make_people(people)
        with served(folder, workers) as (port, process):
            yield Exercise(port, tokens, "MN81", folder, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def served(folder: Path, workers: int) -> "Iterator[tuple[int, subprocess.Popen[bytes]]]":
    """The web server as a process of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = ["--port", str(port), "--workers", str(workers)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nuudel.web.operations.server", *options], stdout=log, stderr=log
        )
    try:
        wait_for(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise WebError(294, "the server to be measured does not start.", "Run `nuudel doctor`.")


def make_people(number: int) -> tuple[str, ...]:
    """Synthetic people who run trainings, each with a token for all that their posting allows."""
    from nuudel.web.access.context import acting
    from nuudel.web.access.roles import Role
    from nuudel.web.accounts.models import Institution, Posting, User
    from nuudel.web.api.tokens import make_token, scopes_of

    office = Institution.objects.create(code="exercise", name_mn="Жишээ", name_en="Example", synthetic=True)
    texts = []
    for count in range(number):
        user = User.objects.create_user(f"exercise{count}@example.org", None, name="Example", synthetic=True)
        # As the owner: in the application's own name nobody is given a role (accounts, migration 0003).
        Posting.objects.using("owner").create(
            user_id=user.pk, role=Role.ADMINISTRATOR, institution_id=office.pk
        )
        with acting(user, "exercise"):
            texts.append(make_token(user, "exercise", scopes_of(user), 1)[1])
    return tuple(texts)


def statements_of(work: Callable[[], object]) -> int:
    """How many statements a piece of work sends to the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)


def posting(path: str, body: bytes, kind: str) -> int:
    """Send a message to this process itself, without a network; the status of its answer."""
    from django.test import Client

    answer: Any = Client().post(path, body, content_type=kind, headers={"host": "localhost"})
    return int(answer.status_code)


def leave_database() -> None:
    """End the connections of a thread that has nothing more to do."""
    from django.db import connections

    connections.close_all()


def uploaded(name: str, content: bytes) -> Any:
    """A file as it stands in a message that was received."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def page_seconds(user: Any, addresses: "dict[str, str]") -> dict[str, float]:
    """Seconds until each page is answered to a synthetic person, the first view of each."""
    from django.test import Client, override_settings

    found = {}
    # No second factor for who looks: these are synthetic people on a database of their own.
    with override_settings(ALLOWED_HOSTS=["testserver"], DEMO=True):
        client = Client()
        client.force_login(user)
        for name, address in addresses.items():
            start = time.perf_counter()
            answer: Any = client.get(address)
            found[name] = time.perf_counter() - start
            assert answer.status_code == 200, f"the page {name} answered {answer.status_code}"
    return found


def address_of(name: str, *keys: object) -> str:
    """The address of a page by the name of its route."""
    from django.urls import reverse

    return str(reverse(name, args=keys))
