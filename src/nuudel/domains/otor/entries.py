"""From records to facts of the ledger, the domain's only way out.

Each fact of a record is a chain (``nuudel.web.shell.chains``): what changes it while the record counts enters
the fact anew and supersedes the one before. Facts count households and persons; none has a pseudonym.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from nuudel.base.provenance import Quality
from nuudel.domains.otor import models, series
from nuudel.domains.otor.requests.states import GONE, HERE, REQUEST
from nuudel.web.shell.chains import Chain, Chains, Row
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Entry
from nuudel.web.shell.states import WRITTEN

NAMESPACE = UUID("3b1f1d52-0f1e-5b8e-9a55-0d6f6a2c7e41")
SHORT_MONTHS, LONG_MONTHS = 3, 12
HAZARDS = {"dzud": "hazard", "drought": "hazard"}

BEEN = frozenset({*HERE, *GONE})
"""States in which the household has come."""

SILENT = frozenset({"ask_extension", "refuse_extension", "permit_afterwards", "close"})
"""Steps that change nothing of what a fact says."""

Counted = models.OtorRequest | models.Service | models.Conflict


def taken_back(row: Row) -> Row:
    """Nobody; and of an event another kind. A movement stays what it was."""
    kind = str(row["kind"])
    return {"kind": series.TAKEN_BACK.get(kind, kind), "persons": 0, "households": 0, "end": None}


CHAINS = Chains(NAMESPACE, taken_back, SILENT)


def request(record: models.OtorRequest, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """The question, the refusal, the way there and the way back."""
    asked = event(record, "otor_requested", localdate(record.created_at or action.created_at))
    found = []
    if action.action in WRITTEN:
        chain = Chain(series.REQUESTS, "requested", frozenset(REQUEST.names), asked)
        found += CHAINS.link(record, chain, action, only(before, WRITTEN))
    if action.action == "refuse":
        refused = event(record, "otor_refused", record.answered_on or localdate(action.created_at))
        chain = Chain(series.REFUSALS, "refused", frozenset({"refused"}), refused)
        found += CHAINS.link(record, chain, action, only(before, ("refuse",)))
    out = Chain(series.ARRIVALS, "out", BEEN, way_there(record))
    back = Chain(series.DEPARTURES, "back", frozenset(GONE), way_back(record))
    found += CHAINS.link(record, out, action, before)
    return [*found, *CHAINS.link(record, back, action, before)]


def only(actions: Sequence[Action], names: Sequence[str]) -> list[Action]:
    """The actions that concern a chain which not every step concerns."""
    return [entry for entry in actions if entry.action in names]


def service(record: models.Service, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """A service, from its delivery until that is taken back."""
    row = {
        **at(record, "otor_service_delivered", record.day or localdate(action.created_at)),
        "persons": record.persons or 0,
        "households": 1,
        "reason": reason_of(record.request),
    }
    chain = Chain(series.SERVICES, "delivered", frozenset({"delivered"}), row)
    return CHAINS.link(record, chain, action, before)


def conflict(record: models.Conflict, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """A conflict, until it is withdrawn."""
    row = {**at(record, "otor_conflict", record.day), "persons": 0, "reason": "conflict"}
    states = frozenset({"recorded", "in_mediation", "settled", "referred"})
    concerning = (*WRITTEN, "withdraw")
    if action.action not in concerning:
        return ()
    chain = Chain(series.CONFLICTS, "conflict", states, row)
    return CHAINS.link(record, chain, action, only(before, concerning))


def at(record: Counted, kind: str, day: date) -> dict[str, object]:
    """What an event at the record's place says."""
    return {"kind": kind, "place": record.place, "start": day, "quality": quality_of(record), "sex": "all"}


def event(record: models.OtorRequest, kind: str, day: date) -> dict[str, object]:
    return {
        **at(record, kind, day),
        "persons": record.persons,
        "households": 1,
        "reason": reason_of(record),
    }


def way_there(record: models.OtorRequest) -> dict[str, object]:
    start = record.arrived_on or min(record.first_day, localdate())
    return {
        **travel(record, record.other_place, record.place),
        "start": start,
        "end": record.left_on,
        "duration": duration(start, record.left_on or max(record.last_day, start)),
    }


def way_back(record: models.OtorRequest) -> dict[str, object]:
    start = record.left_on or min(record.last_day, localdate())
    return {**travel(record, record.place, record.other_place), "start": start, "duration": "unknown"}


def travel(record: models.OtorRequest, origin: str, destination: str) -> dict[str, object]:
    return {
        "kind": "seasonal",
        "origin": origin,
        "destination": destination,
        "persons": record.persons,
        "households": 1,
        "sex": "all",
        "reason": reason_of(record),
        "group": uuid5(NAMESPACE, f"{record.pk}/{origin}"),
        "quality": quality_of(record),
    }


def reason_of(record: models.OtorRequest) -> str:
    """The reason in the ledger's list: dzud and drought are hazards, the others are herding."""
    return HAZARDS.get(record.reason, "herding")


def quality_of(record: Counted) -> str:
    return Quality.SYNTHETIC.value if record.synthetic else Quality.OBSERVED.value


def duration(start: date, end: date) -> str:
    """The duration class of a stay: whole months between two days."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months < SHORT_MONTHS:
        return "under_3_months"
    return "3_to_12_months" if months < LONG_MONTHS else "12_months_and_more"
