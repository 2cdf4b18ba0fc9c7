"""Lists that phones look up: filled by tables and by what phones send, served with versions."""

import csv
import uuid
from typing import Any

import pytest

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.entities.reading import entities_of
from nuudel.domains.displacement.forms.keeping import keep_file
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.tests.given import given, make, step, submissions_of
from nuudel.domains.displacement.tests.phones import Phone, forms_in
from nuudel.domains.displacement.tests.rounds import (
    DAY,
    Instrument,
    given_area_round,
    given_instrument,
    send_area,
)
from nuudel.surveys.writing import write_submission
from nuudel.web.access.context import acting
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses

pytestmark = pytest.mark.usefixtures("unlimited")
TABLE = "name,label,place,status\np1,Баруун товчоо,MN11,open\np2,Зүүн товчоо,MN11,open\n"


@pytest.fixture
def own(database: Addresses) -> Instrument:
    return given_instrument("flow_point_profile")


def profile(own: Instrument, key: Any, point: str, name: str, *, known: bool, replaces: str = "") -> str:
    """A profile as a phone writes it, with what it says of the list."""
    values = {
        "visit/known": "yes" if known else "no",
        "visit/profiled_on": DAY,
        "visit/point_id": point,
        "visit/point_name": name,
        "where/point_place": "MN11",
        "working/status": "open",
    }
    instance = f"uuid:{uuid.uuid4()}"
    xml = write_submission(own.form, instance, values, {}, deprecated_id=replaces).decode()
    step = 'update="1" baseVersion="1"' if known else 'create="1"'
    entity = f'<entity dataset="points" id="{point}" {step}><label>{name}</label></entity>'
    head, end, tail = xml.rpartition("</meta>")
    assert Phone(key).send(f"{head}{entity}{end}{tail}".encode()).status_code == 201
    return instance


def points(own: Instrument) -> dict[str, models.Entity]:
    with acting(own.given.planner, "test"):
        found = {row.entity_id: row for row in entities_of(own.given.operation, "points")}
        for row in found.values():
            _ = row.label, row.properties
        return found


def table(
    phone: Phone, form_id: str = "flow_point_profile", name: str = "points.csv"
) -> list[dict[str, str]]:
    (form,) = forms_in(phone.get("formList", formID=form_id))
    text = phone.client.get(form["manifestUrl"]).content.decode()
    told = text.partition(f"<filename>{name}</filename>")[2]
    address = told.partition("<downloadUrl>")[2].partition("</downloadUrl>")[0]
    return list(csv.DictReader(phone.client.get(address).content.decode().splitlines()))


def send_table(own: Instrument, text: str) -> None:
    with acting(own.given.planner, "test"):
        form = models.Form.objects.get(operation=own.given.operation, form_id="flow_point_profile")
        keep_file(own.given.planner, form, "points.csv", text.encode(), entities=True)


def test_a_list_that_a_form_fills_is_served_before_anybody_filled_it(own: Instrument) -> None:
    key = own.given.phone()
    assert table(Phone(key)) == []
    (form,) = [f for f in forms_in(Phone(key).get("formList")) if f["formID"] == "flow_point_profile"]
    assert b"points.csv" in Phone(key).client.get(form["manifestUrl"]).content


def test_what_phones_send_is_served_to_phones(own: Instrument) -> None:
    key = own.given.phone()
    point = str(uuid.uuid4())
    profile(own, key, point, "Хойд товчоо", known=False)
    enter_facts()
    (row,) = table(Phone(key))
    assert (row["name"], row["label"], row["__version"], row["place"], row["status"]) == (
        point,
        "Хойд товчоо",
        "1",
        "MN11",
        "open",
    )
    profile(own, key, point, "Хойд хяналт", known=True)
    enter_facts()
    (row,) = table(Phone(key))
    assert (row["label"], row["__version"]) == ("Хойд хяналт", "2")
    read = AuditEntry.objects.using("owner").filter(action="read", record_type="displacement.entity")
    assert {str(points(own)[point].pk)} <= {key for entry in read for key in entry.record_ids}


def test_a_table_and_phones_fill_one_list(own: Instrument) -> None:
    key = own.given.phone()
    made = str(uuid.uuid4())
    profile(own, key, made, "Шинэ", known=False)
    send_table(own, TABLE)
    enter_facts()
    assert set(points(own)) == {"p1", "p2", made}
    profile(own, key, "p1", "Баруун", known=True)
    enter_facts()
    assert (points(own)["p1"].label, points(own)["p1"].number) == ("Баруун", 2)
    assert points(own)["p1"].values["place"] == "MN11"
    send_table(own, "name,label\np1,Баруун\n")
    assert set(points(own)) == {"p1", made}
    assert points(own)["p1"].number == 2


@pytest.mark.parametrize("text", ["name,label\n,Х\n", "name,label\na,\n", "name,label\na,Х\na,Х\n"])
def test_a_table_with_a_row_that_does_not_fit_is_refused_whole(own: Instrument, text: str) -> None:
    with pytest.raises(WebError, match="WEB-530"):
        send_table(own, text)
    assert points(own) == {}


def test_a_correction_changes_its_own_entry_and_a_rejected_one_is_withdrawn(own: Instrument) -> None:
    key = own.given.phone()
    point = str(uuid.uuid4())
    first = profile(own, key, point, "Буруу нэр", known=False)
    second = profile(own, key, point, "Зөв нэр", known=False, replaces=first)
    enter_facts()
    assert (points(own)[point].label, points(own)[point].conflict) == ("Зөв нэр", False)
    other = str(uuid.uuid4())
    third = profile(own, key, other, "Алдаа", known=False)
    enter_facts()
    rows = {row.instance_id: row for row in submissions_of(own.given)}
    step(own.given.planner, "submission", rows[third], "reject")
    enter_facts()
    assert set(points(own)) == {point}
    profile(own, key, str(uuid.uuid4()), "Өөр цэг", known=False, replaces=second)
    enter_facts()
    assert point in points(own)  # it was changed since it was made: somebody is to look
    assert points(own)[point].conflict


def test_two_entries_under_one_id_and_one_that_is_not_there_are_marked(own: Instrument) -> None:
    key = own.given.phone()
    point = str(uuid.uuid4())
    profile(own, key, point, "Эхний", known=False)
    profile(own, key, point, "Хоёр дахь", known=False)
    profile(own, key, "nowhere", "Байхгүй", known=True)
    enter_facts()
    found = points(own)
    assert (found[point].label, found[point].conflict) == ("Эхний", True)
    assert (found["nowhere"].label, found["nowhere"].conflict) == ("Байхгүй", True)


def test_lists_name_people_and_are_sealed(own: Instrument, database: Addresses) -> None:
    import psycopg

    send_table(own, TABLE)
    with psycopg.connect(database.backup) as reader:
        rows = reader.execute("SELECT label, properties FROM displacement_entity").fetchall()
    assert rows
    assert not any("Баруун".encode() in bytes(value) for row in rows for value in row)
    assert "Баруун" not in str(points(own)["p1"])


def test_baghs_of_the_frame_are_on_the_phones_and_in_the_ledger(database: Addresses) -> None:
    own = given_area_round()
    key = own.given.phone(area="MN18101")
    before = table(Phone(key), "baseline_area", "places.csv")
    area = models.FrameArea(
        round=own.given.round,
        area="MN18101-01",
        name_mn="Улиастай, 1-р баг",
        name_en="Uliastai, bagh 1",
        level="bagh",
        place="MN18101",
        institution=own.given.round.institution,
    )
    make(own.given.planner, "area", area)
    after = table(Phone(key), "baseline_area", "places.csv")
    assert [row for row in after if row not in before] == [
        {
            "name": "MN18101-01",
            "label": "1-р баг · bagh 1",
            "__version": "1",
            "level": "bagh",
            "parent": "MN18101",
        }
    ]
    assert send_area(own, key, "MN18101-01", 1150).facts


def test_informants_are_on_the_phones_of_their_area_by_code_alone(database: Addresses) -> None:
    own = given(files=("informants.csv",))
    informant = models.Informant(
        operation=own.operation,
        area="MN18101",
        code="KI-012",
        role="herder",
        sex="female",
        name="Дулмаа",
        place="MN18101",
        institution=own.round.institution,
    )
    make(own.planner, "informant", informant)
    here, elsewhere = (Phone(own.phone(area=area)) for area in ("MN18101", "MN18104"))
    (row,) = table(here, "count", "informants.csv")
    assert (row["name"], row["place"], row["role"]) == ("KI-012", "MN18101", "herder")
    assert "Дулмаа" not in str(row)
    assert table(elsewhere, "count", "informants.csv") == []
