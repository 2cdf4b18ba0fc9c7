"""Whose decision a pair is: that of an officer who reaches both persons, or of both offices together."""

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Pair, Person
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.shell.models import Action


def reached(user: User | None, *persons: Person) -> frozenset[Person]:
    """Those of some persons who are within a user's reach."""
    return frozenset(person for person in persons if may(user, kinds.PERSON, "change", person))


def missing_office(user: User | None, pair: Pair, *persons: Person) -> bool:
    """Whether somebody else has to agree: the user does not reach all, and nobody of the rest has proposed.

    Read with the system's rights.
    """
    mine = reached(user, *persons)
    if len(mine) == len(persons):
        return False
    theirs = reached(proposer(pair), *persons) if pair.state == "proposed" else frozenset()
    return not mine or len(mine | theirs) < len(persons)


def proposer(pair: Pair) -> User | None:
    """Who proposed the merger that stands."""
    rows = Action.objects.filter(record_type=kinds.PAIR, record_id=pair.pk, action="propose")
    last = rows.select_related("created_by").order_by("-number").first()
    return last.created_by if last else None
