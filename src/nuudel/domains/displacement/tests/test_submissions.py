"""Submissions in every order: split, repeated, corrected, closed, encrypted."""

import base64
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nuudel.domains.displacement.models.base import packed, unpacked
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import (
    Given,
    given,
    new_instance,
    sent_xml,
    step,
    submissions_of,
)
from nuudel.domains.displacement.tests.phones import Phone, forms_in, kept_files, message_of
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


def test_the_same_again_is_taken_and_kept_once(around: Given, on: Phone) -> None:
    xml, before = sent_xml(), len(submissions_of(around))
    assert [on.send(xml).status_code for _ in range(3)] == [201, 201, 201]
    assert len(submissions_of(around)) == before + 1


def test_other_content_under_the_same_id_is_refused(around: Given, on: Phone) -> None:
    instance = new_instance()
    assert on.send(sent_xml(instance, persons=1)).status_code == 201
    refused = on.send(sent_xml(instance, persons=2))
    assert refused.status_code == 409
    assert message_of(refused)
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    assert b"<persons>1</persons>" in row.content


def test_contents_of_both_packings_are_read() -> None:
    """Before there was a mark, contents were kept in base85."""
    content = sent_xml() + "\0\ufeff зураг".encode()
    assert unpacked(packed(content)) == content
    for size in range(8):  # whatever the first letter of base85 is
        earlier = base64.b85encode(zlib.compress(content, size)).decode()
        assert unpacked(earlier) == content


@pytest.mark.parametrize("backwards", [False, True])
def test_files_in_several_messages_in_any_order(around: Given, on: Phone, backwards: bool) -> None:
    xml, instance = b"", new_instance()
    xml = sent_xml(instance)
    files = {"зураг 1.jpg": b"one" * 1000, "b.jpg": b"two", "c.amr": b"three"}
    names = sorted(files, reverse=backwards)
    for name in [*names, *names]:
        more = {"*isIncomplete*": "yes"} if name != names[-1] else {}
        assert on.send(xml, {name: files[name]}, **more).status_code == 201
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    assert row.incomplete is False
    assert kept_files(around, row) == files


def test_a_file_that_is_sent_again_is_replaced(around: Given, on: Phone) -> None:
    instance = new_instance()
    xml = sent_xml(instance)
    for content in (b"half", b"whole"):
        assert on.send(xml, {"a.jpg": content}).status_code == 201
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    assert kept_files(around, row) == {"a.jpg": b"whole"}


def test_a_correction_replaces_and_only_once(around: Given, on: Phone) -> None:
    first, second, third = new_instance(), new_instance(), new_instance()
    assert on.send(sent_xml(second, replaces=first)).status_code == 404
    assert on.send(sent_xml(first)).status_code == 201
    correction = sent_xml(second, replaces=first, persons=6)
    assert [on.send(correction).status_code for _ in range(2)] == [201, 201]
    assert on.send(sent_xml(third, replaces=first, persons=7)).status_code == 409
    assert on.send(sent_xml(first)).status_code == 201  # the first one again: it came already
    states = {row.instance_id: row.state for row in submissions_of(around)}
    assert (states[first], states[second]) == ("replaced", "received")
    assert third not in states
    assert on.send(sent_xml(third, replaces=second, persons=7)).status_code == 201


def test_what_somebody_else_sent_is_corrected_by_nobody(around: Given, on: Phone) -> None:
    first = new_instance()
    assert on.send(sent_xml(first)).status_code == 201
    other = Phone(around.phone())
    assert other.send(sent_xml(replaces=first)).status_code == 404


def test_a_rejected_one_is_taken_as_a_correction_alone(around: Given, on: Phone) -> None:
    instance = new_instance()
    xml = sent_xml(instance)
    on.send(xml)
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    step(around.planner, "submission", row, "reject")
    assert on.send(xml).status_code == 409
    assert on.send(sent_xml(replaces=instance)).status_code == 201


@pytest.mark.parametrize("named", ["original", "correction"])
def test_after_a_rejected_correction_the_phone_corrects_again(around: Given, on: Phone, named: str) -> None:
    ids = {"original": new_instance(), "correction": new_instance()}
    assert on.send(sent_xml(ids["original"])).status_code == 201
    assert on.send(sent_xml(ids["correction"], replaces=ids["original"])).status_code == 201
    rows = {row.instance_id: row for row in submissions_of(around)}
    step(around.planner, "submission", rows[ids["correction"]], "reject")
    again = new_instance()
    assert on.send(sent_xml(again, replaces=ids[named])).status_code == 201
    assert on.send(sent_xml(replaces=ids[named])).status_code == 409
    rows = {row.instance_id: row for row in submissions_of(around)}
    assert rows[again].replaces_id == rows[ids["correction"]].pk


def test_unknown_forms_and_versions_are_not_found(on: Phone) -> None:
    assert on.send(sent_xml(form_id="other")).status_code == 404
    assert on.send(sent_xml(version="2099")).status_code == 404


def test_closed_forms_and_rounds_take_nothing_new_and_know_what_came(database: Addresses) -> None:
    own = given()
    phone = Phone(own.phone())
    known = sent_xml()
    assert phone.send(known).status_code == 201
    step(own.planner, "form", own.form, "close")
    assert forms_in(phone.get("formList")) == []
    assert phone.send(sent_xml()).status_code == 409
    assert phone.send(known).status_code == 201
    step(own.planner, "form", own.form, "reopen")
    assert phone.send(sent_xml()).status_code == 201
    step(own.planner, "round", own.round, "close")
    assert forms_in(phone.get("formList")) == []
    assert phone.send(sent_xml()).status_code == 409
    assert phone.send(known).status_code == 201
    assert len(submissions_of(own)) == 2


def test_an_encrypted_envelope_is_kept_as_it_is(around: Given, on: Phone) -> None:
    instance = new_instance()
    xml = (
        f'<data id="count" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions">'
        f"<base64EncryptedKey>AAAA</base64EncryptedKey>"
        f'<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{instance}</orx:instanceID></orx:meta>'
        f"<media><file>photo.jpg.enc</file></media>"
        f"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        f"<base64EncryptedElementSignature>BBBB</base64EncryptedElementSignature></data>"
    ).encode()
    files = {"submission.xml.enc": bytes(range(256)), "photo.jpg.enc": b"\0\1\2"}
    answer = on.send(xml, files)
    assert answer.status_code == 201, answer.content
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    assert row.encrypted
    assert row.content == xml
    assert kept_files(around, row) == files
    assert set(row.files) == set(files)


@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "гурав"])
def test_a_wrong_clock_is_no_fault(around: Given, on: Phone, date: str) -> None:
    xml = SimpleUploadedFile("a.xml", sent_xml(), "text/xml")
    answer = on.client.post(
        f"{on.base}/submission",
        {"xml_submission_file": xml},
        headers={"Date": date.encode().decode("latin-1")},
    )
    assert answer.status_code == 201
