"""From records to facts of the ledger, the domain's only way out.

Each fact of a record is a chain: whatever is done with the record while it counts enters the fact anew and
supersedes the one before. Ids follow from the record, the chain's name and the action's number, so that the
same action enters the same fact once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from nuudel.base.provenance import Quality
from nuudel.domains.campaigns import models, series
from nuudel.domains.campaigns.results import present_by_sex
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series
from nuudel.web.access.models import Record
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Entry

NAMESPACE = UUID("6d9f0f0c-52a1-5a52-9a4e-6d4a0f5c1b7e")

Counts = Callable[[Action], bool]
"""Whether a record counts in the ledger after an action."""


@dataclass(frozen=True)
class Counted:
    """What a fact says: its series and kind, the chain's name, how many, when, and how it is known."""

    series: Series
    kind: str
    name: str
    persons: int
    start: date
    end: date | None
    synthetic: bool
    sex: str = "all"


def training(record: models.Training, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The training, and the officials present by sex; from the day it was held until it is taken back."""
    counts = in_states("held", "evaluated")
    if not concerned(action, before, counts):
        return ()
    present = present_by_sex(record)
    start = record.start or localdate(action.created_at)
    total = Counted(
        series.TRAININGS,
        "training_held",
        "held",
        sum(present.values()),
        start,
        record.end,
        record.synthetic,
    )
    trained = [
        Counted(
            series.OFFICIALS,
            "officials_trained",
            f"trained-{sex}",
            persons,
            start,
            record.end,
            record.synthetic,
            sex,
        )
        for sex, persons in present.items()
    ]
    return [
        link(record, counted, action, before, in_states("held", "evaluated")) for counted in (total, *trained)
    ]


def campaign(record: models.Campaign, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The campaign, from the day it began to run."""
    counts = in_states("running", "closed", "evaluated")
    if not concerned(action, before, counts):
        return ()
    start = record.start or localdate(action.created_at)
    run = Counted(series.CAMPAIGNS, "campaign_run", "run", 0, start, record.end, record.synthetic)
    return [link(record, run, action, before, counts)]


def reach(record: models.Reach, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The contacts of a channel; what is only planned is no fact."""
    counts = in_states("recorded")
    if record.planned or not concerned(action, before, counts):
        return ()
    synthetic = record.campaign.synthetic
    counted = Counted(series.REACH, "reach_counted", "reach", record.persons, record.day, None, synthetic)
    return [link(record, counted, action, before, counts)]


def manual(record: models.Manual, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The manual, on the day it was published."""
    counts = in_states("published")
    if not concerned(action, before, counts):
        return ()
    published = next(entry for entry in (*before, action) if counts(entry))
    day = localdate(published.created_at)
    counted = Counted(series.MANUALS, "manual_published", "published", 0, day, None, record.synthetic)
    return [link(record, counted, action, before, counts)]


def in_states(*states: str) -> Counts:
    return lambda action: action.state in states


def chain(actions: Sequence[Action], counts: Counts) -> list[Action]:
    """The actions that entered a fact: those after which the record counted, and each that took it back."""
    found, counted = [], False
    for action in actions:
        if counts(action) or counted:
            found.append(action)
        counted = counts(action)
    return found


def concerned(action: Action, before: Sequence[Action], counts: Counts) -> bool:
    """Whether an action enters facts."""
    return action in chain([*before, action], counts)


def link(record: Record, counted: Counted, action: Action, before: Sequence[Action], counts: Counts) -> Entry:
    """The fact of an action, which supersedes the last one of its chain."""
    earlier = chain(before, counts)
    taken_back = not counts(action)
    row = {
        "id": fact_id(record, counted.name, action.number),
        "kind": series.TAKEN_BACK[counted.kind] if taken_back else counted.kind,
        "place": record.place,
        "start": counted.start,
        "end": counted.end,
        "persons": 0 if taken_back else counted.persons,
        "sex": counted.sex,
        "quality": Quality.SYNTHETIC.value if counted.synthetic else Quality.OBSERVED.value,
        "supersedes": fact_id(record, counted.name, earlier[-1].number) if earlier else None,
    }
    return Entry(Fact.EVENT.value, counted.series, row)


def fact_id(record: Record, name: str, number: int) -> UUID:
    """The id of the fact that an action of a record enters into a chain."""
    return uuid5(NAMESPACE, f"{record.pk}/{name}/{number}")
