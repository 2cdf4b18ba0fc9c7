"""What follows when a person is entered: whoever is like this one is noted, for a person to decide later."""

from nuudel.base.errors import PeopleError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.persons.forms import LIKE_ENOUGH, MOST_SHOWN
from nuudel.domains.registration.persons.keys import Match, find_by_name
from nuudel.web.accounts.models import User
from nuudel.web.nodes.here import is_node
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED
from nuudel.web.words import say

AGREEING = ("birth_date", "given_name")


def effects(user: User, person: Person, action: str) -> None:
    """Pairs with those who were found when the form was sent, and what the officer said of them."""
    if action != CREATED or is_node():  # the centre looks among all, when it does it again
        return
    similar = getattr(person, "similar", None)
    if similar is None:  # a program has entered it: no form has looked for others
        similar = alike(user, person)
    if not similar:
        return
    from nuudel.domains.registration.duplicates.found import note_pair

    for match in similar:
        agreeing = [*AGREEING, "patronymic"] if person.patronymic and match.person.patronymic else AGREEING
        note_pair(user, person, match.person, found_by="entry", agreeing=agreeing, probability=match.score)
    told = getattr(person, "told", "")
    if told:
        record_type = record_types()[kinds.PERSON]
        records.comment(user, record_type, person, say("registration.person.told_another", told=told))


def alike(user: User, person: Person) -> list[Match]:
    """Others with like names born on the same day, anywhere."""
    names = (person.given_name, person.patronymic or "")
    try:
        found = find_by_name(user, *names, born=person.birth_date, national=True, most=MOST_SHOWN + 1)
    except PeopleError:  # the rules have refused it
        return []
    return [match for match in found if match.score >= LIKE_ENOUGH and match.person.pk != person.pk]
