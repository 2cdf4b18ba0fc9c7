"""From records to facts of the ledger, the domain's only way out.

Each fact of a record is a chain (``nuudel.web.shell.chains``): whatever is done with the record while it
counts enters the fact anew and supersedes the one before.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.base.provenance import Quality
from nuudel.domains.campaigns import models, series
from nuudel.domains.campaigns.results import present_by_sex
from nuudel.web.access.models import Record
from nuudel.web.shell.chains import Chain, Chains, Row
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Entry

HELD = frozenset({"held", "evaluated"})
RUN = frozenset({"running", "closed", "evaluated"})
RECORDED = frozenset({"recorded"})
PUBLISHED = frozenset({"published"})


def taken_back(row: Row) -> Row:
    return {"kind": series.TAKEN_BACK[str(row["kind"])], "persons": 0}


CHAINS = Chains(UUID("6d9f0f0c-52a1-5a52-9a4e-6d4a0f5c1b7e"), taken_back)


def training(record: models.Training, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The training, and the officials present by sex; from the day it was held until it is taken back."""
    if not CHAINS.enters(action, before, HELD):
        return ()
    present = present_by_sex(record)
    start = record.start or localdate(action.created_at)
    held = event(record, "training_held", record.synthetic, start, record.end)
    trained = event(record, "officials_trained", record.synthetic, start, record.end)
    chains = [Chain(series.TRAININGS, "held", HELD, held | {"persons": sum(present.values())})]
    chains += [
        Chain(series.OFFICIALS, f"trained-{sex}", HELD, trained | {"persons": persons, "sex": sex})
        for sex, persons in present.items()
    ]
    return [entry for chain in chains for entry in CHAINS.link(record, chain, action, before)]


def campaign(record: models.Campaign, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The campaign, from the day it began to run."""
    if not CHAINS.enters(action, before, RUN):
        return ()
    start = record.start or localdate(action.created_at)
    row = event(record, "campaign_run", record.synthetic, start, record.end)
    return CHAINS.link(record, Chain(series.CAMPAIGNS, "run", RUN, row), action, before)


def reach(record: models.Reach, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The contacts of a channel; what is only planned is no fact."""
    if record.planned or not CHAINS.enters(action, before, RECORDED):
        return ()
    row = event(record, "reach_counted", record.campaign.synthetic, record.day) | {"persons": record.persons}
    return CHAINS.link(record, Chain(series.REACH, "reach", RECORDED, row), action, before)


def manual(record: models.Manual, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The manual, on the day it was published."""
    if not CHAINS.enters(action, before, PUBLISHED):
        return ()
    published = next(entry for entry in (*before, action) if entry.state in PUBLISHED)
    row = event(record, "manual_published", record.synthetic, localdate(published.created_at))
    return CHAINS.link(record, Chain(series.MANUALS, "published", PUBLISHED, row), action, before)


def event(
    record: Record, kind: str, synthetic: bool, start: date, end: date | None = None
) -> dict[str, object]:
    """What an event at the record's place says; it counts nobody unless more is said."""
    return {
        "kind": kind,
        "place": record.place,
        "start": start,
        "end": end,
        "persons": 0,
        "sex": "all",
        "quality": Quality.SYNTHETIC.value if synthetic else Quality.OBSERVED.value,
    }
