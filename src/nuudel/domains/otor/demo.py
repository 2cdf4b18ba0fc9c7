"""Synthetic records for the demonstration, made as people make them: with history, facts and audit.

All are marked: the institution of the demonstration is synthetic, and so is what it makes. No household of
these codes and numbers is meant.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.otor import models
from nuudel.domains.otor.broadcasts.record_types import MESSAGE
from nuudel.domains.otor.care.record_types import CONFLICT, MEDIATION, SERVICE
from nuudel.domains.otor.households.record_types import CAMP, COUNT, HOUSEHOLD
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType

PURPOSE = "demo"
FROM, TO = "MN18104", "MN18107"
"""Two soums of the aimag in which the demonstration's registrar works."""

HERDS = (
    {"horses": 12, "cattle": 18, "sheep": 260, "goats": 190},
    {"camels": 6, "horses": 30, "cattle": 25, "sheep": 410, "goats": 330},
    {"horses": 8, "cattle": 40, "sheep": 120, "goats": 150},
    {"horses": 20, "cattle": 10, "sheep": 500, "goats": 280},
    {"camels": 14, "horses": 9, "sheep": 200, "goats": 420},
    {"horses": 15, "cattle": 22, "sheep": 330, "goats": 240},
)

HELD = 2
"""The household that the demonstration's citizen holds."""

REASON = "Жишээ: хариу тайлбар"
WAYS: tuple[tuple[int, int, str, tuple[str, ...]], ...] = (
    (20, 100, "planned", ()),
    (-4, 60, "dzud", ("accept_above_capacity", "sign_host")),
    (-20, 70, "pasture", ("arrive_without_permit", "permit_afterwards")),
    (-12, 40, "dzud", ("arrive_without_permit",)),
    (-60, -5, "drought", ("arrive_without_permit", "permit_afterwards", "leave")),
    (-2, 30, "pasture", ("refuse",)),
)
"""First day, last day, reason and steps of each household's request, in days from today."""


def make_demo(users: Mapping[Role, User], institution: Institution) -> None:
    """Make households with their animals, requests in several states, a conflict and a message."""
    assert institution.synthetic, "only a synthetic institution makes synthetic records"
    user, today = users[Role.REGISTRAR], localdate()
    with acting(user, PURPOSE):
        made = [
            make_request(
                user, institution, today, number, holder=users[Role.CITIZEN] if number == HELD else None
            )
            for number in range(len(WAYS))
        ]
        make_service(user, made[2])
        make_conflict(user, institution, today, made[3])
        make_message(user, institution, today)


def make_household(
    user: User, institution: Institution, today: date, number: int, holder: User | None
) -> models.HerderHousehold:
    """A household with a count and a winter camp."""
    household = models.HerderHousehold(
        place=FROM,
        institution=institution,
        bagh=f"{number % 3 + 1}-р баг",
        head_name=f"Жишээ Малчин {number + 1}",
        phone=f"8800000{number}",
        persons=3 + number % 4,
        school_children=number % 3,
        holder=holder,
    )
    records.create(user, HOUSEHOLD, household)
    part = {"household": household, "place": FROM, "institution": institution}
    count = models.LivestockCount(day=today - timedelta(days=120), source="census", **part, **HERDS[number])
    records.create(user, COUNT, count)
    camp = models.Camp(season="winter", name=f"Жишээ өвөлжөө {number + 1}", soum=FROM, **part)
    camp.latitude, camp.longitude = 47.6 + number / 100, 96.5 + number / 100
    records.create(user, CAMP, camp)
    return household


def make_request(
    user: User, institution: Institution, today: date, number: int, holder: User | None
) -> models.OtorRequest:
    """A household's request, taken through its steps."""
    household = make_household(user, institution, today, number, holder)
    first, last, reason, steps = WAYS[number]
    request = models.OtorRequest(
        household=household,
        place=TO,
        other_place=FROM,
        institution=institution,
        persons=household.persons,
        school_children=household.school_children,
        first_day=today + timedelta(days=first),
        last_day=today + timedelta(days=last),
        arrived_on=today + timedelta(days=first) if "arrive_without_permit" in steps else None,
        pasture="Жишээ гол",
        reason=reason,
        services=["school", "vet"] if household.school_children else ["vet"],
        **HERDS[number],
    )
    records.create(user, REQUEST, request)
    walk(user, REQUEST, request, *steps)
    return request


def walk(user: User, record_type: RecordType, record: Any, *steps: str) -> None:
    """Take a record through steps, each with its reason where it asks for one."""
    for action in steps:
        step = record_type.states.step(action)
        records.transition(user, record_type, record, action, reason=REASON if step and step.reason else "")


def make_service(user: User, request: models.OtorRequest) -> None:
    part = {"request": request, "place": request.place, "institution": request.institution}
    school = models.Service(kind="school", persons=1, provider="Жишээ сургууль", **part)
    records.create(user, SERVICE, school)
    walk(user, SERVICE, school, "deliver")
    records.create(user, SERVICE, models.Service(kind="vet", provider="Жишээ мал эмнэлэг", **part))


def make_conflict(user: User, institution: Institution, today: date, request: models.OtorRequest) -> None:
    """A conflict over a well, with one step of mediation."""
    conflict = models.Conflict(
        place=TO,
        other_place=FROM,
        institution=institution,
        request=request,
        day=today - timedelta(days=6),
        about="water",
        where="Жишээ худаг",
        first_kind="guest",
        second_kind="host_household",
        second_party="Жишээ Айл",
        account="Жишээ: худгаас ээлжгүй усалсан.",
    )
    records.create(user, CONFLICT, conflict)
    walk(user, CONFLICT, conflict, "mediate")
    step = models.Mediation(
        conflict=conflict,
        place=TO,
        institution=institution,
        day=today - timedelta(days=3),
        mediator="bagh_governor",
        result="Жишээ: услах ээлж тогтоов.",
    )
    records.create(user, MEDIATION, step)


def make_message(user: User, institution: Institution, today: date) -> None:
    message = models.Message(
        place=TO,
        institution=institution,
        template="storm",
        audience="both",
        where="Асгат",
        first_day=today,
        last_day=today + timedelta(days=7),
        day=today + timedelta(days=1),
        office_phone="70000000",
    )
    records.create(user, MESSAGE, message)
