"""Pages of a round: its frame, coverage, calendar, teams and informants; who sees what of them."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.served import informants_table
from nuudel.domains.displacement.frames.codes import lookup_areas
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, user_with

DESK = "/en/desk/displacement"
SOUM, OTHER = "MN18101", "MN18104"


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    return given_area_round()


@pytest.fixture
def desk(own: Instrument) -> Client:
    return signed_in(own.given.planner)


def page(client: Client, name: str, pk: object, status: int = 200) -> str:
    answer = client.get(f"{DESK}/{name}/?of={pk}")
    assert answer.status_code == status, answer.content
    return html.unescape(answer.content.decode())


def post(client: Client, page_name: str, pk: object, /, **fields: Any) -> Any:
    return client.post(f"{DESK}/{page_name}/?of={pk}", fields)


def test_a_frame_is_made_and_planned_and_its_coverage_told(own: Instrument, desk: Client) -> None:
    around = own.given.round
    assert "no frame yet" in page(desk, "coverage", around.pk)
    assert "All soums and districts: 24" in page(desk, "frame", around.pk)
    assert post(desk, "frame", around.pk).status_code == 422
    made = post(desk, "frame", around.pk, level="soum")
    assert "Added: 24" in made.content.decode()
    table = SimpleUploadedFile("areas.csv", f"area,team\n{SOUM}-01,Хойд\nMN99999,Хойд\n".encode())
    wrong = post(desk, "frame", around.pk, file=table, table="yes")
    assert wrong.status_code == 422
    assert "Line 3: There is no place with the code MN99999." in html.unescape(wrong.content.decode())
    table = SimpleUploadedFile("areas.csv", f"area,team\n{OTHER}-01,Хойд\n".encode())
    assert post(desk, "frame", around.pk, file=table, table="yes").status_code == 200
    with acting(own.given.planner, "test"):
        team = models.Team.objects.get(round=around)
        assert [area.code for area in lookup_areas(around.operation)] == [f"{OTHER}-01"]
    assert post(desk, "plan", around.pk, where=OTHER).status_code == 422
    outside = post(desk, "plan", around.pk, where=OTHER, due="1999-01-01")
    assert "The day is not in the round." in outside.content.decode()
    planned = post(desk, "plan", around.pk, where=OTHER, team=str(team.pk), due="2026-11-05")
    assert "Areas planned: 2." in planned.content.decode()
    send_area(own, own.given.phone(), SOUM, 120)
    text = page(desk, "coverage", around.pk)
    assert "1 of 25 areas are done, 2 are late" in text
    assert 'data-renew="/en/desk/displacement/coverage/part/' in text
    for status in ("done", "late", "to_do"):
        assert f'fill="url(#standing-{status})" d="M' in text
    part = page(desk, "coverage/part", around.pk)
    assert "<html" not in part
    assert "1 of 25 areas are done" in part
    assert re.search(r"2026-11-05.*Хойд.*Алдархаан|Aldarkhaan", page(desk, "calendar", around.pk), re.S)
    with acting(own.given.planner, "test"):
        row = models.FrameArea.objects.get(round=around, area=OTHER)
    assert "late" in html.unescape(desk.get(f"{DESK}/area/{row.pk}/").content.decode())


def test_a_team_is_made_with_its_people_and_assigned_at_once(own: Instrument, desk: Client) -> None:
    around = own.given.round
    people = [user_with(Role.FIELD_ENUMERATOR, place="MN81", name=f"Тоологч {n}") for n in (1, 2)]
    fields = {"name": "Өмнөд", "people": [str(one.pk) for one in people], "telephone": "99110022"}
    made = post(desk, "team/new", around.pk, **fields)
    assert made.status_code == 302, made.content.decode()
    with acting(own.given.planner, "test"):
        team = models.Team.objects.get(round=around, name="Өмнөд")
        assert {one.holder_id for one in team.members.all()} == {one.pk for one in people}
    assert post(desk, "team/new", around.pk, name="Өмнөд").status_code == 422
    assert "99110022" in desk.get(f"{DESK}/team/{team.pk}/").content.decode()
    assert "99110022" not in desk.get(f"{DESK}/team/list/").content.decode()
    assert post(desk, "team/assign", team.pk, area="MN11").status_code == 422
    assert post(desk, "team/assign", team.pk, area=SOUM).status_code == 302
    assert post(desk, "team/assign", team.pk, area=SOUM).status_code == 302
    with acting(own.given.planner, "test"):
        assigned = models.Assignment.objects.filter(round=around, place=SOUM, holder__in=people)
        assert assigned.count() == 2


def test_an_area_is_added_by_hand_once(own: Instrument, desk: Client) -> None:
    around = own.given.round
    fields = {"soum": OTHER, "bagh": "7", "priority": "1", "form_key": ""}
    assert post(desk, "area/new", around.pk, **fields).status_code == 302
    assert post(desk, "area/new", around.pk, **fields).status_code == 422
    assert post(desk, "area/new", around.pk, **fields | {"soum": "MN11"}).status_code == 422
    assert post(desk, "area/new", around.pk, **fields | {"bagh": "../7"}).status_code == 422
    late = fields | {"bagh": "8", "due": "2027-01-01"}
    assert post(desk, "area/new", around.pk, **late).status_code == 422
    with acting(own.given.planner, "test"):
        row = models.FrameArea.objects.get(round=around, area=f"{OTHER}-07")
    assert (row.place, row.level, row.name_en) == (OTHER, "bagh", "Aldarkhaan, bagh 7")


def test_a_frame_is_taken_along_and_sent_back(own: Instrument, desk: Client) -> None:
    around = own.given.round
    taken = desk.get(f"{DESK}/frame/table.csv?of={around.pk}").content
    head, *lines = taken.decode("utf-8-sig").splitlines()
    assert head == "area,name_mn,name_en,baghs,team,due,priority"
    with acting(own.given.planner, "test"):
        assert len(lines) == around.areas.count()
    table = SimpleUploadedFile("areas.csv", taken)
    answer = post(desk, "frame", around.pk, file=table, table="yes").content.decode()
    assert "Added: 0. Planned anew: 0." in answer
    codes = desk.get(f"{DESK}/places.csv").content.decode()
    assert f"{SOUM},soum,MN81," in codes
    listed = desk.get(f"{DESK}/area/list/?round={around.pk}").content.decode()
    assert f'<option value="{around.pk}" selected>' in listed
    other = desk.get(f"{DESK}/area/list/?round=018f0000-0000-7000-8000-000000000000").content.decode()
    assert SOUM not in other


@pytest.fixture(scope="module")
def informant(own: Instrument) -> models.Informant:
    client = signed_in(own.given.planner)
    fields = {"soum": SOUM, "bagh": "1", "role": "teacher", "sex": "female", "name": "Канар-Оюун"}
    made = post(client, "informant/new", own.given.operation.pk, **fields, telephone="88112233")
    assert made.status_code == 302, made.content.decode()
    with acting(own.given.planner, "test"):
        return models.Informant.objects.get(operation=own.given.operation)


def test_an_informant_is_read_by_who_covers_the_area_alone(
    own: Instrument, informant: models.Informant
) -> None:
    covers, elsewhere = (user_with(Role.FIELD_ENUMERATOR, place="MN81") for _ in range(2))
    own.given.phone(covers, SOUM)
    own.given.phone(elsewhere, OTHER)
    address = f"{DESK}/informant/{informant.pk}/"
    for user in (own.given.planner, covers):
        text = html.unescape(signed_in(user).get(address).content.decode())
        assert "Канар-Оюун" in text
        assert "88112233" in text
    others = [elsewhere, user_with(Role.ANALYST), user_with(Role.AUDITOR), user_with(Role.REGISTRAR)]
    others += [user_with(Role.PLANNER, place="MN11"), user_with(Role.PLANNER, at=institution("elsewhere"))]
    for user in others:
        assert signed_in(user).get(address).status_code in (403, 404)
        with acting(user, "test"):  # also past the application
            assert not models.Informant.objects.filter(pk=informant.pk).exists()
    with acting(user_with(Role.AUDITOR), "test"):
        read = AuditEntry.objects.filter(record_type="displacement.informant", action="read")
        assert {entry.user_id for entry in read} == {own.given.planner.pk, covers.pk}
    with acting(own.given.planner, "test"):
        (assignment,) = models.Assignment.objects.filter(holder=covers)
    step(own.given.planner, "assignment", assignment, "end")
    assert signed_in(covers).get(address).status_code == 404


def test_an_informant_is_neither_listed_nor_sent_to_phones_by_name(
    own: Instrument, desk: Client, informant: models.Informant, database: Addresses
) -> None:
    import psycopg

    listed = html.unescape(desk.get(f"{DESK}/informant/list/").content.decode())
    assert informant.code in listed
    assert "Канар" not in listed
    assert desk.get(f"{DESK}/informant/export.csv").status_code in (403, 404)
    with acting(own.given.planner, "test"):
        told = informants_table(own.given.operation).decode()
    assert f"{informant.code},{informant.code} · Багш · Teacher,1,{SOUM}-01,teacher" in told
    assert "Канар" not in told
    with psycopg.connect(database.backup) as reader:
        kept = reader.execute("SELECT x::text FROM displacement_informant x").fetchall()
    assert kept
    assert not any("Канар" in row[0] or "88112233" in row[0] for row in kept)


def test_nobody_who_collects_changes_a_frame(own: Instrument, informant: models.Informant) -> None:
    around = own.given.round
    person = user_with(Role.FIELD_ENUMERATOR, place=SOUM)
    own.given.phone(person, SOUM)
    client = signed_in(person)
    assert "Frame" not in page(client, "coverage", around.pk)
    for name in ("frame", "plan", "informants"):
        assert client.get(f"{DESK}/{name}/?of={around.pk}").status_code == 403
    with (
        acting(person, "test"),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        models.FrameArea(
            round=around,
            area="MN18119",
            place="MN18119",
            institution=institution(),
            created_by=person,
            state="to_do",
            level="soum",
        ).save(force_insert=True)
    with acting(person, "test"):
        assert models.FrameArea.objects.filter(round=around).update(priority="3") == 0
        assert models.Informant.objects.filter(pk=informant.pk).update(area="MN11") == 0
        assert models.Team.objects.count() == 0


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_who_counts_reads_the_coverage(own: Instrument, role: Role) -> None:
    client = signed_in(user_with(role))
    text = page(client, "coverage", own.given.round.pk)
    assert "areas are done" in text
    assert "Outside the frame" not in text
    assert client.get(f"{DESK}/frame/?of={own.given.round.pk}").status_code == 403
    exported = client.get(f"{DESK}/area/export.csv").content.decode()
    assert SOUM in exported


def test_a_closed_round_keeps_its_frame(own: Instrument) -> None:
    planner = own.given.planner
    days = {"start": own.given.round.start, "end": own.given.round.end}
    around = models.Round(
        operation=own.given.operation, number=9, place="MN81", institution=institution(), **days
    )
    make(planner, "round", around, "open", "close")
    desk = signed_in(planner)
    assert "The round is closed." in page(desk, "frame", around.pk)
    post(desk, "frame", around.pk, level="soum")
    with acting(planner, "test"):
        assert not models.FrameArea.objects.filter(round=around).exists()
    assert desk.get(f"{DESK}/plan/?of={around.pk}").status_code == 403
