"""What ODK Briefcase pulls."""

import re
from xml.etree import ElementTree

import pytest

from nuudel.domains.displacement.tests.given import (
    given,
    new_instance,
    sent_xml,
)
from nuudel.domains.displacement.tests.phones import Phone
from nuudel.web.operations.database import Addresses

pytestmark = pytest.mark.usefixtures("unlimited")


def test_briefcase_pulls_until_the_cursor_repeats(database: Addresses) -> None:
    own = given()
    phone = Phone(own.phone())
    xmls = {(instance := new_instance()): sent_xml(instance, note="Хөдөө") for _ in range(5)}
    for xml in xmls.values():
        phone.send(xml, {"зураг.jpg": b"picture"})
    pulled, cursor, before = [], "", None
    while cursor != before:
        before = cursor
        text = phone.get(
            "view/submissionList", formId="count", numEntries="2", cursor=cursor
        ).content.decode()
        pulled += re.findall("<id>(.*?)</id>", text)
        cursor = re.findall("<resumptionCursor>(.*?)</resumptionCursor>", text)[0]
    assert pulled == list(xmls)
    for instance, xml in xmls.items():
        name = f"count[@version=null and @uiVersion=null]/data[@key={instance}]"
        answer = phone.get("view/downloadSubmission", formId=name).content.decode()
        assert xml.decode().partition("?>")[2] in answer
        ElementTree.fromstring(answer)
        assert "<filename>зураг.jpg</filename>" in answer
        address = re.findall("<downloadUrl>(.*?)</downloadUrl>", answer)[0]
        assert phone.client.get(address).content == b"picture"


def test_a_phone_pulls_its_own_ones_and_nobody_elses_whoever_holds_it(database: Addresses) -> None:
    own = given()
    one, other = Phone(own.phone()), Phone(own.phone())
    chief = Phone(own.phone(own.planner))
    instances = [new_instance(), new_instance()]
    for phone, instance in zip((one, other), instances, strict=True):
        phone.send(sent_xml(instance))

    def seen(phone: Phone) -> list[str]:
        text = phone.get("view/submissionList", formId="count").content.decode()
        return re.findall("<id>(.*?)</id>", text)

    assert [seen(one), seen(other), seen(chief)] == [instances[:1], instances[1:], []]
    name = f"count[@version=null]/data[@key={instances[1]}]"
    assert one.get("view/downloadSubmission", formId=name).status_code == 404
    assert other.get("view/downloadSubmission", formId=name).status_code == 200
    assert chief.get("view/downloadSubmission", formId=name).status_code == 404
    for odd in ("", "count", "count[]/data[@key=]", "\0"):
        assert one.get("view/downloadSubmission", formId=odd).status_code == 404
