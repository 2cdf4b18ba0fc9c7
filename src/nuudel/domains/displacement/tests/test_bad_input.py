"""What should not come and comes: nothing is lost, and what is wrong is told."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import quota, views
from nuudel.domains.displacement.submissions import stored
from nuudel.domains.displacement.tests.given import (
    Given,
    form_xml,
    given,
    new_instance,
    sent_xml,
    submissions_of,
)
from nuudel.domains.displacement.tests.phones import Phone, kept_files, message_of
from nuudel.domains.displacement.tests.rounds import given_area_round, send_area
from nuudel.domains.displacement.tests.test_keys import listed, plain
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.attachments import folder

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given()


@pytest.fixture
def on(around: Given) -> Phone:
    return Phone(around.phone())


def one(around: Given, instance: str) -> models.Submission:
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    return row


def test_a_version_from_the_future_waits_on_the_phone_until_it_is_here(around: Given, on: Phone) -> None:
    instance = new_instance()
    xml = sent_xml(instance, version="2031-02")
    refused = on.send(xml, {"a.jpg": b"x"})
    assert refused.status_code == 404
    assert message_of(refused).strip()
    around.upload(form_xml(version="2031-02"))
    assert on.send(xml, {"a.jpg": b"x"}).status_code == 201
    assert one(around, instance).content == xml
    assert kept_files(around, one(around, instance)) == {"a.jpg": b"x"}


@pytest.mark.parametrize(("date", "year"), [("Thu, 01 Jan 1970 00:00:00 GMT", 1970), ("x", 0)])
def test_a_wrong_clock_is_kept_beside_ours(around: Given, on: Phone, date: str, year: int) -> None:
    instance = new_instance()
    parts = {"xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(instance), "text/xml")}
    answer = on.client.post(f"{on.base}/submission", parts, headers={"Date": date})
    assert answer.status_code == 201
    row = one(around, instance)
    assert (row.device_at.year if row.device_at else 0) == year
    assert row.created_at.year >= 2026


def test_an_enumerator_outside_the_own_area_is_kept_and_seen(database: Addresses) -> None:
    own = given_area_round()
    row = send_area(own, own.given.phone(area="MN81"), "MN34822", 40)
    assert (row.state, row.place, row.area) == ("received", "MN81", "MN34822")
    assert row.facts


def test_a_file_without_a_file_name_is_kept_or_told(around: Given, on: Phone) -> None:
    instance = new_instance()
    head = "--x\r\nContent-Disposition: form-data; name="
    whole = f'{head}"xml_submission_file"; filename="a.xml"\r\n\r\n'.encode() + sent_xml(instance)

    def send(content: bytes) -> Any:
        body = whole + f'\r\n{head}"note.txt"\r\n\r\n'.encode() + content + b"\r\n--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        return on.client.generic("POST", f"{on.base}/submission", body, kind)

    refused = send(b"\xff\xd8\xff\xe0 no text")
    assert refused.status_code == 400
    assert instance not in {row.instance_id for row in submissions_of(around)}
    assert send("Өвс\r\nус".encode()).status_code == 201
    assert kept_files(around, one(around, instance)) == {"note.txt": "Өвс\r\nус".encode()}


def test_a_phone_sends_so_much_a_day(around: Given, on: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MOST_A_DAY", 3000)
    files = {"a.jpg": b"x" * 1500}
    assert on.send(sent_xml(), files).status_code == 201
    instance = new_instance()
    refused = on.send(sent_xml(instance), files)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 86_401
    assert instance not in {row.instance_id for row in submissions_of(around)}
    assert Phone(around.phone()).send(sent_xml(), files).status_code == 201


def test_basic_without_tls_is_taken_on_the_own_machine_alone(around: Given) -> None:
    key = around.phone()
    header = plain(key.device.login, key.secret)
    assert listed(around, header).status_code == 200
    away = Client(REMOTE_ADDR="10.0.0.7")
    refused = listed(around, header, away)
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Digest")
    address = f"/collect/{around.round.key}/formList"
    assert away.get(address, headers=header, secure=True).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [(PermissionDenied(), 403), (WebError(173, "there is no current data key.", "Run it."), 503)],
)
def test_what_goes_wrong_inside_is_told_in_openrosa(
    on: Phone, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def failing(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(views, "receive", failing)
    answer = on.send(sent_xml())
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/xml")
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert message_of(answer)


def lying() -> set[Path]:
    return set(folder().iterdir())


def test_files_are_encrypted_and_nothing_is_left_over(
    around: Given, on: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, instance = lying(), new_instance()
    xml = sent_xml(instance)
    assert on.send(xml, {"a.jpg": b"a face" * 99}).status_code == 201
    (path,) = lying() - before
    assert b"a face" not in path.read_bytes()
    assert on.send(xml, {"a.jpg": b"another" * 99}).status_code == 201
    (newer,) = lying() - before
    assert newer != path
    put, number = stored.put_content, iter(range(9))

    def failing(row: Any, content: bytes) -> Path:
        if next(number):
            raise OSError("the disk is full")
        return put(row, content)

    monkeypatch.setattr("nuudel.domains.displacement.collect.receiving.put_content", failing)
    again = new_instance()
    on.client.raise_request_exception = False
    assert on.send(sent_xml(again), {"a.jpg": b"1", "b.jpg": b"2"}).status_code == 503
    assert lying() - before == {newer}
    assert again not in {row.instance_id for row in submissions_of(around)}
