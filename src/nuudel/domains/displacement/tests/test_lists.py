"""The form list and the manifest, as phones read them."""

import hashlib
from xml.etree import ElementTree

import pytest

from nuudel.domains.displacement.collect.answers import element
from nuudel.domains.displacement.forms.keeping import keep_file
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import (
    Given,
    form_xml,
    given,
    sent_xml,
    submissions_of,
)
from nuudel.domains.displacement.tests.phones import MANIFEST, Phone, forms_in
from nuudel.web.access.context import acting
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


def test_every_answer_has_the_headers_also_a_refusal(on: Phone) -> None:
    for answer in (on.get("formList"), on.get("form/00000000-0000-0000-0000-000000000000/form.xml")):
        assert answer["X-OpenRosa-Version"] == "1.0"
        assert answer["X-OpenRosa-Accept-Content-Length"] == "23000000"
        assert answer["Date"].endswith("GMT")
        assert answer["Content-Type"].startswith("text/xml")
    assert answer.status_code == 404


def test_the_list_has_what_phones_need(around: Given, on: Phone) -> None:
    (form,) = forms_in(on.get("formList"))
    assert (form["formID"], form["name"], form["version"]) == ("count", "Тооллого", "1")
    served = on.client.get(form["downloadUrl"])
    assert served.content == form_xml()
    assert form["hash"] == f"md5:{hashlib.md5(served.content).hexdigest()}"
    assert "manifestUrl" not in form
    assert "descriptionText" not in form
    assert forms_in(on.get("formList", verbose="true"))[0]["descriptionText"]


def test_head_is_answered_and_what_is_appended_ignored(on: Phone) -> None:
    assert on.client.head(f"{on.base}/formList?deviceID=a").status_code == 200
    assert on.client.head(f"{on.base}/submission?deviceID=a").status_code == 204
    assert len(forms_in(on.get("formList", deviceID="a:b"))) == 1


def test_one_form_is_asked_for(on: Phone) -> None:
    assert len(forms_in(on.get("formList", formID="count"))) == 1
    assert forms_in(on.get("formList", formID="other\0")) == []


def test_versions_live_side_by_side(database: Addresses) -> None:
    own = given()
    phone = Phone(own.phone())
    own.upload(form_xml(version="2026-11 б"))
    own.upload(form_xml(version=""))
    every = forms_in(phone.get("formList", listAllVersions="true"))
    assert [form.get("version") for form in every] == [None, "2026-11 б", "1"]
    newest = forms_in(phone.get("formList"))
    assert len(newest) == 1
    assert "version" not in newest[0]
    for version in ("1", "2026-11 б", ""):
        assert phone.send(sent_xml(version=version)).status_code == 201
    kept = sorted(row.version.version for row in submissions_of(own))
    assert kept == ["", "1", "2026-11 б"]


def test_the_manifest_names_tables_entities_and_their_hashes(database: Addresses) -> None:
    own = given(files=("informants.csv", "places.csv"))
    phone = Phone(own.phone())
    table = "name,label\nк1,Дулмаа\n".encode()
    with acting(own.planner, "test"):
        keep_file(own.planner, own.form, "informants.csv", table, entities=True)
    (form,) = forms_in(phone.get("formList"))
    manifest = ElementTree.fromstring(phone.client.get(form["manifestUrl"]).content)
    files = {file.findtext(f"{MANIFEST}filename"): file for file in manifest}
    assert set(files) == {"informants.csv", "places.csv"}
    for file in files.values():
        assert file.get("type") == "entityList"
        content = phone.client.get(file.findtext(f"{MANIFEST}downloadUrl"))
        assert file.findtext(f"{MANIFEST}hash") == f"md5:{hashlib.md5(content.content).hexdigest()}"
    address = files["informants.csv"].findtext(f"{MANIFEST}downloadUrl")
    assert phone.client.get(address).content == "name,label,__version\nк1,Дулмаа,1\n".encode()
    newer = table + "к2,Бат\n".encode()
    with acting(own.planner, "test"):
        keep_file(own.planner, own.form, "informants.csv", newer, entities=True)
    assert phone.client.get(address).content.decode().splitlines()[1:] == ["к1,Дулмаа,1", "к2,Бат,1"]
    with acting(own.planner, "test"):
        keep_file(own.planner, own.form, "informants.csv", "name,label\nк2,Болд\n".encode(), entities=True)
    assert phone.client.get(address).content.decode().splitlines()[1:] == ["к2,Болд,2"]


def test_a_title_with_a_letter_that_xml_cannot_hold_voids_no_list() -> None:
    text = element("xform", [("name", "Тооллого\x0b1")], {"type": "\x0c"})
    assert ElementTree.fromstring(text).findtext("name") == "Тооллого 1"
