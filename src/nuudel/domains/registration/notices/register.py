"""What notices ask of the register; everything here runs with the system's rights."""

from django.db.models import Q

from nuudel.domains.registration.models import CivilNotice, Person
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index

NUMBER = "registration_person.registration_number"
COUPLE = ("head", "spouse")


def person_numbered(number: str) -> Person | None:
    """The person of a registration number; of a record that was merged, the one that was kept."""
    if not number:
        return None
    with service_rights():
        rows = Person.objects.filter(registration_number_index=blind_index(NUMBER, number))
        found = sorted(rows, key=lambda person: person.state == "merged")
        person = found[0] if found else None
        while person is not None and person.merged_into_id is not None:
            person = person.merged_into
    return person


def is_resident(person: Person) -> bool:
    return person.state == "living" and person.household_id is not None


def spouse_of(person: Person) -> Person | None:
    """Whom a person is married to, as far as the register knows.

    By the latest notice of their marriage; else the other of head and spouse in the household, if both are
    married. None where neither says.
    """
    if person.marital_status != "married":
        return None
    with service_rights():
        number = person.registration_number
        if number:
            index = {name: blind_index(f"registration_civilnotice.{name}", number) for name in SUBJECTS}
            married = CivilNotice.objects.filter(
                Q(subject_index=index["subject"]) | Q(other_subject_index=index["other_subject"]),
                kind="marriage",
                state="applied",
            ).order_by("-day", "-id")
            notice = married.first()
            if notice is not None:
                other = notice.other_subject if notice.subject == number else notice.subject
                return still_married(person_numbered(other or ""))
        if person.household_id is None or person.household_role not in COUPLE:
            return None
        rows = Person.objects.filter(
            household=person.household_id, state="living", household_role__in=COUPLE, marital_status="married"
        ).exclude(pk=person.pk)
        couple = list(rows[:2])
    return couple[0] if len(couple) == 1 else None


SUBJECTS = ("subject", "other_subject")


def still_married(person: Person | None) -> Person | None:
    """The person, if living and married."""
    good = person is not None and person.state == "living" and person.marital_status == "married"
    return person if good else None
