"""Setups make whole operations or nothing; the checklist tells what is left; rehearsals stay apart."""

import html
from datetime import date
from typing import Any

import psycopg
import pytest
from django.test import Client

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.operations.forms import units_of
from nuudel.domains.displacement.quality.checking import check_new
from nuudel.domains.displacement.rehearsal import making
from nuudel.domains.displacement.setups.checklist import checklist
from nuudel.domains.displacement.setups.making import Wanted, set_up
from nuudel.domains.displacement.setups.reading import Setup, setup_of, setups
from nuudel.domains.displacement.tests.given import step
from nuudel.statistics.survey_quality.limits import known
from nuudel.surveys import instruments
from nuudel.web.access.context import acting
from nuudel.web.access.models import Place
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, signed_in, user_with

AIMAG, SOUMS = "MN64", 20
FIRST = date(2026, 11, 23)


@pytest.fixture(scope="module")
def planner(database: Addresses) -> User:
    return user_with(Role.PLANNER)


@pytest.fixture(scope="module")
def operation(planner: User) -> models.Operation:
    user_with(Role.FIELD_ENUMERATOR, place=AIMAG)
    user_with(Role.FIELD_ENUMERATOR, place="MN11")
    with acting(planner, "test"):
        return set_up(planner, Wanted(setup_of("dzud_response"), AIMAG, institution(), FIRST))


@pytest.mark.parametrize("setup", setups(), ids=lambda setup: setup.key)
def test_a_setup_names_what_there_is_in_both_languages(setup: Setup) -> None:
    assert set(setup.instruments) <= set(instruments.keys())
    for told in (setup.title, setup.purpose, *(alarm.title for alarm in setup.alarms)):
        assert set(told) == {"mn", "en"}
        assert all(text.strip() for text in told.values())
    assert 0 < setup.rounds.days <= setup.rounds.every
    assert setup.rounds.count > 0
    assert set(setup.limits) <= set(known())
    assert setup.frame in ("none", "soum", "aimag")


def test_an_unknown_setup_is_told() -> None:
    with pytest.raises(WebError) as caught:
        setup_of("dzud")
    assert caught.value.code == "WEB-555"


def test_a_setup_makes_a_whole_operation_that_phones_do_not_see(
    planner: User, operation: models.Operation
) -> None:
    with acting(planner, "test"):
        rounds = list(operation.rounds.order_by("number"))
        assert [(row.start, row.state) for row in rounds[:2]] == [
            (FIRST, "planned"),
            (date(2026, 12, 7), "planned"),
        ]
        assert len(rounds) == 4
        assert rounds[0].areas.count() == SOUMS
        assert {(form.form_id, form.state) for form in operation.forms.all()} == {
            ("baseline_area", "draft"),
            ("baseline_subarea", "draft"),
            ("emergency_tracking", "draft"),
        }
        assert all(version.mapping for form in operation.forms.all() for version in form.versions.all())
        assert [row.place for row in rounds[0].assignments.all()] == [AIMAG]
        assert operation.alert_rules.count() == 2
        assert operation.limits.get().value == 2
        left = {task.key for task in checklist(planner, operation) if not task.done}
    assert left == {"forms", "informants", "keys", "opened", "rehearsed", "started"}


def test_the_list_of_what_is_left_has_the_order_in_which_it_can_be_done(
    planner: User, operation: models.Operation
) -> None:
    with acting(planner, "test"):
        keys = [task.key for task in checklist(planner, operation)]
        choices = {name: code for code, name in units_of(planner, record_types()["displacement.operation"])}
        levels = set(Place.objects.filter(code__in=choices.values()).values_list("level", flat=True))
    assert [key for key in keys if key in ("forms", "started", "opened", "keys")] == [
        "forms",
        "started",
        "opened",
        "keys",
    ]
    assert levels == {"country", "aimag", "soum"}  # no settlement, in which nothing could be covered
    (alarm,) = setup_of("urban_arrivals").alarms
    assert (alarm.direction, alarm.signal) == ("in", "passages_hour")


def test_an_operation_is_made_whole_or_not_at_all(
    planner: User, operation: models.Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise WebError(555, "broken.", "Wait.")

    monkeypatch.setattr("nuudel.domains.displacement.setups.making.keep", broken)
    before = count(planner)
    with pytest.raises(WebError), acting(planner, "test"):
        set_up(planner, Wanted(setup_of("flood"), AIMAG, institution(), FIRST))
    assert count(planner) == before


def count(user: User) -> tuple[int, int]:
    with acting(user, "test"):
        return models.Operation.objects.count(), models.Round.objects.count()


def test_the_page_makes_one_and_shows_what_is_left(planner: User) -> None:
    client = signed_in(planner)
    page = "/en/desk/displacement/setup/"
    assert "Dzud response" in client.get(page).content.decode()
    assert client.post(page, {"setup": "flood"}).status_code == 422
    told = {"setup": "border_flows", "place": AIMAG, "first": "2026-12-01", "title": "Гашуун сухайт"}
    made = client.post(page, told)
    assert made.status_code == 302
    text = html.unescape(client.get(made["Location"]).content.decode())
    assert "Гашуун сухайт" in text
    for words in ("Before it begins", "Open the forms", "Fill the lists", "Rehearse it once"):
        assert words in text
    with acting(planner, "test"):
        row = models.Operation.objects.get(title_mn="Гашуун сухайт")
        assert row.rounds.count() == 3
        assert not models.FrameArea.objects.filter(round__operation=row).exists()


@pytest.fixture(scope="module")
def rehearsal(planner: User, operation: models.Operation) -> models.Operation:
    """A rehearsal that the page has started, and that the job has filled."""
    client = signed_in(planner)
    made = client.post(f"/en/desk/displacement/rehearse/?of={operation.pk}")
    assert made.status_code == 302, made.content
    with acting(planner, "test"):
        found = models.Operation.objects.get(rehearses=operation)
        around = found.rounds.get()
    sent = making.fill_round(around.pk)
    assert sent == SOUMS
    assert making.fill_round(around.pk) == sent
    enter_facts()
    check_new()
    return found


def facts_of(database: Addresses) -> set[tuple[str, str]]:
    """Series and quality of all facts of people present."""
    with psycopg.connect(database.backup) as reader:
        return set(reader.execute("SELECT series, quality::text FROM ledger_presence").fetchall())


def test_a_rehearsal_counts_in_nothing_real(
    database: Addresses, planner: User, operation: models.Operation, rehearsal: models.Operation
) -> None:
    with acting(planner, "test"):
        sent = list(models.Submission.objects.filter(round__operation=rehearsal))
        assert len(sent) == SOUMS
        assert {row.unread for row in sent} == {0}
        assert {row.left_out for row in sent} == {0}
        assert all(
            row.facts for row in sent if row.measures and row.measures["values"]["outcome"] == "assessed"
        )
        assert models.Flag.objects.filter(round__operation=rehearsal).exists()
        assert not models.Submission.objects.filter(round__operation=operation).exists()
        assert not models.FrameArea.objects.filter(round__operation=operation).exclude(state="to_do").exists()
        assert models.FrameArea.objects.filter(round__operation=rehearsal, state="done").count() > 10
        assert "rehearsed" not in {task.key for task in checklist(planner, operation) if not task.done}
    told = facts_of(database)
    assert told
    assert {quality for _, quality in told} == {"synthetic"}
    assert all(series.startswith("rehearsal-") for series, _ in told)


def test_a_rehearsal_is_marked_and_ends(
    planner: User, operation: models.Operation, rehearsal: models.Operation
) -> None:
    client: Client = signed_in(planner)
    page = f"/en/desk/displacement/operation/{rehearsal.pk}/"
    text = html.unescape(client.get(page).content.decode())
    assert "Rehearsal: Dzud response" in text
    assert f"{SOUMS} submissions were sent" in text
    again = client.post(f"/en/desk/displacement/rehearse/?of={operation.pk}")
    assert again.status_code == 422
    assert "End it first" in again.content.decode()
    assert client.post(f"/en/desk/displacement/rehearse/?of={rehearsal.pk}").status_code == 422
    assert client.post(f"/en/desk/displacement/rehearse/end/?of={operation.pk}").status_code == 422
    assert client.post(f"/en/desk/displacement/rehearse/end/?of={rehearsal.pk}").status_code == 302
    with acting(planner, "test"):
        assert models.Operation.objects.get(pk=rehearsal.pk).state == "closed"
        assert rehearsal.rounds.get().state == "closed"


def test_points_are_rehearsed_too(planner: User) -> None:
    with acting(planner, "test"):
        real = set_up(planner, Wanted(setup_of("border_flows"), AIMAG, institution(), FIRST))
        found: Any = records.find(planner, record_types()[making.OPERATION], real.pk, to_change=True)
        made = making.rehearse(planner, found)
        around = made.rounds.get()
    making.fill_round(around.pk)
    enter_facts()
    with acting(planner, "test"):
        layouts = list(models.Submission.objects.filter(round=around).values_list("layout", "unread"))
    assert layouts.count(("watch", 0)) == 28
    assert layouts.count(("traveller", 0)) == 84
    assert layouts.count(("point", 0)) == 2
    step(planner, "round", around, "close")
