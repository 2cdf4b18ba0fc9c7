"""Two records become one, and two again: what follows for persons, residence and facts.

The record that is kept keeps all that is its own. The other one keeps its documents, moves and notices,
counts nowhere any more, and says into which it was merged. Nothing is deleted, so that all of it comes back.
"""

from typing import Any

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.duplicates.rules import (
    merger_problems,
    return_problems,
    sides,
    standing_events,
)
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import Household, Pair, Person, ResidenceEvent
from nuudel.domains.registration.persons.holding import hold
from nuudel.domains.registration.residence.events import Cause, begin, dissolve_if_empty, end, reverse
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

STAY, ACCOUNT = "stay", "account"
"""What the kept record got: a stay (and where its record was before), an account."""


def effects(user: User, pair: Pair, action: str) -> None:
    """The shell's entrance: what follows from a decision."""
    if action == "merge":
        merge(user, pair)
    elif action == "unmerge":
        unmerge(user, pair)


def locked_sides(pair: Pair) -> tuple[Person, Person]:
    """Both persons locked: the one that is kept, and the other."""
    found = {
        one.pk: one for one in records.locked(record_types()[kinds.PERSON], [pair.first_id, pair.second_id])
    }
    pair.first, pair.second = found[pair.first_id], found[pair.second_id]
    return sides(pair)


def merge(user: User, pair: Pair) -> None:
    """Merge, with both persons locked; what the rules saw may have changed before the lock.

    Raises
    ------
    BrokenRulesError
        ``WEB-214``: another decision on one of the two came first.
    """
    kept, merged = locked_sides(pair)
    with service_rights():
        # The right to decide was asked before the new state was saved; here it would look for a proposal.
        problems = list(merger_problems(pair, "propose"))
        if problems:
            raise BrokenRulesError(problems)
        was_in = kept.place
        events = moved_stay(user, pair, kept, merged)
        pair.carried = {STAY: was_in} if any(event.person_id == kept.pk for event in events) else {}
        if merged.holder_id is not None and kept.holder_id is None:
            hold(user, kept, merged.holder, str(pair))
            pair.carried[ACCOUNT] = True
        pair.save(update_fields=["carried", "changed_at"])
        merged.merged_into = kept
        follow(user, merged, "merge", {"merged_into": None}, pair)
        follow(user, kept, CHANGED, {}, pair)
        enter_facts(user, events)
        note_pairs_of_kept(user, pair, kept, merged)


def moved_stay(user: User, pair: Pair, kept: Person, merged: Person) -> list[ResidenceEvent]:
    """End where the merged record lives; where the kept one lives nowhere, it lives there from now on."""
    if merged.household_id is None:
        return []
    household = Household.objects.select_related("institution").get(pk=merged.household_id)
    cause, today = Cause(kinds.PAIR, pair.pk), localdate()
    events = [end(user, merged, kind="correction", day=today, cause=cause)]
    if kept.household_id is None and kept.state == "living":
        events.append(begin(user, kept, household, kind="correction", day=today, cause=cause))
    locked_household = records.locked(record_types()[kinds.HOUSEHOLD], [household.pk])[0]
    dissolve_if_empty(user, locked_household)
    return events


def note_pairs_of_kept(user: User, pair: Pair, kept: Person, merged: Person) -> None:
    """Open pairs of the record that went are open questions about the one that was kept."""
    from nuudel.domains.registration.duplicates.found import note_pair

    for side, other in (("first", "second"), ("second", "first")):
        rows = Pair.objects.filter(state__in=("found", "proposed"), **{side: merged}).exclude(pk=pair.pk)
        for open_pair in rows.select_related(f"{other}__institution"):
            third = getattr(open_pair, other)
            if third.pk != kept.pk and third.state != "merged":
                note_pair(
                    user,
                    kept,
                    third,
                    found_by=open_pair.found_by,
                    agreeing=open_pair.agreeing,
                    probability=open_pair.probability,
                )


def unmerge(user: User, pair: Pair) -> None:
    """Take a merger back: both persons are as they were, and so are households and stocks.

    Raises
    ------
    BrokenRulesError
        ``WEB-214``: something that came later stands on the merger.
    """
    kept, merged = locked_sides(pair)
    with service_rights():
        problems = list(return_problems(pair))
        if problems:
            raise BrokenRulesError(problems)
        merged.merged_into = None
        follow(user, merged, "unmerge", {"merged_into": kept.pk}, pair)
        change: dict[str, Any] = {}
        # An account that was linked to the kept record since then stays.
        if ACCOUNT in pair.carried and kept.holder_id == merged.holder_id:
            hold(user, kept, None, str(pair))
        cause = Cause(kinds.PAIR, pair.pk)
        reversals = []
        # Beginnings first: nobody lives in two households for a moment.
        for event in sorted(standing_events(pair), key=lambda one: -one.direction):
            event.person = kept if event.person_id == kept.pk else merged
            reversals.append(reverse(user, event, cause=cause))
        if pair.carried.get(STAY, kept.place) != kept.place:
            change["place"] = kept.place
            kept.place = pair.carried[STAY]
        follow(user, kept, CHANGED, change, pair)
        enter_facts(user, reversals)
        pair.carried = {}
        pair.save(update_fields=["carried", "changed_at"])


def follow(user: User, person: Person, action: str, before: dict[str, Any], pair: Pair) -> None:
    records.follow(user, record_types()[kinds.PERSON], person, action, before=before, reason=str(pair))
