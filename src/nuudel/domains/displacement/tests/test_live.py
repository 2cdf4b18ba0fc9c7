"""The way of a form over a real socket: list, form, submission, kept byte for byte."""

import hashlib
import re
import select
import socket
import uuid
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import requests
from requests.auth import HTTPDigestAuth

from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import (
    Given,
    form_xml,
    given,
    new_instance,
    sent_xml,
    submissions_of,
)
from nuudel.web.operations.database import Addresses
from nuudel.web.testing_live import live

__all__ = ["live"]
Files = dict[str, tuple[str, bytes, str]]


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given()


@pytest.fixture(scope="module")
def phone(around: Given) -> NewKey:
    return around.phone()


@pytest.fixture
def base(live: str, phone: NewKey) -> str:
    return f"{live}/collect/key/{phone.secret}"


def message(xml: bytes, **files: bytes) -> Files:
    found = {"xml_submission_file": ("submission.xml", xml, "text/xml")}
    return found | {name: (name, content, "image/jpeg") for name, content in files.items()}


def test_from_the_list_to_the_submission(around: Given, base: str) -> None:
    listed = requests.get(f"{base}/formList", params={"deviceID": "x"}, timeout=20)
    assert listed.status_code == 200
    assert listed.headers["Content-Type"].startswith("text/xml")
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    assert int(listed.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000
    assert listed.headers["Date"].endswith("GMT")
    (address,) = re.findall(r"<downloadUrl>(.*?)</downloadUrl>", listed.text)
    form = requests.get(address, timeout=20).content
    assert form == form_xml()
    assert f"md5:{hashlib.md5(form).hexdigest()}" in listed.text
    assert requests.head(f"{base}/submission", timeout=20).status_code == 204
    xml = sent_xml(note="Өвс, ус ₮ \r\n ’")
    for _ in range(2):
        answer = requests.post(f"{base}/submission", files=message(xml), timeout=20)
        assert answer.status_code == 201
        assert "http://openrosa.org/http/response" in answer.text
    assert [row.content for row in submissions_of(around)] == [xml]


def test_a_body_in_chunks_without_a_length(around: Given, base: str) -> None:
    xml, edge = sent_xml(note="в хэсгээр"), uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n'
    body = head.encode() + b"Content-Type: text/xml\r\n\r\n" + xml + f"\r\n--{edge}--\r\n".encode()
    pieces = [body[at : at + 37] for at in range(0, len(body), 37)]
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    answer = requests.post(f"{base}/submission", data=iter(pieces), headers=kind, timeout=20)
    assert answer.status_code == 201
    assert xml in [row.content for row in submissions_of(around)]


def test_two_gigabytes_are_refused_before_they_are_read(base: str) -> None:
    parts = urlsplit(base)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            f"POST {parts.path}/submission HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2147483648\r\n\r\n".encode()
        )
        answer = connection.recv(4000).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert "x-openrosa-version: 1.0" in answer.lower()


def test_a_stream_without_an_end_is_refused(base: str) -> None:
    parts, sent = urlsplit(base), 0
    piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            f"POST {parts.path}/submission HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        with suppress(OSError):
            while sent < 2**31 and not select.select([connection], [], [], 0)[0]:
                connection.sendall(piece)
                sent += len(piece)
        with suppress(OSError):
            assert connection.recv(4000).startswith(b"HTTP/1.1 413")
    assert sent < 200_000_000
    assert requests.head(f"{base}/submission", timeout=20).status_code == 204


def test_digest_is_asked_for_and_taken(live: str, around: Given, phone: NewKey) -> None:
    address = f"{live}/collect/{around.round.key}/formList"
    asked = requests.get(address, timeout=20)
    assert asked.status_code == 401
    assert asked.headers["WWW-Authenticate"].startswith('Digest realm="Nuudel"')
    login = phone.device.login
    assert requests.get(address, auth=HTTPDigestAuth(login, phone.secret), timeout=20).status_code == 200
    wrong = HTTPDigestAuth(login, phone.secret + "x")
    assert requests.get(address, auth=wrong, timeout=20).status_code == 401
    sent = requests.post(
        f"{live}/collect/{around.round.key}/submission",
        files=message(sent_xml()),
        auth=HTTPDigestAuth(login, phone.secret),
        timeout=20,
    )
    assert sent.status_code == 201


def test_the_same_at_once_from_many_connections_is_kept_once(around: Given, base: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    xml, instance = b"", new_instance()
    xml = sent_xml(instance)
    photo = bytes(range(256)) * 40

    def send(_: int) -> int:
        files = message(xml, **{"зураг.jpg": photo})
        return requests.post(f"{base}/submission", files=files, timeout=30).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(16))) == {201}
    found = [row for row in submissions_of(around) if row.instance_id == instance]
    assert [row.content for row in found] == [xml]
