"""What a document's request and issue must keep."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.registration.documents.parameters import known, value
from nuudel.domains.registration.models import IdentityDocument, Person
from nuudel.domains.registration.models.persons import NO_LONGER
from nuudel.people.ages import age_on
from nuudel.web.access.context import current
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, CREATED

NUMBER = "registration_identitydocument.number"
# The form of the numbers is not published: letters, digits and hyphens, as they are on documents at hand.
FORM = re.compile(r"[0-9A-ZА-ЯЁӨҮ][0-9A-ZА-ЯЁӨҮ-]{4,18}[0-9A-ZА-ЯЁӨҮ]")
HELD = ("issued", "lost", "expired")
"""States of a document that somebody has, or had until it was lost or ran out."""


def document(record: IdentityDocument, action: str) -> Sequence[Problem]:
    """The shell's entrance: looks up the documents that the person has, and who else has the number."""
    if action not in (CREATED, CHANGED, "issue"):
        return []
    if action == "issue" and is_own(record, current().user):
        return [Problem("person", "registration.document.rule_own")]
    if action == "issue" and needs_second_officer(record, current().user):
        return [Problem("basis", "registration.document.rule_second_officer")]
    today = localdate()
    with service_rights():
        person = Person.objects.get(pk=record.person_id)
        before = IdentityDocument.objects.filter(person=person, kind=record.kind, state__in=HELD)
        states = set(before.exclude(pk=record.pk).values_list("state", flat=True))
    problems = list(request_problems(record, person, states, today))
    if record.number or action == "issue":
        problems += number_problems(record.number or "")
        if record.number:
            problems += number_taken(record)
    if action == "issue" or record.expires_on is not None:
        problems += end_problems(record, today)
    return problems


def is_own(record: IdentityDocument, user: User | None) -> bool:
    """Whether the document is that of the officer, or one for which the officer is a witness."""
    if user is None:
        return False
    with service_rights():
        own = list(Person.objects.filter(holder=user).exclude(state__in=NO_LONGER))
    numbers = [person.registration_number for person in own if person.registration_number]
    told = f"{record.first_witness or ''} {record.second_witness or ''}"
    return record.person_id in {one.pk for one in own} or any(number in told for number in numbers)


def needs_second_officer(record: IdentityDocument, user: User | None) -> bool:
    """Whether nothing but witnesses says who the person is, and the officer has asked for the document.

    Also in an office of one: somebody of the office above issues it then. A basis that was changed after the
    witnesses were heard changes nothing of it.
    """
    told = record.basis == "witnesses" or bool(record.first_witness)
    alone = told and user is not None and record.created_by_id == user.pk
    return alone and bool(known("second_officer_witnesses", localdate()))


def request_problems(
    record: IdentityDocument, person: Person, held: set[str], today: date
) -> Iterator[Problem]:
    """Who may have a document of this kind, on this basis; ``held``: states of those of the same kind."""
    if person.state != "living":
        yield Problem("person", "registration.document.rule_not_living")
    if record.kind == "identity_card":
        least = value("identity_card_from", today)
        if age_on(person.birth_date, today) < least:
            yield Problem("kind", "registration.document.rule_too_young", {"years": least})
        if person.citizenship != "MN":
            yield Problem("kind", "registration.document.rule_citizens_only")
    if record.kind == "residence_permit" and person.citizenship == "MN":
        yield Problem("kind", "registration.document.rule_foreigners_only")
    if record.basis == "witnesses" and not (record.first_witness and record.second_witness):
        yield Problem("basis", "registration.document.rule_witnesses_elsewhere")
    if record.basis in ("first", "witnesses") and held:
        yield Problem("basis", "registration.document.rule_not_first")
    if record.basis == "lost" and "issued" in held:
        yield Problem("basis", "registration.document.rule_loss_first")


def number_problems(number: str) -> Iterator[Problem]:
    if not number:
        yield Problem("number", "registration.document.rule_number_missing")
    elif not FORM.fullmatch(number):
        yield Problem("number", "registration.document.rule_number_form")


def number_taken(record: IdentityDocument) -> Iterator[Problem]:
    """Another document with the number, whosever it is."""
    index = blind_index(NUMBER, record.number or "")
    with service_rights():
        rows = IdentityDocument.objects.filter(number_index=index, kind=record.kind)
        other = rows.exclude(pk=record.pk).exclude(state="refused").select_related("person").first()
    if other is not None:
        code = other.person.code
        yield Problem("number", "registration.document.rule_number_taken", {"code": code})


def end_problems(record: IdentityDocument, today: date) -> Iterator[Problem]:
    """The end of a residence permit is the officer's; that of others follows from the parameters."""
    if record.kind == "residence_permit":
        if record.expires_on is None:
            yield Problem("expires_on", "registration.document.rule_end_missing")
        elif record.expires_on <= today:
            yield Problem("expires_on", "registration.document.rule_end_past")
    elif record.expires_on is not None and record.state == "requested":
        yield Problem("expires_on", "registration.document.rule_end_follows")
