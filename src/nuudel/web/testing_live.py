"""A running server for tests: the real web server on a free loopback port, on the test module's database."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nuudel.web.operations.database import Addresses
from nuudel.web.testing import start_platform

START_SECONDS = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(addresses: Addresses, *, workers: int = 1, **environment: str) -> Iterator[str]:
    """Run the web server on a database; yields its address, such as ``http://127.0.0.1:8123``."""
    port = free_port()
    named = {"DATABASE_URL": addresses.app, "NUUDEL_OWNER_DATABASE_URL": addresses.owner, **environment}
    command = [
        sys.executable,
        "-m",
        "nuudel.web.operations.server",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    log = start_platform().folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | named, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start; its log is beside the test's database", pytrace=False)


@pytest.fixture(scope="module")
def live(database: Addresses) -> Iterator[str]:
    """The address of a server on the test module's database."""
    with serving(database) as address:
        yield address
