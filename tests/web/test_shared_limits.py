"""Tries are counted by all worker processes together, and nobody reads from the file who has asked."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from nuudel.base.settings import data_folder
from nuudel.web.operations.database import Addresses

WORKER = """
import sys
from nuudel.web.operations.install import start_django
start_django()
from nuudel.web.shared_limits import SharedLimit
limit = SharedLimit(per_minute=1, burst=50, name=sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(sum(not limit.take("somebody", now=1e9) for _ in range(40)), flush=True)
"""
EACH, BURST = 40, 50


@pytest.fixture
def name(database: Addresses) -> Iterator[str]:
    yield "test"
    (data_folder() / "limits" / "test").unlink(missing_ok=True)


def limit(name: str, **given: Any) -> Any:
    from nuudel.web.shared_limits import SharedLimit

    return SharedLimit(**({"per_minute": 60, "burst": 3} | given), name=name)


def test_two_processes_count_together(name: str) -> None:
    command = [sys.executable, "-c", WORKER, name]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"  # type: ignore[union-attr]
    for worker in workers:
        worker.stdin.write("go\n")  # type: ignore[union-attr]
        worker.stdin.flush()  # type: ignore[union-attr]
    granted = [int(worker.communicate()[0]) for worker in workers]
    assert sum(granted) == BURST
    assert max(granted) <= EACH


def test_a_count_fills_again_with_time(name: str) -> None:
    one = limit(name)
    assert [one.take("a", now=100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert one.take("b", now=100.0) == 0, "another key has a count of its own"
    assert one.take("a", now=101.0) == 0
    assert one.take("a", now=101.0) == 1
    assert [one.take("a", now=1000.0) for _ in range(4)] == [0, 0, 0, 1], "no more than the burst is saved up"


def test_a_clock_that_is_set_back_gives_nothing(name: str) -> None:
    one = limit(name)
    assert [one.take("a", now=100.0) for _ in range(3)] == [0, 0, 0]
    assert one.take("a", now=50.0) == 1


def test_the_file_says_nothing_of_who_asked(name: str) -> None:
    from django.test import override_settings

    from nuudel.web.shared_limits import place_of

    limit(name).take("203.0.113.7")
    assert b"203.0.113.7" not in (data_folder() / "limits" / name).read_bytes()
    here = place_of(name, "203.0.113.7")
    with override_settings(SECRET_KEY="another installation's"):
        assert place_of(name, "203.0.113.7") != here
