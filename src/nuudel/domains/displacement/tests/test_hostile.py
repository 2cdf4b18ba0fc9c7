"""What somebody sends to stop others: it is refused, or harms nobody but its own submission."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.http import HttpRequest
from django.urls import reverse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import parts, receiving
from nuudel.domains.displacement.frames.table import faults_of, places_of, read_lines
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.tests.given import (
    given,
    sent_xml,
    step,
    submissions_of,
)
from nuudel.domains.displacement.tests.phones import Phone, kept_files, message_of
from nuudel.domains.displacement.tests.rounds import DAY, Instrument, given_instrument
from nuudel.domains.displacement.tests.test_entities import TABLE, points, send_table, table
from nuudel.surveys.cells import CellError, moment
from nuudel.surveys.writing import write_submission
from nuudel.web.access.context import acting
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in
from nuudel.web.words import say

pytestmark = pytest.mark.usefixtures("unlimited")
PROFILE = {
    "visit/known": "yes",
    "visit/profiled_on": DAY,
    "visit/point_id": "p1",
    "visit/point_name": "z",
    "where/point_place": "MN11",
    "working/status": "open",
}


def with_entity(own: Instrument, entity: str) -> bytes:
    xml = write_submission(own.form, f"uuid:{uuid.uuid4()}", PROFILE, {}).decode()
    head, end, tail = xml.rpartition("</meta>")
    return f"{head}{entity}{end}{tail}".encode()


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_absurd_clock_of_a_browser_is_left_out(database: Addresses, told: str) -> None:
    around = given()
    own = around.phone().device.assignment
    sent = {"xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(), "text/xml")}
    told_by = {"user": str(own.person.pk), "device_at": told}
    address = reverse("displacement_webform_send", args=[own.pk])
    assert signed_in(own.person).post(address, sent | told_by).status_code == 201
    assert [row.device_at for row in submissions_of(around)] == [None]


def test_an_absurd_clock_of_a_phone_is_left_out(database: Addresses) -> None:
    around = given()
    phone = Phone(around.phone())
    parts = {"xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(), "text/xml")}
    date = {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}
    assert phone.client.post(f"{phone.base}/submission", parts, headers=date).status_code == 201
    assert [row.device_at for row in submissions_of(around)] == [None]


def test_an_absurd_moment_is_no_cell() -> None:
    with pytest.raises(CellError):
        moment(datetime(1, 1, 1, tzinfo=UTC))


def test_a_submission_fills_no_list_of_the_server(database: Addresses) -> None:
    own = given_instrument("flow_point_profile")
    given_instrument("baseline_area", own.given)
    victim = Phone(own.given.phone())
    before = len(table(victim, "baseline_area", "places.csv"))
    entity = '<entity dataset="places" id="x" create="1"><label>gone</label></entity>'
    assert Phone(own.given.phone()).send(with_entity(own, entity)).status_code == 201
    enter_facts()
    assert len(table(victim, "baseline_area", "places.csv")) == before > 1


def test_a_change_without_a_version_is_marked(database: Addresses) -> None:
    own = given_instrument("flow_point_profile")
    send_table(own, TABLE)
    entity = '<entity dataset="points" id="p1" update="1"><label>Other</label></entity>'
    Phone(own.given.phone()).send(with_entity(own, entity))
    enter_facts()
    assert points(own)["p1"].conflict


def test_what_a_rejected_submission_made_goes_though_it_was_marked(database: Addresses) -> None:
    own = given_instrument("flow_point_profile")
    phone = Phone(own.given.phone())
    phone.send(with_entity(own, '<entity dataset="points" id="f" update="1"><label>F</label></entity>'))
    enter_facts()
    [row] = submissions_of(own.given)
    step(own.given.planner, "submission", row, "reject")
    enter_facts()
    assert table(phone) == []


def test_a_number_of_baghs_has_two_digits(database: Addresses) -> None:
    around = given()
    with acting(around.planner, "test"):
        lines, _ = read_lines(b"area,baghs\nMN18101,00000000199999999\n")
        found = faults_of(around.round, 2, lines[0][1], places_of(lines))
        assert "baghs" in [one.message for one in found]


def test_a_file_that_is_there_stays_as_it_was_once_the_round_is_closed(database: Addresses) -> None:
    around = given()
    on, xml = Phone(around.phone()), sent_xml()
    assert on.send(xml, {"a.jpg": b"one"}).status_code == 201
    assert on.send(xml, {"a.jpg": b"two"}).status_code == 201
    step(around.planner, "round", around.round, "close")
    assert on.send(xml, {"a.jpg": b"two"}).status_code == 201
    assert on.send(xml, {"a.jpg": b"three"}).status_code == 409
    assert on.send(xml, {"b.jpg": b"more"}).status_code == 409
    assert kept_files(around, submissions_of(around)[0]) == {"a.jpg": b"two"}


def test_files_of_another_persons_submission_are_not_taken(database: Addresses) -> None:
    around = given()
    xml = sent_xml()
    assert Phone(around.phone()).send(xml).status_code == 201
    assert Phone(around.phone()).send(xml, {"a.jpg": b"x"}).status_code == 409


def test_a_submission_is_corrected_so_often_and_no_more(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_CORRECTIONS", 2)
    around = given()
    on, names = Phone(around.phone()), [f"uuid:{uuid.uuid4()}" for _ in range(4)]
    answers = [
        on.send(sent_xml(instance=name, replaces=before)).status_code
        for name, before in zip(names, ["", *names], strict=False)
    ]
    assert answers == [201, 201, 201, 409]


def test_the_database_keeps_no_moment_that_cannot_be_read(database: Addresses) -> None:
    around = given()
    assert Phone(around.phone()).send(sent_xml()).status_code == 201
    with acting(service_user(), "test"), pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE displacement_submission SET began_at = '0001-12-31 00:00+00 BC'")


def test_who_collects_reads_lists_of_the_own_operations_alone(database: Addresses) -> None:
    own, other = given_instrument("flow_point_profile"), given_instrument("flow_point_profile")
    for one in (own, other):
        send_table(one, TABLE)
    around = own.given
    person = around.phone().device.assignment.person
    with acting(person, "test"):
        assert set(models.Entity.objects.values_list("operation", flat=True)) == {around.operation.pk}
    step(around.planner, "round", around.round, "close")
    with acting(person, "test"):
        assert not models.Entity.objects.exists()


@pytest.mark.parametrize(("what", "status", "number"), [("device", 403, 502), ("round", 409, 506)])
def test_what_ended_while_a_message_came_in_takes_it_no_more(
    database: Addresses, monkeypatch: pytest.MonkeyPatch, what: str, status: int, number: int
) -> None:
    """A message with pictures may take half an hour over a slow line."""
    around = given()
    key, read = around.phone(), parts.read_parts

    def slowly(request: HttpRequest) -> parts.Parts:
        came = read(request)
        with monkeypatch.context() as quick:
            quick.setattr(parts, "read_parts", read)
            if what == "device":
                step(around.planner, "device", key.device, "revoke")
            else:
                step(around.planner, "round", around.round, "close")
        return came

    monkeypatch.setattr(parts, "read_parts", slowly)
    refused = Phone(key).send(sent_xml())
    said = say(f"displacement.refused.{number}", lang=key.device.assignment.person.language)
    assert (refused.status_code, message_of(refused)) == (status, said)
    assert submissions_of(around) == []
