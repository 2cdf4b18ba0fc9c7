"""What is no submission is refused in words, and nothing of it is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import (
    Given,
    form_xml,
    given,
    new_instance,
    sent_xml,
    step,
    submissions_of,
)
from nuudel.domains.displacement.tests.phones import Phone, message_of
from nuudel.web.operations.database import Addresses

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given()


@pytest.fixture(scope="module")
def phone(around: Given) -> NewKey:
    return around.phone()


@pytest.fixture
def on(phone: NewKey) -> Phone:
    return Phone(phone)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><data id="count" version="1"><persons>&c;</persons>
<meta><instanceID>uuid:1</instanceID></meta></data>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<data id="count" version="1"><persons>&a;</persons><meta><instanceID>uuid:2</instanceID></meta></data>"""


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        OUTSIDE,
        b"no xml",
        b"<data/>",
        b'<data id="count" version="1"/>',
        b"<a>" * 5000,
        b'<data id="count" version="1"><meta><instanceID>' + b"x" * 300 + b"</instanceID></meta></data>",
    ],
)
def test_what_is_no_submission_is_refused(around: Given, on: Phone, xml: bytes) -> None:
    before = len(submissions_of(around))
    refused = on.send(xml)
    assert refused.status_code == 400
    assert message_of(refused)
    assert len(submissions_of(around)) == before


def test_without_its_part_nothing_is_taken(on: Phone) -> None:
    assert on.client.post(f"{on.base}/submission", {"other": "text"}).status_code == 400
    whole = on.client.post(f"{on.base}/submission", sent_xml(), content_type="text/xml")
    assert whole.status_code == 415
    broken = on.client.post(f"{on.base}/submission", b"--x", content_type="multipart/form-data")
    assert broken.status_code == 400


def test_the_part_may_be_without_a_file_name(around: Given, on: Phone) -> None:
    xml = sent_xml(note="Ө Ү")
    assert on.client.post(f"{on.base}/submission", {"xml_submission_file": xml.decode()}).status_code == 201
    assert xml in [row.content for row in submissions_of(around)]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b.jpg", "/etc/passwd", "..", "a\u202eb.jpg", "x" * 300]
)
def test_names_that_lead_elsewhere_are_refused(around: Given, on: Phone, name: str) -> None:
    instance = new_instance()
    parts = {
        "xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(instance), "text/xml"),
        name: SimpleUploadedFile("a.jpg", b"x"),
    }
    assert on.client.post(f"{on.base}/submission", parts).status_code == 400
    assert instance not in {row.instance_id for row in submissions_of(around)}


def test_too_many_files_and_too_much_xml_are_refused(on: Phone) -> None:
    assert on.send(sent_xml(), {f"{n}.jpg": b"x" for n in range(101)}).status_code == 201
    assert on.send(sent_xml(), {f"{n}.jpg": b"x" for n in range(121)}).status_code == 400
    assert on.send(sent_xml(), {f"{n}.jpg": b"x" for n in range(200)}).status_code == 400
    assert on.send(sent_xml(note="x" * 4_000_001)).status_code == 413


def test_other_methods_are_refused(on: Phone) -> None:
    assert on.client.get(f"{on.base}/submission").status_code == 405
    assert on.client.put(f"{on.base}/submission").status_code == 405
    assert on.client.post(f"{on.base}/formList").status_code == 405


def test_a_correction_of_another_form_is_refused(around: Given, on: Phone) -> None:
    first = new_instance()
    assert on.send(sent_xml(first)).status_code == 201
    version = around.upload(form_xml("second"))
    step(around.planner, "form", version.form, "open")
    answer = on.send(sent_xml(form_id="second", replaces=first))
    assert answer.status_code == 404
    assert {row.instance_id: row.state for row in submissions_of(around)}[first] == "received"
