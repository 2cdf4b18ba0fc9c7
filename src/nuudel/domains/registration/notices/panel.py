"""What is shown beside a notice: what it says in words, whom it is about, and what stands against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import CivilNotice, Person
from nuudel.domains.registration.notices.checks import HeldError
from nuudel.domains.registration.notices.format import Notice
from nuudel.domains.registration.notices.register import person_numbered
from nuudel.domains.registration.notices.steps import message_of
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

NAMES = ("family_name", "patronymic", "given_name")


@dataclass(frozen=True)
class Named:
    """A person whom a notice names: as what, by which number, and the record where the reader may see it."""

    title: str
    number: str
    person: Person | None


def content(user: User, notice: CivilNotice) -> Mapping[str, object]:
    """The panel of a notice; that its content was read is in the audit of the page."""
    told: dict[str, object] = {"problem": notice.problem if notice.state == "held" else ""}
    if told["problem"]:
        told["why"] = say(f"registration.problem_code.{notice.problem}")
        told["next"] = say(f"registration.notice_next.{notice.problem}")
    try:
        message = message_of(notice)
    except HeldError:
        return told | {"erased": notice.content is None}
    told["persons"] = list(named(user, message))
    told["facts"] = list(facts(message))
    told["corrects"] = notice.corrects
    return told


def named(user: User, message: Notice) -> Iterator[Named]:
    """The persons of a notice; one of another place is not linked to."""
    for name in message.numbers:
        number = message.number(name)
        if number:
            person = person_numbered(number)
            seen = person is not None and may(user, kinds.PERSON, "read", person)
            yield Named(say(f"registration.notice_field.{name}"), number, person if seen else None)


def facts(message: Notice) -> Iterator[tuple[str, str]]:
    """What else it says, each with its title."""
    yield say("registration.notice_field.place"), place_names([message.place])[message.place]
    for name in (*NAMES, "sex"):
        value = getattr(message, name, None)
        if value is not None:
            words = say(f"registration.sex_code.{value}") if name == "sex" else value
            yield say(f"registration.notice_field.{name}"), words
