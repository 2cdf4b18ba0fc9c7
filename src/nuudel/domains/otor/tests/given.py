"""Records and people for the tests of the domain, and the ledger as it stands."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.utils.timezone import localdate

from nuudel.domains.otor import models
from nuudel.domains.otor.care.record_types import CONFLICT, MEDIATION, SERVICE
from nuudel.domains.otor.households.record_types import COUNT, HOUSEHOLD
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.ledger import Ledger
from nuudel.ledger.ids import new_id
from nuudel.ledger.series import Series
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import RecordType
from nuudel.web.testing import institution

HOME, HOST, ELSEWHERE = "MN18104", "MN34128", "MN18413"
HERD = {"camels": 2, "horses": 10, "cattle": 20, "sheep": 200, "goats": 100}
UNITS = 2 * 5 + 10 * 7 + 20 * 6 + 200 + 90.0


def days(distance: int) -> date:
    """A day so far from today."""
    return localdate() + timedelta(days=distance)


def person(role: Role, place: str = "", at: Institution | None = None) -> User:
    """A user with one posting, without a password: making one takes most of a test's time."""
    made = User.objects.using("owner").create(
        email=f"{new_id()}@example.org", name="Test person", password="!"
    )
    office = (at or institution(f"office-{place.lower() or 'all'}")).pk
    Posting.objects.using("owner").create(user_id=made.pk, role=role, institution_id=office, place=place)
    return User.objects.get(pk=made.pk)


def make(user: User, record_type: RecordType, record: Any) -> Any:
    """Make a record in the user's name, for the user's institution."""
    if record.institution_id is None:
        record.institution = user.current_postings[0].institution
    with acting(user, "test"):
        return records.create(user, record_type, record)


def step(user: User, record_type: RecordType, record: Any, *actions: str) -> Any:
    """Take a record through steps, as the database has it now."""
    for action in actions:
        with acting(user, "test"):
            found = records.find(user, record_type, record.pk, to_change=True)
            records.transition(user, record_type, found, action, reason="test")
    return found


def change(user: User, record_type: RecordType, record: Any, **fields: Any) -> Any:
    """Change fields of a record."""
    with acting(user, "test"):
        found = records.find(user, record_type, record.pk, to_change=True)
        before = {name: getattr(found, name) for name in fields}
        for name, value in fields.items():
            setattr(found, name, value)
        return records.change(user, record_type, found, before, records.version_of(found))


def now(user: User, record: Any) -> Any:
    """A record as somebody reads it now."""
    with acting(user, "test"):
        return type(record)._default_manager.get(pk=record.pk)


def refused(function: Any, *args: Any, **given: Any) -> list[str]:
    """The messages of the rules that are broken, without their domain."""
    with pytest.raises(BrokenRulesError) as broken:
        function(*args, **given)
    return [problem.message.removeprefix("otor.rule.") for problem in broken.value.problems]


def a_household(user: User, **given: Any) -> models.HerderHousehold:
    """A household at home where the user works, with a count of its animals."""
    fields: dict[str, Any] = {
        "place": user.current_postings[0].place,
        "bagh": "1-р баг",
        "head_name": "Туршилт Малчин",
        "phone": "99112233",
        "persons": 5,
        "school_children": 2,
    }
    return make(user, HOUSEHOLD, models.HerderHousehold(**fields | given))


def counted(user: User, household: models.HerderHousehold, **given: Any) -> models.LivestockCount:
    """A count of its animals a month ago."""
    fields: dict[str, Any] = {"day": days(-30), "source": "bagh_count", "place": household.place, **HERD}
    return make(user, COUNT, models.LivestockCount(household=household, **fields | given))


def a_request(household: models.HerderHousehold, **given: Any) -> models.OtorRequest:
    """A request that keeps every rule, not saved."""
    fields: dict[str, Any] = {
        "place": HOST,
        "other_place": household.place,
        "household": household,
        "persons": 4,
        "school_children": 1,
        "first_day": days(-5),
        "last_day": days(60),
        "pasture": "Тэрх гол",
        "reason": "dzud",
        "services": ["school"],
        **HERD,
    }
    return models.OtorRequest(**fields | given)


def asked(user: User, household: models.HerderHousehold, **given: Any) -> models.OtorRequest:
    """A request that waits for an answer."""
    return make(user, REQUEST, a_request(household, **given))


def arrived(home: User, host: User, household: models.HerderHousehold, **given: Any) -> models.OtorRequest:
    """A request whose household is there, with an agreement; capacity aside."""
    request = asked(home, household, **given)
    accepted(host, request)
    step(host, REQUEST, request, "sign_host")
    step(home, REQUEST, request, "sign_home")
    return step(host, REQUEST, request, "arrive")


def accepted(host: User, request: models.OtorRequest) -> models.OtorRequest:
    """Accept a request by the step that asks for a reason, whatever the pasture carries."""
    return step(host, REQUEST, request, "accept_above_capacity")


def a_conflict(user: User, **given: Any) -> models.Conflict:
    fields: dict[str, Any] = {
        "place": user.current_postings[0].place,
        "day": days(-3),
        "about": "water",
        "where": "Улаан худаг",
        "first_kind": "guest",
        "first_party": "Туршилт Нэг",
        "second_kind": "host_household",
        "second_party": "Туршилт Хоёр",
        "account": "Худгаас ээлжгүй усалсан.",
    }
    return make(user, CONFLICT, models.Conflict(**fields | given))


def a_mediation(user: User, conflict: models.Conflict, **given: Any) -> models.Mediation:
    fields: dict[str, Any] = {
        "place": conflict.place,
        "day": days(-1),
        "mediator": "bagh_governor",
        "result": "Ээлж тогтоов.",
    }
    return make(user, MEDIATION, models.Mediation(conflict=conflict, **fields | given))


def a_service(user: User, request: models.OtorRequest, **given: Any) -> models.Service:
    fields: dict[str, Any] = {
        "place": request.place,
        "kind": "school",
        "persons": 1,
        "provider": "Сумын сургууль",
    }
    return make(user, SERVICE, models.Service(request=request, **fields | given))


def facts(folder: Path, series: Series) -> pl.DataFrame:
    """The facts of a series that stand, as the ledger has them now."""
    ledger = Ledger.open(write_snapshot(folder)).connect()
    table = ledger.facts(series.fact).to_polars()
    return table.filter(pl.col("series").cast(pl.String) == series.key)
