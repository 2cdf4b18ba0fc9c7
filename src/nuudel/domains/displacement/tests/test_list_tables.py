"""Tables of lists: sent on the operation's page, read strictly, and the same to phones and pages."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.base.packs import load_pack
from nuudel.domains.displacement import demo, models
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.entities.changing import save
from nuudel.domains.displacement.entities.known import HEAD, KNOWN
from nuudel.domains.displacement.entities.reading import entities_of
from nuudel.domains.displacement.entities.tables import ListError, read_list
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.tests.phones import Phone
from nuudel.domains.displacement.tests.rounds import Instrument, given_instrument
from nuudel.domains.displacement.tests.test_entities import table
from nuudel.surveys import instruments
from nuudel.surveys.instruments.lookups import countries, units
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

PAGE = "/en/desk/displacement/lists/"
HEADER = "name,label,place,inside,outside,status,epidemic\n"
GOOD = HEADER + "west,Баруун товчоо,MN18101,MN81,MN82,,no\neast,Зүүн товчоо,MN18101-02,MN81,CN,closed,yes\n"

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    return given_instrument("flow_point_profile")


@pytest.fixture(scope="module")
def desk(own: Instrument) -> Client:
    return signed_in(own.given.planner)


def send(own: Instrument, desk: Client, text: "str | bytes", name: str = "points") -> tuple[int, str]:
    content = text.encode() if isinstance(text, str) else text
    told = {"list": name, "file": SimpleUploadedFile("some name.csv", content)}
    response = desk.post(f"{PAGE}?of={own.given.operation.pk}", told)
    return response.status_code, html.unescape(response.content.decode())


def points(own: Instrument) -> dict[str, dict[str, str]]:
    with acting(own.given.planner, "test"):
        return {row.entity_id: row.values for row in entities_of(own.given.operation, "points")}


def test_the_operation_leads_to_the_page_and_a_table_fills_its_list(own: Instrument, desk: Client) -> None:
    operation = own.given.operation
    shown = desk.get(f"/en/desk/displacement/operation/{operation.pk}/").content.decode()
    assert f"displacement/entity/new/?of={operation.pk}" in shown
    new = desk.get(f"/en/desk/displacement/entity/new/?of={operation.pk}")
    assert new["Location"].startswith(PAGE)
    status, text = send(own, desk, GOOD.replace(",", ";"))
    assert (status, set(points(own))) == (200, {"west", "east"})
    assert "The list points is as in the table." in text
    taken = desk.get(f"{PAGE}table.csv?of={operation.pk}&list=points")
    assert taken.content.decode("utf-8-sig").splitlines()[0].startswith("name,label,__version")
    read = AuditEntry.objects.using("owner").filter(action="read", record_type="displacement.entity")
    assert read.exists()
    status, _ = send(own, desk, taken.content)
    assert (status, set(points(own))) == (200, {"west", "east"})


def test_no_status_is_open_to_phones_and_pages_alike(own: Instrument, desk: Client) -> None:
    send(own, desk, GOOD)
    send(own, desk, "name,label\nwest,Баруун товчоо\neast,Зүүн товчоо\n")
    with acting(own.given.planner, "test"):
        shown = {key: point.is_open for key, point in points_of(own.given.operation).items()}
        row = models.Entity.objects.get(operation=own.given.operation, entity_id="west")
        row.put({"place": "MN18101"})  # as a form of an institution's own may leave it
        save(own.given.planner, row, ("properties",))
    assert shown == {"west": True, "east": False}
    served = {row["name"]: row["status"] for row in table(Phone(own.given.phone()))}
    assert served == {"west": "open", "east": "closed"}


def test_every_fault_is_told_with_its_line_and_what_may_be_meant(own: Instrument, desk: Client) -> None:
    before = points(own)
    status, text = send(own, desk, GOOD.replace("status", "statsu"))
    assert status == 422
    assert "Line 1: The column statsu is not known. Do you mean status?" in text
    wrong = (
        "a,А,MN9999999,MN81,MN82,Open,тийм\nb,,Улиастай,MN81,MN81,open,no\n\nb,Б,MN18101,MN81,Хятад,open,no\n"
    )
    status, text = send(own, desk, HEADER + wrong)
    assert status == 422
    for told in (
        "Line 2: There is no place with the code MN9999999.",
        "Line 2: status: Open is none of open, closed. Do you mean open?",
        "Line 2: epidemic: тийм is none of yes, no.",
        "Line 3: There is no label.",
        "Line 3: There is no place with the code Улиастай. Do you mean MN18101 (Улиастай)?",
        "Line 3: inside and outside are both MN81.",
        "Line 5: outside: there is no aimag or country with the code Хятад. Do you mean CN (Хятад)?",
    ):
        assert told in text
    assert points(own) == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.encode("cp1251", "replace"), "Line 2: This is no UTF-8"),
        (b"", "no lines"),
        (HEADER.encode() + b'"', "no CSV"),
        (b"code,label\na,b\n", "There is no column name"),
        (HEADER.encode() + b"a,b,,,,,\n", "There is no place"),
        (HEADER.encode() + b"a,b,MN18101,,,,,more\n", "more cells"),
    ],
)
def test_what_is_no_such_table_says_why(own: Instrument, desk: Client, content: bytes, told: str) -> None:
    status, text = send(own, desk, content)
    assert status == 422
    assert told in text


def test_nobody_else_opens_it(own: Instrument) -> None:
    for role in (Role.ANALYST, Role.FIELD_ENUMERATOR):
        client = signed_in(user_with(role))
        assert client.get(f"{PAGE}?of={own.given.operation.pk}").status_code == 403
        shown = client.get(f"/en/desk/displacement/operation/{own.given.operation.pk}/").content.decode()
        assert "/entity/new/" not in shown
    here = signed_in(user_with(Role.FIELD_ENUMERATOR))
    shown = here.get(f"/en/desk/displacement/round/{own.given.round.pk}/").content.decode()
    assert "/submission/new/" not in shown  # phones make them, no page does


def test_lists_know_the_columns_that_the_shipped_forms_fill(database: Addresses) -> None:
    for name, known in KNOWN.items():
        head, *rows = instruments.sheets(known.form)["survey"]
        filled = {row[head.index("save_to")] for row in rows} - {""}
        assert filled <= set(known.columns), name
        read_list(name, "\n".join(known.example).encode(), {})
        with pytest.raises(ListError):
            read_list(name, f"{','.join(HEAD)},other\na,b,c\n".encode(), {})


def test_the_places_of_the_demonstration_are_in_the_pack() -> None:
    pack = load_pack(PACK)
    known = {unit.code for unit in (*units(pack), *countries(pack))}
    told = {code for point in demo.points_at() for code in (point.place, point.inside, point.outside)}
    assert told | {demo.PLACE, demo.AIMAG} <= known
