"""What follows when a person is entered: whoever is like this one is noted, for a person to decide later."""

from nuudel.domains.registration.models import Person
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED
from nuudel.web.words import say

AGREEING = ("birth_date", "given_name")


def effects(user: User, person: Person, action: str) -> None:
    """Pairs with those who were found when the form was sent, and what the officer said of them."""
    similar = getattr(person, "similar", ())
    if action != CREATED or not similar:
        return
    from nuudel.domains.registration.duplicates.found import note_pair

    for match in similar:
        agreeing = [*AGREEING, "patronymic"] if person.patronymic and match.person.patronymic else AGREEING
        note_pair(user, person, match.person, found_by="entry", agreeing=agreeing, probability=match.score)
    record_type = record_types()["registration.person"]
    records.comment(
        user, record_type, person, say("registration.person.told_another", told=getattr(person, "told", ""))
    )
