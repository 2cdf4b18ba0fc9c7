"""The pages: from a new operation to a phone's code, a form with its faults, a submission that is read."""

import base64
import html
import json
import re
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.domains.displacement import models
from nuudel.domains.displacement.operations import keys
from nuudel.domains.displacement.tests.given import (
    PLACE,
    Given,
    form_xml,
    given,
    new_instance,
    sent_xml,
    step,
    submissions_of,
)
from nuudel.surveys import instruments
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

DESK = "/en/desk/displacement"


@pytest.fixture(scope="module")
def around(database: Addresses) -> Given:
    return given(files=("informants.csv",))


@pytest.fixture
def desk(around: Given) -> Client:
    return signed_in(around.planner)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def hidden(text: str, name: str) -> str:
    return re.findall(f'name="{name}" value="(.*?)"', text)[0]


def test_an_operation_from_the_form_to_an_open_round(database: Addresses) -> None:
    planner = user_with(Role.PLANNER)
    client = signed_in(planner)
    made = client.post(f"{DESK}/operation/new/", {"title_mn": "Зуд", "purpose": "Тоолно.", "place": PLACE})
    assert made.status_code == 302
    pk = made["Location"].strip("/").rpartition("/")[2]
    take(client, "operation", pk, "open")
    days = {"number": "1", "start": "2026-11-01", "end": "2026-11-30"}
    assert client.post(f"{DESK}/round/new/?of={pk}", days | {"end": "2026-10-01"}).status_code == 422
    assert client.post(f"{DESK}/round/new/?of={pk}", days).status_code == 302
    assert client.post(f"{DESK}/round/new/?of={pk}", days).status_code == 422
    with acting(planner, "test"):
        around = models.Round.objects.get(operation=pk)
    take(client, "round", str(around.pk), "open")
    assert f"/collect/{around.key}" in page(client, f"{DESK}/round/{around.pk}/")
    person = user_with(Role.FIELD_ENUMERATOR, place=PLACE, name="Тоологч Туяа")
    form = page(client, f"{DESK}/assignment/new/?of={around.pk}")
    assert "Тоологч Туяа" in form
    chosen = {"person": str(person.pk), "area": PLACE}
    assert client.post(f"{DESK}/assignment/new/?of={around.pk}", chosen).status_code == 302
    assert client.post(f"{DESK}/assignment/new/?of={around.pk}", chosen).status_code == 422
    assert "Тоологч Туяа" in page(client, f"{DESK}/round/{around.pk}/")
    outside = {"person": str(person.pk), "area": "MN11"}
    assert client.post(f"{DESK}/assignment/new/?of={around.pk}", outside).status_code == 422
    own = page(signed_in(person), f"{DESK}/collecting/")
    assert "Зуд" in own


def take(client: Client, kind: str, pk: str, action: str) -> None:
    address = f"{DESK}/{kind}/{pk}/step/{action}/"
    version = hidden(page(client, address), "version")
    assert client.post(address, {"version": version}).status_code == 302


def test_a_key_is_shown_once_as_a_code(around: Given, desk: Client) -> None:
    assignment = around.phone().device.assignment
    address = f"{DESK}/key/?of={assignment.pk}"
    assert "<form" in page(desk, address)
    assert desk.post(address, {"name": ""}).status_code == 422
    made = desk.post(address, {"name": "Улаан утас"})
    text = made.content.decode()
    assert made.status_code == 200
    assert made["Cache-Control"] == "no-store"
    assert "data:image/png;base64," in text
    assert "not behind TLS" in text
    here = desk.post(address, {"name": "Ногоон утас"}, headers={"host": "localhost:8000"}).content.decode()
    assert "No phone reaches this address" in here
    login, secret = re.findall("<code>(.*?)</code>", text)[1:3]
    assert Client().get(f"/collect/key/{secret}/formList").status_code == 200
    with acting(around.planner, "test"):
        device = models.Device.objects.get(login=login)
    for shown in (
        page(desk, f"{DESK}/device/{device.pk}/"),
        page(desk, f"{DESK}/assignment/{assignment.pk}/"),
    ):
        assert "Улаан утас" in shown
        assert secret not in shown


def test_the_code_is_what_collect_reads(around: Given) -> None:
    code = keys.settings_code("https://example.org/collect/key/abc", "Үе шат")
    told = json.loads(zlib.decompress(base64.b64decode(code)))
    assert told["general"]["server_url"] == "https://example.org/collect/key/abc"
    assert told["general"]["form_update_mode"] == "match_exactly"
    assert told["project"]["name"] == "Үе шат"
    assert set(told) == {"general", "admin", "project"}


def upload(client: Client, pk: object, content: bytes, name: str = "f.xml", **more: Any) -> Any:
    parts = {"file": SimpleUploadedFile(name, content)} | more
    return client.post(f"{DESK}/upload/?of={pk}", parts)


def test_a_form_is_sent_and_kept_as_it_was(around: Given, desk: Client) -> None:
    operation = around.operation
    xml = form_xml("second")
    assert upload(desk, operation.pk, xml).status_code == 302
    assert upload(desk, operation.pk, xml).status_code == 302  # the same again
    changed = upload(desk, operation.pk, xml.replace(b"Note", b"Word"))
    assert changed.status_code == 422
    with acting(around.planner, "test"):
        (version,) = models.FormVersion.objects.filter(form__operation=operation, form__form_id="second")
        assert bytes(version.xml) == xml
        form = version.form_id
    assert upload(desk, form, form_xml("second", "2")).status_code == 302
    assert upload(desk, form, form_xml("third")).status_code == 422
    with acting(around.planner, "test"):
        assert not models.Form.objects.filter(form_id="third").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [("f.docx", "is no workbook"), ("f.xlsx", "is no workbook"), ("f.csv", "UTF-8"), ("f.xml", "broken")],
)
def test_a_file_that_is_no_form_is_told_why(around: Given, desk: Client, name: str, told: str) -> None:
    file = SimpleUploadedFile(name, b"\xef\xe8<a")
    answer = desk.post(f"{DESK}/upload/?of={around.operation.pk}", {"file": file})
    assert answer.status_code == 422
    assert told in html.unescape(answer.content.decode())


def test_a_faulty_workbook_is_told_at_its_cells(around: Given, desk: Client) -> None:
    from io import BytesIO

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (["type", "name", "label"], ["intger", "persons", "Persons"]):
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    answer = upload(desk, around.operation.pk, content.getvalue(), "faulty.xlsx")
    assert answer.status_code == 422
    assert "survey!A2" in answer.content.decode()


def test_a_faulty_mapping_is_told_at_its_line(around: Given, desk: Client) -> None:
    mapping = SimpleUploadedFile("m.yaml", b"form: count\nsource: A\nfacts: {}\nodd: 1\n")
    answer = upload(desk, around.operation.pk, form_xml("fourth"), mapping=mapping)
    assert answer.status_code == 422
    assert "line 4" in answer.content.decode()
    binary = SimpleUploadedFile("m.yaml", b"\xff\xfe")
    assert upload(desk, around.operation.pk, form_xml("fourth"), mapping=binary).status_code == 422


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\0" * 100])
def test_what_is_no_form_is_refused_in_words(around: Given, desk: Client, content: bytes) -> None:
    for name in ("a.xlsx", "a.xml", "a.exe"):
        answer = upload(desk, around.operation.pk, content, name)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert desk.post(f"{DESK}/upload/?of={around.operation.pk}").status_code == 422


@pytest.mark.parametrize("key", instruments.keys())
def test_each_instrument_is_taken_over_with_one_click(around: Given, desk: Client, key: str) -> None:
    assert f'value="{key}"' in page(desk, f"{DESK}/operation/{around.operation.pk}/")
    taken = desk.post(f"{DESK}/upload/?of={around.operation.pk}", {"instrument": key})
    assert taken.status_code == 302, re.findall("<li>(.*?)</li>", taken.content.decode())[:9]
    assert page(desk, taken["Location"])
    with acting(around.planner, "test"):
        version = models.FormVersion.objects.filter(form__operation=around.operation).order_by("-id")[0]
    workbook = desk.get(f"{DESK}/workbook/{version.pk}/form.xlsx")
    assert workbook.content.startswith(b"PK")
    assert "facts:" in page(desk, f"{DESK}/version/{version.pk}/")


def test_a_file_that_the_form_names(around: Given, desk: Client) -> None:
    address = f"{DESK}/table/?of={around.form.pk}"
    assert "informants.csv" in page(desk, f"{DESK}/form/{around.form.pk}/")
    wrong = {"file": SimpleUploadedFile("informants.csv", b"a,b\n"), "entities": "yes"}
    assert desk.post(address, wrong).status_code == 422
    other = {"file": SimpleUploadedFile("other.csv", b"name,label\n")}
    assert desk.post(address, other).status_code == 422
    right = {"file": SimpleUploadedFile("informants.csv", b"name,label\na,b\n"), "entities": "yes"}
    assert desk.post(address, right).status_code == 302


def test_a_submission_is_read_by_who_may_and_that_is_audited(around: Given, desk: Client) -> None:
    one, other = user_with(Role.FIELD_ENUMERATOR, place=PLACE), user_with(Role.FIELD_ENUMERATOR, place=PLACE)
    key = around.phone(one)
    instance = new_instance()
    xml = sent_xml(instance, persons=37, note="Нууц тэмдэглэл")
    parts = {
        "xml_submission_file": SimpleUploadedFile("a.xml", xml, "text/xml"),
        "b.jpg": SimpleUploadedFile("b.jpg", b"<script>picture</script>"),
    }
    assert Client().post(f"/collect/key/{key.secret}/submission", parts).status_code == 201
    (row,) = [row for row in submissions_of(around) if row.instance_id == instance]
    address = f"{DESK}/submission/{row.pk}/"
    for client in (desk, signed_in(one)):
        text = page(client, address)
        assert "Persons present" in text
        assert "Нууц тэмдэглэл" in text
        saved = client.get(f"{DESK}/sent/{row.pk}/submission.xml")
        assert saved.content == xml
    assert page(signed_in(other), address, 404)
    assert signed_in(other).get(f"{DESK}/sent/{row.pk}/submission.xml").status_code == 404
    assert "Нууц тэмдэглэл" not in page(desk, f"{DESK}/submission/list/")
    with acting(around.planner, "test"):
        file = row.sent_files.get()
    kept = desk.get(f"{DESK}/sent/{file.pk}/file")
    assert kept.content == b"<script>picture</script>"
    assert (kept["Content-Type"], kept["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    with acting(user_with(Role.AUDITOR), "test"):
        readings = AuditEntry.objects.filter(record_type="displacement.submission", action="read")
        read = [entry for entry in readings if str(row.pk) in entry.record_ids]
    assert len(read) == 4


def test_enumerators_find_their_own_alone_also_past_the_application(around: Given) -> None:
    one, other = user_with(Role.FIELD_ENUMERATOR, place=PLACE), user_with(Role.FIELD_ENUMERATOR, place=PLACE)
    key = around.phone(one)
    parts = {"xml_submission_file": SimpleUploadedFile("a.xml", sent_xml(), "text/xml")}
    assert Client().post(f"/collect/key/{key.secret}/submission", parts).status_code == 201
    for user, count in ((one, 1), (other, 0)):
        with acting(user, "test"):
            assert models.Submission.objects.count() == count
            assert models.Assignment.objects.count() == count
            assert models.Device.objects.count() == 0


def test_a_closed_assignment_gets_no_key(around: Given, desk: Client) -> None:
    assignment = around.phone().device.assignment
    step(around.planner, "assignment", assignment, "end")
    answer = desk.post(f"{DESK}/key/?of={assignment.pk}", {"name": "A"})
    assert "data:image/png" not in answer.content.decode()
