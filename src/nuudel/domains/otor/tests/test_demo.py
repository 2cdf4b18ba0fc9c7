"""The demonstration: made by the domain's own rules, marked, and in several states."""

from pathlib import Path

import pytest

from nuudel.domains.otor import models, series
from nuudel.domains.otor.demo import make_demo
from nuudel.domains.otor.tests.given import facts, person
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution


def test_the_demonstration(database: Addresses, tmp_path: Path) -> None:
    office = institution("demo-office", synthetic=True)
    users = {Role.REGISTRAR: person(Role.REGISTRAR, "MN81", office), Role.CITIZEN: person(Role.CITIZEN)}
    make_demo(users, office)
    with acting(service_user(), "test"):
        requests = list(models.OtorRequest.objects.all())
        held = models.HerderHousehold.objects.get(holder=users[Role.CITIZEN])
        every = [model.objects.filter(synthetic=False).exists() for model in (models.Camp, models.Conflict)]
    assert {one.state for one in requests} == {
        *("requested", "host_signed", "arrived", "arrived_without_permit", "left", "refused"),
    }
    assert all(one.synthetic for one in requests)
    assert held.synthetic
    assert every == [False, False]
    assert facts(tmp_path, series.ARRIVALS)["quality"].cast(str).unique().to_list() == ["synthetic"]


def test_only_a_synthetic_institution_makes_it(database: Addresses) -> None:
    with pytest.raises(AssertionError):
        make_demo({}, institution("real-office"))
