"""Two servers and a road between them that is cut at any byte: nothing is lost, nothing comes twice."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from nuudel.domains.campaigns.record_types import CAMPAIGN, PARTICIPANT, TRAINING
from nuudel.domains.campaigns.tests.given import a_campaign, a_participant, a_training
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import Institution, User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.verify import verify
from nuudel.web.facts.service import make_service
from nuudel.web.nodes import syncing
from nuudel.web.nodes.models import Operation, Received
from nuudel.web.nodes.registry import register
from nuudel.web.shell import records
from nuudel.web.testing import close_connections, start_platform
from nuudel.web.testing_live import serving

from .nodes_given import PLACE, Office, dump, here, make_training, new_office, person_at

RECORDS = int(os.environ.get("NUUDEL_SOAK_RECORDS", "350"))
PARTS = 2
"""Trainings in all, six operations each and more; how often the node's process is killed."""
CUTS = 6
"""Connections that are cut before the node's process is killed, in each part."""
LONGEST = RECORDS + 120.0  # seconds that the road and the rounds may take

# A node's rounds in a process of its own, which the test kills without warning; some messages are permuted.
ROUNDS = """
from nuudel.web.operations.install import start_django
start_django()
from nuudel.web.nodes.loop import keep_in_step
import nuudel.web.nodes.syncing as syncing
syncing.BATCH = 60
in_order, luck = syncing.batch_of, __import__("random").Random(5)
def permuted(centre, waiting):
    batch, rest = in_order(centre, waiting)
    if luck.random() < 0.3:
        luck.shuffle(batch)
    return batch, rest
syncing.batch_of = permuted
keep_in_step(wait=lambda seconds: __import__("time").sleep(0.2))
"""


class Road(threading.Thread):
    """A proxy that cuts a connection after a number of bytes, in either direction, as long as it is to."""

    def __init__(self, centre: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.target = (urlsplit(centre).hostname, urlsplit(centre).port)
        self.luck = random.Random(seed)
        self.cuts, self.cut = 0, True
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                near, _ = self.listening.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            # Mostly in the middle of a message, sometimes before its first byte.
            left = [self.luck.choice((0, 200, 2_000, 10_000, 40_000)) if self.cut else 1 << 40]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, sink, left), daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket, left: list[int]) -> None:
        """Pass bytes on until they are used up, then close both ends at once."""
        with suppress(OSError):
            while block := source.recv(1024):
                left[0] -= len(block)
                if left[0] < 0:
                    self.cuts += 1
                    break
                sink.sendall(block)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def rounds(node: Office, keys: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The node's own process, with its own keys."""
    addresses = node.platform.addresses(node.name)
    named = {
        "DATABASE_URL": addresses.app,
        "NUUDEL_OWNER_DATABASE_URL": addresses.owner,
        "NUUDEL_KEYS": str(keys),
        "NUUDEL_DATA": str(keys.parent),
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", ROUNDS], env=os.environ | named, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def work(email: str, count: int) -> None:
    """What an office does: trainings with participants, steps, corrections, comments; some campaigns.

    One transaction for each, as where somebody sends several things at once.
    """
    user = here(email)
    office = Institution.objects.get(code="test-office")
    where: dict[str, Any] = {"institution": office, "place": PLACE}
    for number in range(count):
        listed = number % 3 == 0
        with acting(user, "test"):
            counted = None if listed else 1 + number % 7
            training: Any = records.create(user, TRAINING, a_training(counted_women=counted, **where))
            if listed:
                records.create(user, PARTICIPANT, a_participant(training, institution=office))
            before, version = {"venue": training.venue}, records.version_of(training)
            training.venue = f"Танхим {number}"
            records.change(user, TRAINING, training, before, version)
            for action in ("plan", "hold"):
                records.transition(user, TRAINING, training, action)
            records.comment(user, TRAINING, training, f"Тэмдэглэл {number}")
            if number % 4 == 0:
                campaign = records.create(user, CAMPAIGN, a_campaign(**where))
                records.transition(user, CAMPAIGN, campaign, "plan")


def until(reached: Callable[[], bool], started: float) -> None:
    """Wait; a road that never lets anything through fails the test."""
    while not reached():
        assert time.monotonic() - started < LONGEST
        time.sleep(0.1)


@pytest.fixture
def offices() -> Iterator[tuple[Office, Office]]:
    """A centre and an installation that is to become its node."""
    made = (new_office(), new_office())
    yield made
    close_connections()
    for office in made:
        office.platform.drop(office.name)


def test_thousands_of_operations_over_a_road_that_is_cut(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    centre, node = offices
    centre.enter()
    make_service("owner")
    email = person_at().email
    seen_first = make_training(here(email))
    _, code = register(PLACE, "Cut office")
    with serving(centre.platform.addresses(centre.name)) as address:
        road = Road(address, seed=11)
        road.start()
        node.enter()
        make_service("owner")
        join_over(road, code)
        assert dump(here(email)).keys() == {str(seen_first.pk)}
        road.cut = True
        killed = 0
        started = time.monotonic()
        for part in range(PARTS):
            with rounds(node, start_platform().folder / "keys", tmp_path / "rounds.log") as process:
                work(email, RECORDS // PARTS)
                until(lambda: road.cuts >= CUTS * (part + 1), started)  # noqa: B023  asked at once
                process.send_signal(signal.SIGKILL)
                killed += 1
        road.cut = False
        made = Operation.objects.count()
        with rounds(node, start_platform().folder / "keys", tmp_path / "rounds.log"):
            until(lambda: not Operation.objects.exclude(state="done").exists(), started)
        rate = made / (time.monotonic() - started)
        print(f"{made} operations, {road.cuts} connections cut, {rate:.0f} operations a second")
        syncing.sync()
        road.listening.close()
    theirs = dump(here_at(centre, email))
    mine = dump(here_at(node, email))
    assert mine == theirs
    assert (made, killed) == (Operation.objects.count(), PARTS)
    assert made > 5.8 * RECORDS
    assert road.cuts >= CUTS * PARTS
    acts = sum(len(row["acts"]) + len(row["said"]) for row in mine.values())
    assert acts == made + 1
    assert once_at_the_centre(centre, made)
    for office in offices:
        office.enter()
        assert verify("owner", []).sound


def here_at(office: Office, email: str) -> User:
    office.enter()
    return here(email)


def join_over(road: Road, code: str) -> None:
    """Join over a good road: a code works once."""
    road.cut = False
    syncing.join(road.address, code)
    syncing.sync()


def once_at_the_centre(centre: Office, made: int) -> bool:
    """Every operation is done there once, and every fact that a training causes is in the ledger once."""
    centre.enter()
    done = Received.objects.filter(state="done").count()
    noted = AuditEntry.objects.using("owner").filter(action="done", record_type="nodes.operation")
    facts = AuditEntry.objects.using("owner").filter(action="append", record_type="facts.fact")
    ids = [key for row in facts for key in row.record_ids]
    return done == made and noted.count() == made and len(ids) == len(set(ids)) > 0
