"""The demonstration: a small register with work in every stage, all of it marked."""

from typing import Any

import pytest
from django.db.models import Sum

from nuudel.domains.registration import models
from nuudel.domains.registration.demo import HOUSEHOLDS, PERSONS, PLACES, make_demo
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.operations.demo import PLACES as POSTED
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution, user_with


@pytest.fixture(scope="module")
def users(database: Addresses) -> dict[Role, User]:
    office = institution("demo-office", synthetic=True)
    users = {role: user_with(role, POSTED.get(role, ""), office) for role in (Role.REGISTRAR, Role.CITIZEN)}
    make_demo(users, office)
    return users


def all_of(users: dict[Role, User], model: Any) -> list[Any]:
    with acting(users[Role.REGISTRAR], "test"), service_rights():
        return list(model.objects.all())


def test_there_is_work_in_every_stage(users: dict[Role, User]) -> None:
    states = {
        model: {one.state for one in all_of(users, model)}
        for model in (models.Move, models.CivilNotice, models.IdentityDocument, models.Pair)
    }
    assert states[models.Move] == {"reported", "verified", "approved", "papers_asked", "refused"}
    assert {"applied", "held"} <= states[models.CivilNotice]
    assert states[models.IdentityDocument] >= {"issued", "requested"}
    assert "found" in states[models.Pair]
    unregistered = {one.state for one in all_of(users, models.UnregisteredHousehold)}
    assert unregistered == {"listed", "contacted"}


def test_all_of_it_is_marked(users: dict[Role, User]) -> None:
    for model in (models.Person, models.Household, models.Move, models.Pair, models.ResidenceEvent):
        rows = all_of(users, model)
        assert rows
        assert {one.synthetic for one in rows} == {True}


def test_the_stock_is_the_opening_with_births_and_deaths(users: dict[Role, User]) -> None:
    with acting(users[Role.REGISTRAR], "test"), service_rights():
        stock = models.ResidenceEvent.objects.aggregate(sum=Sum("direction"))["sum"]
        resident = models.Person.objects.filter(household__isnull=False, state="living").count()
        places = set(models.Household.objects.values_list("place", flat=True))
    assert stock == resident == PERSONS + 1 - 1
    assert places == set(PLACES)
    assert len(all_of(users, models.Household)) >= HOUSEHOLDS


def test_the_citizen_is_a_person_with_a_move(users: dict[Role, User]) -> None:
    citizen = users[Role.CITIZEN]
    with acting(citizen, "test"):
        own = models.Person.objects.filter(holder=citizen)
        assert own.count() == 1
        assert models.Move.objects.filter(reported_by="citizen").count() == 1


def test_each_history_leads_to_the_state(users: dict[Role, User]) -> None:
    with acting(users[Role.REGISTRAR], "test"), service_rights():
        for key in ("registration.move", "registration.pair", "registration.notice", "registration.document"):
            for record in record_types()[key].model._default_manager.all():
                history = records.history(record_types()[key], record)
                assert records.folded_state(record_types()[key], history) == record.state


def test_it_is_made_for_synthetic_institutions_alone(database: Addresses) -> None:
    with pytest.raises(AssertionError, match="synthetic"):
        make_demo({}, institution("real-office"))
