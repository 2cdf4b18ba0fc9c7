"""Records and people for the tests of the domain, and the ledger as it stands."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.campaigns import models, record_types
from nuudel.ledger import Ledger, LedgerConnection, events
from nuudel.ledger.ids import new_id
from nuudel.ledger.series import Series
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType
from nuudel.web.testing import institution

PLACE = "MN81"


def days(distance: int) -> date:
    """A day so far from today."""
    return localdate() + timedelta(days=distance)


def person(role: Role, place: str = PLACE, at: Institution | None = None) -> User:
    """A user with one posting, without a password: making one takes most of a test's time."""
    made = User.objects.using("owner").create(
        email=f"{new_id()}@example.org", name="Test person", password="!"
    )
    office = (at or institution()).pk
    Posting.objects.using("owner").create(user_id=made.pk, role=role, institution_id=office, place=place)
    return User.objects.get(pk=made.pk)


def a_campaign(**given: Any) -> models.Campaign:
    """A campaign that keeps every rule, not saved."""
    fields: dict[str, Any] = {
        "title_mn": "Аян",
        "purpose": "Мэддэг болно.",
        "audience": "general_public",
        "audience_size": 1000,
        "start": days(-60),
        "end": days(-30),
        "channels": ["tv", "radio"],
        "state": "draft",
        "place": PLACE,
    }
    return models.Campaign(**fields | given)


def a_training(**given: Any) -> models.Training:
    """A training that keeps every rule, not saved."""
    fields: dict[str, Any] = {
        "subject": "registration",
        "title_mn": "Сургалт",
        "objective": "Чаддаг болно.",
        "start": days(-250),
        "end": days(-248),
        "venue": "Танхим",
        "state": "draft",
        "place": PLACE,
    }
    return models.Training(**fields | given)


def a_participant(training: models.Training, **given: Any) -> models.Participant:
    """A participant who was there, not saved."""
    fields: dict[str, Any] = {
        "full_name": "Туршилт Хүн",
        "institution_name": "Сумын тамгын газар",
        "role": "education",
        "sex": "female",
        "attended": True,
        "state": "recorded",
        "place": training.place,
    }
    return models.Participant(training=training, **fields | given)


def make(user: User, record_type: RecordType, record: Any) -> Any:
    """Make a record in the user's name, for the user's institution."""
    record.institution = user.current_postings[0].institution
    with acting(user, "test"):
        return records.create(user, record_type, record)


def step(user: User, record_type: RecordType, record: Any, *actions: str) -> Any:
    """Take a record through steps."""
    for action in actions:
        with acting(user, "test"):
            records.transition(user, record_type, record, action, reason="test")
    return record


def change(user: User, record_type: RecordType, record: Any, **fields: Any) -> Any:
    """Change fields of a record."""
    before = {name: getattr(record, name) for name in fields}
    for name, value in fields.items():
        setattr(record, name, value)
    with acting(user, "test"):
        return records.change(user, record_type, record, before, records.version_of(record))


def planned_training(user: User, *people: dict[str, Any], **fields: Any) -> models.Training:
    """A training that is planned, with its participants."""
    training: models.Training = make(user, record_types.TRAINING, a_training(**fields))
    for given in people:
        make(user, record_types.PARTICIPANT, a_participant(training, **given))
    step(user, record_types.TRAINING, training, "plan")
    return training


def ledger_now(folder: Path) -> LedgerConnection:
    """The ledger as the database has it."""
    return Ledger.open(write_snapshot(folder)).connect()


def counted(folder: Path, series: Series, *by: str) -> dict[tuple[Any, ...], tuple[int, float]]:
    """Events and persons of a series by breakdowns, over all places."""
    found: dict[tuple[Any, ...], tuple[int, float]] = {}
    ledger = ledger_now(folder)
    if series.key not in ledger.manifest.counts("event"):
        return {}
    for row in events(ledger, series.key, by=by).to_polars().iter_rows(named=True):
        key = tuple(row[name] for name in by)
        before = found.get(key, (0, 0.0))
        found[key] = (before[0] + row["events"], before[1] + row["persons"])
    return found
