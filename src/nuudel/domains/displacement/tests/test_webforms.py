"""Forms in a browser, on the server's side: the own assignments only, the token, once, the page's policy."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuudel.domains.displacement import models
from nuudel.domains.displacement.tests.given import Given, given, new_instance, sent_xml, step, submissions_of
from nuudel.domains.displacement.webforms.browsers import NAME
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given()


@pytest.fixture(scope="module")
def own(around: Given) -> models.Assignment:
    return around.phone().device.assignment


def send(client: Client, own: models.Assignment, xml: bytes, user: object = None, **headers: str) -> Any:
    parts = {
        "xml_submission_file": SimpleUploadedFile("a.xml", xml, "text/xml"),
        "user": str(user or own.person.pk),
        "device_at": "2026-11-20T08:00:00Z",
    }
    return client.post(reverse("displacement_webform_send", args=[own.pk]), parts, headers=headers)


def version_of(around: Given) -> models.FormVersion:
    with acting(around.planner, "test"):
        return around.form.versions.get()


def handed_in(page: Any) -> dict[str, Any]:
    """What a page hands its script."""
    told = re.search(r'id="webforms-data"[^>]*>(.*?)</script>', page.content.decode())
    assert told
    return dict(json.loads(told[1]))


def test_what_comes_twice_is_kept_once_with_the_clock_of_the_browser(
    around: Given, own: models.Assignment
) -> None:
    client, instance = signed_in(own.person), new_instance()
    xml = sent_xml(instance)
    assert [send(client, own, xml).status_code for _ in range(2)] == [201, 201]
    (row,) = [one for one in submissions_of(around) if one.instance_id == instance]
    assert row.content == xml
    assert row.device_at is not None
    assert (row.device_at.day, row.device_at.hour) == (20, 8)
    assert send(client, own, sent_xml(instance, persons=6)).status_code == 409


def test_nobody_sends_for_another_person(around: Given, own: models.Assignment) -> None:
    before = len(submissions_of(around))
    other = around.phone().device.assignment
    for sender, theirs in ((own, other), (other, own)):
        refused = send(signed_in(sender.person), theirs, sent_xml(), user=sender.person.pk)
        assert (refused.status_code, refused.json()["code"]) == (404, "WEB-533")
    mixed = send(signed_in(other.person), other, sent_xml(), user=own.person.pk)
    assert (mixed.status_code, mixed.json()["code"]) == (403, "WEB-535")
    page = reverse("displacement_webform", args=[own.pk, version_of(around).pk])
    assert signed_in(own.person).get(page).status_code == 200
    assert signed_in(other.person).get(page).status_code == 404
    assert signed_in(user_with(Role.CITIZEN)).get(reverse("displacement_webforms")).status_code == 403
    assert Client().get(reverse("displacement_webforms")).status_code == 302
    assert len(submissions_of(around)) == before


def test_a_sending_shows_the_token_of_its_session(around: Given, own: models.Assignment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(own.person).cookies
    assert send(client, own, sent_xml()).status_code == 403
    told = client.get(reverse("displacement_webforms_session")).json()
    assert told["user"] == str(own.person.pk)
    sent = send(client, own, sent_xml(), **{"X-CSRFToken": told["token"]})
    assert sent.status_code == 201


def test_an_officer_closes_the_browsers_of_an_assignment(around: Given) -> None:
    own = around.phone().device.assignment
    client = signed_in(own.person)
    assert send(client, own, sent_xml()).status_code == 201
    with acting(around.planner, "test"):
        device = models.Device.objects.get(assignment=own, name=NAME)
    step(around.planner, "device", device, "revoke")
    refused = send(client, own, sent_xml())
    assert (refused.status_code, refused.json()["code"]) == (403, "WEB-534")


def test_only_the_page_of_a_form_may_do_more_than_others(around: Given, own: models.Assignment) -> None:
    client = signed_in(own.person)
    listed = client.get(reverse("displacement_webforms"))
    page = client.get(reverse("displacement_webform", args=[own.pk, version_of(around).pk]))
    policy, usual = (answer.headers["Content-Security-Policy"] for answer in (page, listed))
    assert "wasm-unsafe-eval" in policy
    handed = handed_in(page)
    assert handed["nonce"] in policy
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(policy.split())
    assert "wasm" not in usual
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert "geolocation=()" in listed.headers["Permissions-Policy"]
    for address in (handed["xml"], handed["worker"], *handed["keep"][:3]):
        assert client.get(address).status_code == 200
