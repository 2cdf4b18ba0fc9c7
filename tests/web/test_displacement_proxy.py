"""Phones on a bad network: what they send over a road that is cut is kept once, byte for byte."""

import hashlib
import http.client
import random
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions.stored import content_of
from nuudel.domains.displacement.tests.given import Given, given, sent_xml, submissions_of
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses
from nuudel.web.testing_live import serving

SUBMISSIONS, PHONES = 1000, 4
BLOCK = 16_384
CHANCE = 0.3
"""Of a connection to be cut."""
MOST_TRIES = 60
GOOD, LATER = 201, {404, 429, 502, 503}


class Road(threading.Thread):
    """A proxy that cuts connections: in the middle of a request or of its answer, or at the outset."""

    def __init__(self, server: str) -> None:
        super().__init__(daemon=True)
        self.target = (urlsplit(server).hostname, urlsplit(server).port)
        self.luck = random.Random(7)
        self.requests_cut, self.answers_cut = 0, 0
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            going = coming = 1 << 40
            if self.luck.random() < CHANCE:
                if self.luck.random() < 0.5:
                    going = self.luck.choice((0, 90, 400, 1_500, 30_000))
                else:
                    coming = self.luck.choice((0, 0, 0, 20, 200))
            for source, sink, most, asks in ((near, far, going, True), (far, near, coming, False)):
                threading.Thread(target=self.carry, args=(source, sink, most, asks), daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket, most: int, asks: bool) -> None:
        """Pass bytes on until they are used up, then close both ends at once."""
        with suppress(OSError):
            while block := source.recv(BLOCK):
                sink.sendall(block[:most])
                most -= len(block)
                if most < 0:
                    if asks:
                        self.requests_cut += 1
                    else:
                        self.answers_cut += 1
                    break
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass(frozen=True)
class Filled:
    """A form that a phone has filled, with its pictures; ``replaces``: the one that it corrects."""

    instance: str
    xml: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    replaces: str = ""


@dataclass(frozen=True)
class Message:
    """One POST: the form, and some of its files."""

    filled: Filled
    names: tuple[str, ...]
    incomplete: bool
    chunked: bool


def filled_by(phone: int, count: int) -> list[Filled]:
    """What is on a phone: forms, some with pictures, some edited."""
    luck, made = random.Random(phone), list[Filled]()
    for number in range(count):
        instance = f"uuid:{uuid.UUID(int=luck.getrandbits(128))}"
        open_ones = {one.instance for one in made} - {one.replaces for one in made}
        replaces = luck.choice(sorted(open_ones)) if number > 4 and number % 7 == 0 else ""
        note = f"Утас {phone}, №{number} &amp; ₮\r\n" + "а" * luck.randrange(400)
        xml = sent_xml(instance, persons=number, note=note, replaces=replaces)
        pictures = 3 if number % 10 == 0 else 1 if number % 10 == 5 else 0
        files = {f"зураг-{n}.jpg": luck.randbytes(luck.randrange(1, 60_000)) for n in range(pictures)}
        made.append(Filled(instance, xml, files, replaces))
    return made


def messages_of(filled: Filled, luck: random.Random) -> Iterator[Message]:
    """The messages of a form: each picture in one of its own, or all in one; some are sent twice."""
    groups: list[tuple[str, ...]] = [tuple(filled.files)]
    if filled.files and luck.random() < 0.7:
        groups = [(name,) for name in filled.files]
    for number, names in enumerate(groups):
        twice = 2 if luck.random() < 0.05 else 1
        for _ in range(twice):
            yield Message(filled, names, number < len(groups) - 1, luck.random() < 0.1)


def body_of(message: Message, edge: str) -> bytes:
    parts = [("xml_submission_file", "submission.xml", message.filled.xml)]
    parts += [(name, name, message.filled.files[name]) for name in message.names]
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, file, content in parts
    )
    if message.incomplete:
        body += f'--{edge}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\nyes\r\n'.encode()
    return body + f"--{edge}--\r\n".encode()


class Sender:
    """A phone that sends all it has, in no order, again and again until each message was taken."""

    def __init__(self, road: Road, secret: str, number: int, count: int) -> None:
        self.address, self.port = f"/collect/key/{secret}/submission", road.port
        self.luck = random.Random(100 + number)
        self.filled = filled_by(number, count)
        self.lost = 0
        self.open: http.client.HTTPConnection | None = None

    def send_all(self) -> None:
        waiting = [message for one in self.filled for message in messages_of(one, self.luck)]
        for _ in range(MOST_TRIES):
            # Mostly in the order in which it was filled: what is corrected comes before its correction.
            for at in range(0, len(waiting), 8):
                waiting[at : at + 8] = self.luck.sample(waiting[at : at + 8], len(waiting[at : at + 8]))
            waiting = [message for message in waiting if not self.is_taken(message)]
            if not waiting:
                self.hang_up()
                return
        raise AssertionError(f"{len(waiting)} messages were never taken")

    def is_taken(self, message: Message) -> bool:
        edge = uuid.UUID(int=self.luck.getrandbits(128)).hex
        body = body_of(message, edge)
        pieces = (body[at : at + 5000] for at in range(0, len(body), 5000))
        try:
            if self.open is None:
                self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.open.request(
                "POST",
                self.address,
                body=pieces if message.chunked else body,
                headers={"Content-Type": f"multipart/form-data; boundary={edge}"},
                encode_chunked=message.chunked,
            )
            answer = self.open.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            self.lost += 1
            return False
        if self.luck.random() < 0.4:
            self.hang_up()  # the phone goes out of reach and comes back
        assert answer.status == GOOD or answer.status in LATER, answer.status
        return answer.status == GOOD

    def hang_up(self) -> None:
        if self.open is not None:
            self.open.close()
        self.open = None


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kept(around: Given) -> dict[str, tuple[str, dict[str, str], str, bool]]:
    """What the server has: of each submission the hash, those of its files, what it corrects, its state."""
    found = {}
    rows = submissions_of(around)
    names = {row.pk: row.instance_id for row in rows}
    with acting(around.planner, "test"):
        lying: dict[uuid.UUID, list[models.SubmissionFile]] = {}
        for file in models.SubmissionFile.objects.filter(submission__round=around.round):
            lying.setdefault(file.submission_id, []).append(file)
        for row in rows:
            files = {file.name: hashed(content_of(file)) for file in lying.get(row.pk, ())}
            assert row.instance_id not in found
            assert not row.incomplete
            replaces = names[row.replaces_id] if row.replaces_id else ""
            found[row.instance_id] = (hashed(row.content), files, replaces, row.state == "replaced")
    return found


def test_a_thousand_submissions_over_a_road_that_is_cut(database: Addresses) -> None:
    around = given()
    keys = [around.phone() for _ in range(PHONES)]
    with serving(database, workers=2) as address:
        road = Road(address)
        road.start()
        senders = [Sender(road, key.secret, number, SUBMISSIONS // PHONES) for number, key in enumerate(keys)]
        with ThreadPoolExecutor(PHONES) as pool:
            for sending in [pool.submit(sender.send_all) for sender in senders]:
                sending.result()
        road.listening.close()
    sent = [one for sender in senders for one in sender.filled]
    corrected = {one.replaces for one in sent}
    expected = {
        one.instance: (
            hashed(one.xml),
            {name: hashed(content) for name, content in one.files.items()},
            one.replaces,
            one.instance in corrected,
        )
        for one in sent
    }
    assert len(expected) == SUBMISSIONS
    assert len(corrected) > SUBMISSIONS / 10
    assert kept(around) == expected
    lost = sum(sender.lost for sender in senders)
    print(f"{lost} messages lost, {road.requests_cut} requests and {road.answers_cut} answers cut")
    assert min(road.requests_cut, road.answers_cut) > 50
