"""What an office cannot do without the centre: its pages say so and keep what was written."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import a_household as a_herd
from nuudel.domains.otor.tests.given import a_request, counted, make
from nuudel.domains.registration.models import Pair
from nuudel.domains.registration.tests.given_pairs import pair_of
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution
from nuudel.web.nodes.models import Operation
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import signed_in
from nuudel.web.words import LANGUAGES, say

from .nodes_given import OTHER, PLACE, Office, World, here, node, person_at, take, world
from .nodes_register import a_person

__all__ = ["node", "world"]
REASON = "Малтай ирсэн, хашаанд бууна"


def an_agreed_request(world: World, node: Office) -> Any:
    """A herder of another place may come here; the host's office has signed on the node."""
    world.centre.enter()
    at_home = person_at(OTHER)
    herder = a_herd(at_home)
    counted(at_home, herder)
    request = make(at_home, REQUEST, a_request(herder, place=PLACE))
    world.sync(node)
    for action in ("accept_above_capacity", "sign_host"):
        take(world.at(node), REQUEST, request.pk, action, "test")
    world.sync(node)
    world.centre.enter()
    take(at_home, REQUEST, request.pk, "sign_home", "test")
    world.sync(node)
    return request


def address(lang: str, name: str, *given: Any) -> str:
    with override(lang):
        return reverse(name, args=given)


def client_at(world: World, node: Office) -> Client:
    client = signed_in(world.at(node))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_arrival_from_another_soum_is_told_before_and_keeps_what_was_written(
    world: World, node: Office, lang: str
) -> None:
    request = an_agreed_request(world, node)
    client = client_at(world, node)
    before = Operation.objects.count()
    beside = say("nodes.elsewhere", lang=lang, places="|").split("|")[1]
    page = client.get(address(lang, "record", "otor", "request", request.pk)).content.decode()
    assert beside in page
    step = address(lang, "record_step", "otor", "request", request.pk, "arrive_without_permit")
    step = step.replace("arrive_without_permit", "arrive")
    page = client.get(step).content.decode()
    assert beside in page
    user = world.at(node)
    with acting(user, "test"):
        version = records.version_of(records.find(user, REQUEST, request.pk))
    answer = client.post(step, {"version": version, "reason": REASON})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert say("nodes.needs_centre", lang=lang) in page
    assert say("otor.request.state_agreed", lang=lang) in page
    user = world.at(node)
    with acting(user, "test"):
        assert records.find(user, REQUEST, request.pk).state == "agreed"
    assert Operation.objects.count() == before
    at_centre = world.at(world.centre)
    take(at_centre, REQUEST, request.pk, "arrive", "")
    world.sync(node)
    user = world.at(node)
    with acting(user, "test"):
        assert records.find(user, REQUEST, request.pk).state == "arrived"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_step_with_a_guest_who_is_here_is_done_without_a_link(
    world: World, node: Office, lang: str
) -> None:
    request = an_agreed_request(world, node)
    take(world.at(world.centre), REQUEST, request.pk, "arrive", "")
    world.sync(node)
    user = world.at(node)
    with acting(user, "test"):
        found = records.find(user, REQUEST, request.pk)
    step = address(lang, "record_step", "otor", "request", request.pk, "take_back_arrival")
    sent = {"version": records.version_of(found), "reason": REASON}
    answer = client_at(world, node).post(step, sent)
    # While it is here its record is too: the step is done without a link, and sent later.
    assert answer.status_code == 302
    world.sync(node)
    user = world.at(world.centre)
    with acting(user, "test"):
        assert records.find(user, REQUEST, request.pk).state == "agreed"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_merge_with_a_record_of_another_place_is_told(world: World, node: Office, lang: str) -> None:
    user = world.at(world.centre)
    first = a_person(user)
    second = a_person(person_at(OTHER), place=OTHER)
    with acting(user, "test"):
        pair = pair_of(user, first, second)
    world.sync(node)
    client = client_at(world, node)
    with acting(world.at(node), "test"):
        assert Pair.objects.filter(pk=pair.pk).exists()
    page = client.get(address(lang, "record", "registration", "pair", pair.pk))
    told = page.content.decode()
    assert page.status_code == 409
    assert say("accounts.refused.centre.title", lang=lang) in told


def an_operation(user: Any) -> Any:
    office = Institution.objects.get(code="test-office")
    made = models.Operation(title_mn="Ажиллагаа", purpose="Туршина.", place=PLACE, institution=office)
    with acting(user, "test"):
        return records.create(user, record_types()["displacement.operation"], made)


def test_phones_send_to_the_centre_and_nodes_have_nothing_of_it(world: World, node: Office) -> None:
    world.centre.enter()
    planner = person_at(PLACE, Role.PLANNER)
    an_operation(planner)
    world.sync(node)
    at_node = here(planner.email)
    assert not models.Operation.objects.using("owner").exists()
    before = Operation.objects.count()
    with pytest.raises(WebError, match="WEB-483"):
        an_operation(at_node)
    assert not models.Operation.objects.using("owner").exists()
    assert Operation.objects.count() == before
