"""Submissions received by the real server over HTTP: by a key in the address, and by Digest."""

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from nuudel.bench.dtm_field import Country, country, submissions
from nuudel.bench.embedded import start_platform
from nuudel.bench.load import Request, measure_load

PHONES, CONNECTIONS, WORKERS = 96, 16, 2
BODIES = 128
SECONDS_AT_MOST = 8.0
LINE = b"\r\n"
BOUNDARY = b"nuudel-bench"
INSTANCE = b"00000000-0000-0000-0000-000000000000"


def measure_here(scale: float) -> dict[str, Any]:
    """The figures, in a process whose environment names the folders."""
    addresses = start_platform()
    field = country(64, PHONES)
    bodies = [multipart(xml) for xml in submissions(field, BODIES)]
    seconds = max(1.0, SECONDS_AT_MOST * min(1.0, scale * 100))
    from nuudel.web.operations.exercise import served

    with served(Path(os.environ["NUUDEL_DATA"]), WORKERS) as (port, _):
        by_key = Sending(field, bodies).by_key
        measure_load(port, by_key, seconds=1.0, connections=CONNECTIONS)
        before = time.process_time()
        key = measure_load(port, by_key, seconds=seconds, connections=CONNECTIONS)
        client = time.process_time() - before
        digest = measure_load(
            port, Sending(field, bodies).by_digest(port), seconds=seconds, connections=CONNECTIONS
        )
    for load in (key, digest):
        assert not load.failed, f"{load.failed} submissions were refused"
    sent = key.per_second * seconds
    unit = f"submissions per second, {WORKERS} workers on {os.cpu_count()} cores"
    floor = bare_commits(addresses.owner, len(bodies[0]))
    return {
        "submissions_per_second": {"value": key.per_second, "unit": unit, "floor": floor},
        "submissions_p99_ms": {"value": key.p99_ms, "unit": f"milliseconds, {CONNECTIONS} connections"},
        "submissions_digest_per_second": {"value": digest.per_second, "unit": unit},
        "submissions_client_ms": {
            "value": client * 1000 / max(1.0, sent),
            "unit": "ms of the client's CPU each",
        },
        "submission_statements_cost": {
            "value": float(statements(field, bodies[0])),
            "unit": "statements each",
        },
        **entered(len(bodies)),
    }


def multipart(xml: bytes) -> bytes:
    """A message as phones send it; the id of the submission is put in when it is sent."""
    start = xml.index(b"uuid:") + len(b"uuid:")
    xml = xml[:start] + INSTANCE + xml[start + len(INSTANCE) :]
    head = b'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"'
    kind = b"Content-Type: text/xml"
    return LINE.join([b"--" + BOUNDARY, head, kind, b"", xml, b"--" + BOUNDARY + b"--", b""])


class Sending:
    """Requests of many phones, each submission another one."""

    def __init__(self, field: Country, bodies: Sequence[bytes]) -> None:
        self.field, self.bodies = field, bodies

    def request(self, path: str, number: int, more: str = "") -> bytes:
        body = self.bodies[number % len(self.bodies)].replace(INSTANCE, str(uuid4()).encode())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n\r\n"
        )
        return head.encode() + body

    def by_key(self, number: int) -> bytes:
        key = self.field.keys[number % len(self.field.keys)]
        return self.request(f"/collect/key/{key.secret}/submission", number)

    def by_digest(self, port: int) -> Request:
        """With the answer to a challenge that was asked for once, as phones keep it."""
        path = f"/collect/{self.field.round.key}/submission"
        nonce = challenge_of(port, path)

        def request(number: int) -> bytes:
            key = self.field.keys[number % len(self.field.keys)]
            return self.request(path, number, answer_to(nonce, key, path))

        return request


def challenge_of(port: int, path: str) -> str:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("HEAD", path, headers={"Host": "localhost"})
    asked = connection.getresponse().headers["WWW-Authenticate"]
    connection.close()
    return str(asked.partition('nonce="')[2].partition('"')[0])


def answer_to(nonce: str, key: Any, path: str) -> str:
    from nuudel.domains.displacement.collect.digest import md5
    from nuudel.domains.displacement.operations.keys import REALM, ha1_of

    login = key.device.login
    told = md5(f"{ha1_of(login, key.secret)}:{nonce}:00000001:bench:auth:{md5(f'POST:{path}')}")
    return (
        f'Authorization: Digest username="{login}", realm="{REALM}", nonce="{nonce}", uri="{path}", '
        f'qop=auth, nc=00000001, cnonce="bench", algorithm=MD5, response="{told}"\r\n'
    )


def bare_commits(address: str, size: int) -> float:
    """Rows of a submission's size a second that two connections at once write durably, without anything on
    the table."""
    import psycopg

    def write(_: int) -> int:
        rows, start = 0, time.perf_counter()
        with psycopg.connect(address) as connection:
            while time.perf_counter() - start < 1.0:
                connection.execute("INSERT INTO bare VALUES (%s)", ["x" * size])
                connection.commit()
                rows += 1
        return rows

    with psycopg.connect(address, autocommit=True) as owner, ThreadPoolExecutor(WORKERS) as threads:
        owner.execute("CREATE TABLE bare (content text)")
        rows = sum(threads.map(write, range(WORKERS)))
        owner.execute("DROP TABLE bare")
    return float(rows)


def statements(field: Country, body: bytes) -> int:
    """Statements of one submission, that of its rights and of its commit among them."""
    from nuudel.web.operations.exercise import posting, statements_of

    path = f"/collect/key/{field.keys[0].secret}/submission"
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"

    def send() -> None:
        assert posting(path, body.replace(INSTANCE, str(uuid4()).encode()), kind) == 201

    send()
    return statements_of(send)


def entered(least: int) -> dict[str, Any]:
    """What was received is entered: facts in the ledger, areas of the frame."""
    from nuudel.domains.displacement.submissions.entering import enter_batch

    enter_batch()
    start, rows = time.perf_counter(), 0
    while rows < least * 8 and (count := enter_batch()):
        rows += count
    unit = "submissions per second, one process"
    return {"submissions_entered_per_second": {"value": rows / (time.perf_counter() - start), "unit": unit}}


if __name__ == "__main__":
    print(json.dumps(measure_here(float(sys.argv[1]))))
