"""``nuudel serve`` as a user starts it: what stands after stopping, killing and starting again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from nuudel.web.testing_live import free_port

PATIENCE = 90


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder outside of pytest's own, which the database's account may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="nuudel-serve-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    """The folder of a service that was started once, from nothing, and stopped; a record is in it."""
    with data_folder() as folder:
        with service(folder) as (process, _):
            make_institution(folder)
        assert process.returncode == 0
        yield folder


@contextmanager
def service(data: Path, *options: str) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """A started service, and its port; stopped as by Ctrl-C."""
    port = free_port()
    command = [sys.executable, "-m", "nuudel", "serve", "--port", str(port), "--workers", "1", *options]
    hidden = ("DATABASE_URL", "NUUDEL_OWNER_DATABASE_URL", "NUUDEL_KEYS", "NUUDEL_DEMO", "NUUDEL_RELEASE")
    named = {name: value for name, value in os.environ.items() if name not in hidden}
    # The figures have tests of their own: this folder is none that they can be written to.
    named |= {"NUUDEL_DATA": str(data), "NUUDEL_RELEASE": "/dev/null/release"}
    with (data / "serve.log").open("a") as log:
        process = subprocess.Popen(command, env=named, stdout=log, stderr=log, text=True)
        try:
            wait_until_healthy(port, process, data)
            yield process, port
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(40)


def wait_until_healthy(port: int, process: "subprocess.Popen[str]", data: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert json.load(answer)["status"] == "ok"
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail((data / "serve.log").read_text(), pytrace=False)


def superuser(data: Path) -> str:
    return f"postgresql://postgres@/nuudel?host={data / 'postgresql'}"


def make_institution(data: Path) -> None:
    with psycopg.connect(superuser(data)) as connection:
        connection.execute(
            "INSERT INTO accounts_institution (code, name_mn, name_en, place, synthetic)"
            " VALUES ('kept', 'Газар', 'Office', '', false)"
        )


def institutions(data: Path) -> list[str]:
    with psycopg.connect(superuser(data)) as connection:
        return [row[0] for row in connection.execute("SELECT code FROM accounts_institution").fetchall()]


def test_a_stopped_service_leaves_no_database_running(stopped: Path) -> None:
    assert not (stopped / "postgresql" / "postmaster.pid").exists()


def test_it_starts_again_with_all_it_had_and_a_second_start_says_where_it_is(stopped: Path) -> None:
    with service(stopped) as (_, port):
        assert "kept" in institutions(stopped)
        made = [path for path in stopped.iterdir() if path.name not in {"postgresql", "serve.log"}]
        assert {"keys", "metrics", "serve.lock"} <= {path.name for path in made}
        assert [path.name for path in made if path.stat().st_mode & 0o077] == []  # this user's alone
        named = os.environ | {"NUUDEL_DATA": str(stopped)}
        command = [sys.executable, "-m", "nuudel", "serve", "--port", str(free_port())]
        second = subprocess.run(command, env=named, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert second.stderr.startswith("WEB-284: ")
    assert f"http://localhost:{port}/" in second.stderr


def test_a_killed_service_leaves_no_process_and_starts_again(stopped: Path) -> None:
    with service(stopped) as (process, port):
        process.kill()
        process.wait(10)
        until = time.monotonic() + 20
        while listening(port) and time.monotonic() < until:
            time.sleep(0.2)
        assert not listening(port)
    with service(stopped):
        assert "kept" in institutions(stopped)


def listening(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
    except OSError:
        return False
    return True


def test_a_demonstration_has_one_person_per_role_all_synthetic(data: Path) -> None:
    with service(data, "--demo"), psycopg.connect(superuser(data / "demo")) as connection:
        rows = connection.execute(
            "SELECT posting.role, person.synthetic FROM accounts_posting posting"
            " JOIN accounts_user person ON person.id = posting.user_id WHERE posting.role <> 'service'"
        ).fetchall()
    assert len(rows) == 10
    assert len({role for role, _ in rows}) == 10
    assert all(synthetic for _, synthetic in rows)


@pytest.mark.parametrize(
    ("options", "environment", "code"),
    [
        (["--demo", "--address", "0.0.0.0"], {}, "WEB-288"),
        (["--demo"], {"DATABASE_URL": "postgresql://nuudel_app@/nuudel"}, "WEB-286"),
        ([], {"NUUDEL_DATA": "/dev/null/data"}, "WEB-285"),
        ([], {"NUUDEL_DEMO": "yes"}, "WEB-295"),
        (["--address", "0.0.0.0"], {}, "WEB-296"),
        (["--pack", "atlantis"], {}, "PACK-101"),
    ],
)
def test_what_cannot_start_says_why(
    data: Path, options: list[str], environment: dict[str, str], code: str
) -> None:
    named = os.environ | {"NUUDEL_DATA": str(data)} | environment
    command = [sys.executable, "-m", "nuudel", "serve", *options]
    done = subprocess.run(command, env=named, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, code)
