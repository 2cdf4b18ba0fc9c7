"""People without any papers: two residents of the register say who somebody is."""

from dataclasses import dataclass, field

from django.utils.timezone import localdate

from nuudel.domains.registration import kinds
from nuudel.domains.registration.documents.parameters import value
from nuudel.domains.registration.models import IdentityDocument, Person
from nuudel.domains.registration.persons.keys import find_by_number
from nuudel.people.ages import age_on
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

SHOWN = ("registration_number", "given_name", "patronymic", "birth_date")


@dataclass(frozen=True)
class Witness:
    """Somebody who may be a witness."""

    person: Person = field(repr=False)
    number: str = field(repr=False)

    @property
    def told(self) -> str:
        """What the document keeps: name and registration number."""
        return f"{self.person.patronymic or ''} {self.person.given_name} {self.number}".strip()


def witness_named(user: User, number: str) -> Witness | str:
    """The witness of a registration number, anywhere in the country; else why the person may be none.

    The reading is in the audit. The reasons are ends of ``registration.witnesses.rule_…``.
    """
    person = find_by_number(user, number)
    note_audit("read", kinds.PERSON, [person.pk] if person else [], SHOWN, "witness")
    if person is None:
        return "unknown"
    if person.state != "living":
        return "not_living"
    today = localdate()
    if age_on(person.birth_date, today) < value("witness_from", today):
        return "child"
    return Witness(person, number)


def ask_by_witnesses(
    user: User, person: Person, kind: str, witnesses: tuple[Witness, Witness], statement: str
) -> IdentityDocument:
    """The request of a document for somebody without any papers.

    Raises
    ------
    PermissionDenied
        The user may not at the person's place.
    BrokenRulesError
        ``WEB-214``: the person had a document of the kind, is too young, is a witness to himself.
    """
    first, second = witnesses
    document = IdentityDocument(
        person=person,
        place=person.place,
        institution=person.institution,
        holder=person.holder,
        synthetic=person.synthetic,
        kind=kind,
        basis="witnesses",
        first_witness=first.told,
        second_witness=second.told,
        witness_statement=statement,
    )
    made = records.create(user, record_types()[kinds.DOCUMENT], document)
    assert isinstance(made, IdentityDocument)
    return made
