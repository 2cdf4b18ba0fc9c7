"""The demonstration: made by the domain's own rules, marked, and its pages are alive."""

import html
from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from nuudel.domains.displacement import models
from nuudel.domains.displacement.demo import make_demo
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, user_with

DESK = "/en/desk/displacement"


def test_the_demonstration(database: Addresses) -> None:
    office = institution("demo-office", synthetic=True)
    users = {
        Role.PLANNER: user_with(Role.PLANNER, at=office),
        Role.FIELD_ENUMERATOR: user_with(Role.FIELD_ENUMERATOR, place="MN81", at=office),
    }
    make_demo(users, office)
    with acting(service_user(), "test"):
        operation = models.Operation.objects.get()
        rows = list(models.Submission.objects.all())
        rounds = list(operation.rounds.order_by("number"))
        flags = models.Flag.objects.count()
    assert operation.synthetic
    assert [row.state for row in rounds] == ["closed", "open"]
    assert {row.layout for row in rows} == {"area", "watch", "point", "traveller"}
    assert sum(row.left_out or 0 for row in rows) == sum(row.unread or 0 for row in rows) == 0
    assert flags
    desk = signed_in(users[Role.PLANNER])
    coverage = html.unescape(desk.get(f"{DESK}/coverage/?of={rounds[1].pk}").content.decode())
    assert " areas are done" in coverage
    yesterday = f"day={localdate() - timedelta(days=1)}"
    points = html.unescape(desk.get(f"{DESK}/flow/{operation.pk}/points/?{yesterday}").content.decode())
    assert "western road" in points
    # The hours differ by day: two weeks of watches tell a whole one, and enough travellers were asked.
    assert "The whole day" in points
    assert "No figure for the whole day" not in points
    one = html.unescape(
        desk.get(f"{DESK}/flow/{operation.pk}/point/?point=west-road&{yesterday}").content.decode()
    )
    assert "Mongolia" in one


def test_only_a_synthetic_institution_makes_it(database: Addresses) -> None:
    with pytest.raises(AssertionError):
        make_demo({}, institution("real-office"))
