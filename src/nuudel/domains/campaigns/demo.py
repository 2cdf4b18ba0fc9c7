"""Synthetic records for the demonstration, made as people make them: with history, facts and audit.

All are marked: the institution of the demonstration is synthetic, and so is what it makes. Nobody of these
names and numbers is meant.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.campaigns import models, record_types
from nuudel.domains.campaigns.demo_texts import CAMPAIGNS, MANUALS, PARTICIPANTS, REACH, TRAININGS, Steps
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType

PURPOSE = "demo"


def make_demo(users: Mapping[Role, User], institution: Institution) -> None:
    """Make campaigns, trainings and manuals in several states."""
    assert institution.synthetic, "only a synthetic institution makes synthetic records"
    today = localdate()
    with acting(users[Role.POLICY_COORDINATOR], PURPOSE):
        make_campaigns(users[Role.POLICY_COORDINATOR], institution, today)
        make_manuals(users[Role.POLICY_COORDINATOR], institution)
    for role in (Role.REGISTRAR, Role.CASE_WORKER):
        with acting(users[role], PURPOSE):
            make_trainings(users[role], role, institution, today)


def make_campaigns(user: User, institution: Institution, today: date) -> None:
    for key, fields, steps in CAMPAIGNS:
        named = in_days(fields, today) | {"place": "MN", "institution": institution}
        made = models.Campaign(**named)
        records.create(user, record_types.CAMPAIGN, made)
        before, after = around(steps, "evaluate")
        walk(user, record_types.CAMPAIGN, made, before)
        for entry in REACH.get(key, ()):
            part = models.Reach(
                campaign=made, place=made.place, institution=institution, **in_days(entry, today)
            )
            records.create(user, record_types.REACH, part)
        walk(user, record_types.CAMPAIGN, made, after)


def make_trainings(user: User, role: Role, institution: Institution, today: date) -> None:
    for key, fields, steps in TRAININGS[role]:
        made = models.Training(**in_days(fields, today), institution=institution)
        records.create(user, record_types.TRAINING, made)
        for entry in PARTICIPANTS.get(key, ()):
            part = models.Participant(training=made, place=made.place, institution=institution, **entry)
            records.create(user, record_types.PARTICIPANT, part)
        walk(user, record_types.TRAINING, made, steps)


def make_manuals(user: User, institution: Institution) -> None:
    for fields, steps in MANUALS:
        made = models.Manual(**fields, place="MN", institution=institution)
        records.create(user, record_types.MANUAL, made)
        walk(user, record_types.MANUAL, made, steps)


def walk(user: User, record_type: RecordType, record: Any, steps: Steps) -> None:
    """Take a record through steps, each with its reason where it asks for one."""
    for action, reason in steps:
        records.transition(user, record_type, record, action, reason=reason)


def around(steps: Steps, action: str) -> tuple[Steps, Steps]:
    """The steps before an action, and those from it on."""
    names = [name for name, _ in steps]
    at = names.index(action) if action in names else len(steps)
    return steps[:at], steps[at:]


def in_days(fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Fields whose days are given as distances from today."""
    return {name: today + timedelta(days=value) if name in DAYS else value for name, value in fields.items()}


DAYS = ("start", "end", "day", "follow_up_day")
