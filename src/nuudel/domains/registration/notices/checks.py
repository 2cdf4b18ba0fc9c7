"""What keeps a notice from being applied: a code of ``PROBLEMS``, or nothing."""

from nuudel.base.errors import PeopleError
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.notices.format import Birth, Death, Divorce, Marriage, NameChange, Notice
from nuudel.domains.registration.notices.register import is_resident, person_numbered
from nuudel.people.ages import age_on
from nuudel.people.names import skeleton
from nuudel.people.registration_numbers import birth_date_of

YOUNGEST_MOTHER = 10  # years; below it the number is more likely wrong than the birth


class HeldError(Exception):
    """A notice cannot be applied now; ``problem`` is a code of ``PROBLEMS``."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


def check(message: Notice) -> None:
    """Hold a notice that the register contradicts."""
    if isinstance(message, Birth):
        check_birth(message)
    elif isinstance(message, Death):
        check_death(message)
    elif isinstance(message, Marriage | Divorce):
        check_couple(message)
    elif isinstance(message, NameChange):
        living(message.number("person"))
        check_names(message)


def check_birth(message: Birth) -> None:
    child = message.number("child")
    if person_numbered(child) is not None:
        raise HeldError("child_known")
    if birth_date_of(child) != message.day:
        raise HeldError("day_differs")
    check_names(message)
    parent = parent_of(message)
    if age_on(parent.birth_date, message.day) < YOUNGEST_MOTHER:
        raise HeldError("parent_too_young")


def parent_of(message: Birth) -> Person:
    """With whom the child lives: the mother; the father where no mother is named."""
    number = message.number("mother") or message.number("father")
    parent = person_numbered(number)
    if parent is None:
        raise HeldError("parent_unknown")
    if not is_resident(parent):
        raise HeldError("parent_not_resident")
    return parent


def check_death(message: Death) -> None:
    person = living(message.number("person"))
    if message.day < person.birth_date:
        raise HeldError("before_birth")


def check_couple(message: Marriage | Divorce) -> None:
    couple = [living(message.number(name)) for name in ("first", "second")]
    married = [person.marital_status == "married" for person in couple]
    if isinstance(message, Marriage) and any(married):
        raise HeldError("already_married")
    # The register began without knowing who is married: only what it knows otherwise stands against it.
    single = ("never_married", "divorced", "widowed")
    if isinstance(message, Divorce) and any(person.marital_status in single for person in couple):
        raise HeldError("not_married")


def living(number: str) -> Person:
    """The living person of a number."""
    person = person_numbered(number)
    if person is None:
        raise HeldError("person_unknown")
    if person.state != "living":
        raise HeldError("not_living")
    return person


def check_names(message: Birth | NameChange) -> None:
    """Names that no name key could be made of would be found by nobody."""
    try:
        for name in (message.family_name, message.patronymic, message.given_name):
            if name is not None:
                skeleton(name)
    except PeopleError:
        raise HeldError("name_unreadable") from None
