"""What an applied notice does to the register, and how that is taken back; all in the running transaction."""

from collections.abc import Iterable, Mapping
from functools import singledispatchmethod

from nuudel.domains.registration import kinds
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.models import CivilNotice, IdentityDocument, Person
from nuudel.domains.registration.notices.checks import living, parent_of
from nuudel.domains.registration.notices.done import Done, Value
from nuudel.domains.registration.notices.format import Birth, Death, Divorce, Marriage, NameChange, Notice
from nuudel.domains.registration.notices.register import person_numbered, spouse_of
from nuudel.domains.registration.residence import events as residence
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED, CREATED

ISSUED = "issued"
GRANDCHILD_OF = ("child", "grandchild")


class Application:
    """Applies one checked notice in a user's name.

    Parameters
    ----------
    notice
        Its record; the cause of all that is done.
    """

    def __init__(self, user: User, notice: CivilNotice) -> None:
        self.user, self.notice = user, notice
        self.cause = residence.Cause(kinds.NOTICE, notice.pk)
        self.done = Done()

    @singledispatchmethod
    def apply(self, message: Notice) -> Person:
        """Do what the notice says; whom it is about."""
        raise AssertionError(f"no effect is declared for {message.kind}")

    @apply.register
    def birth(self, message: Birth) -> Person:
        """The child enters the household of its mother, where she lives now, from the day of birth on."""
        parent = self.lock(parent_of(message))
        father = person_numbered(message.number("father"))
        mother = person_numbered(message.number("mother"))
        household = parent.household
        assert household is not None
        child = Person(
            registration_number=message.number("child"),
            family_name=message.family_name or parent.family_name,
            patronymic=message.patronymic,
            given_name=message.given_name,
            birth_date=message.day,
            sex=message.sex,
            citizenship=citizenship(parent for parent in (mother, father) if parent is not None),
            marital_status="never_married",
            household_role="grandchild" if parent.household_role in GRANDCHILD_OF else "child",
            mother=mother,
            father=father,
            place=parent.place,
            institution=parent.institution,
            synthetic=self.notice.synthetic or self.notice.simulated,
        )
        records.follow(self.user, record_types()[kinds.PERSON], child, CREATED)
        event = residence.begin(self.user, child, household, kind="birth", day=message.day, cause=self.cause)
        self.done.made.append(child.pk)
        self.done.events.append(event.pk)
        enter_facts(self.user, [event])
        return child

    @apply.register
    def death(self, message: Death) -> Person:
        """The person leaves the register's stock; documents end; the spouse is widowed."""
        person = self.lock(living(message.number("person")))
        spouse, household = spouse_of(person), person.household
        if household is not None:
            event = residence.end(self.user, person, kind="death", day=message.day, cause=self.cause)
            self.done.events.append(event.pk)
            enter_facts(self.user, [event])
        records.follow(self.user, record_types()[kinds.PERSON], person, "die")
        self.done.died.append(person.pk)
        for document in self.documents(person):
            records.follow(self.user, record_types()[kinds.DOCUMENT], document, "expire")
            self.done.expired.append(document.pk)
        if spouse is not None:
            self.change(spouse, {"marital_status": "widowed"})
        if household is not None:
            residence.dissolve_if_empty(self.user, household)
        return person

    @apply.register
    def marriage(self, message: Marriage) -> Person:
        return self.couple(message, "married")

    @apply.register
    def divorce(self, message: Divorce) -> Person:
        return self.couple(message, "divorced")

    @apply.register
    def name_change(self, message: NameChange) -> Person:
        """New names; the documents that say the old ones are to be replaced."""
        person = living(message.number("person"))
        new = {name: getattr(message, name) for name in ("family_name", "patronymic", "given_name")}
        if message.family_name is None:
            del new["family_name"]  # few notices tell the clan; nobody gives it up by leaving it out
        # What a travel document spells otherwise was the old name's spelling.
        self.change(person, new | {"patronymic_latin": None, "given_latin": None})
        for document in self.documents(person):
            asked = IdentityDocument(
                person=person,
                kind=document.kind,
                basis="name_changed",
                replaces=document,
                place=person.place,
                institution=person.institution,
                holder=person.holder,
                synthetic=person.synthetic,
            )
            records.follow(self.user, record_types()[kinds.DOCUMENT], asked, CREATED)
            self.done.asked.append(asked.pk)
        return person

    def couple(self, message: Marriage | Divorce, status: str) -> Person:
        first, second = (living(message.number(name)) for name in ("first", "second"))
        for person in sorted((first, second), key=lambda one: one.pk):
            self.change(person, {"marital_status": status})
        return first

    def change(self, person: Person, values: Mapping[str, Value]) -> None:
        """Change fields of a person, and keep what they were."""
        person = self.lock(person)
        before = {name: getattr(person, name) for name in values if getattr(person, name) != values[name]}
        for name in before:
            setattr(person, name, values[name])
        if before:
            records.follow(self.user, record_types()[kinds.PERSON], person, CHANGED, before=before)
            self.done.note(person, before)

    def lock(self, person: Person) -> Person:
        """The person as it is now, nobody else's to change until the transaction ends."""
        [found] = records.locked(record_types()[kinds.PERSON], [person.pk])
        assert isinstance(found, Person)
        return found

    def documents(self, person: Person) -> list[IdentityDocument]:
        """The documents that a person holds, locked."""
        with service_rights():
            keys = list(
                IdentityDocument.objects.filter(person=person, state=ISSUED).values_list("pk", flat=True)
            )
        return records.locked(record_types()[kinds.DOCUMENT], keys)


def citizenship(parents: Iterable[Person]) -> str:
    """A child of a Mongolian parent is one; else it has its first parent's citizenship.

    Source: Law on citizenship of Mongolia (1995), article 7.
    """
    known = [parent.citizenship for parent in parents]
    return "MN" if "MN" in known or not known else known[0]
