"""What besides names shows that two records are of one person, as far as the register itself knows."""

from rapidfuzz.distance import OSA

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import IdentityDocument, Pair, Person
from nuudel.domains.registration.persons.keys import kept
from nuudel.people.names import similarity
from nuudel.people.registration_numbers import normalise
from nuudel.web.protection.blind import normal
from nuudel.web.shell.models import Attachment

BIRTH = "birth_certificate"
ALIKE = 0.8  # of given names: less are those of two people


def grounds(pair: Pair, first: Person, second: Person) -> frozenset[str]:
    """The codes of ``PAIR_GROUNDS`` that hold for a pair; read with the system's rights.

    ``number``: the same registration number but for one sign, with the same birth and alike given names (two
    records that count never have the same one). ``document``: a document of the same kind and number, and
    ``birth_record``: a birth certificate of the same number. ``mother``: the same mother, day of birth and
    sex, which twins share too: it is the reviewer who excludes them. ``paper``: the file that is named is
    with the pair.
    """
    found = set()
    if number_but_for_one_sign(first, second):
        found.add("number")
    for kind, _ in documents(first) & documents(second):
        found.add("birth_record" if kind == BIRTH else "document")
    if same_mother(first, second) and first.birth_date == second.birth_date and first.sex == second.sex:
        found.add("mother")
    if pair.paper and pair.paper in papers(pair):
        found.add("paper")
    return frozenset(found)


def number_but_for_one_sign(first: Person, second: Person) -> bool:
    """Whether one number may be the other mistyped; neighbours of a birth differ so too, but not in names."""
    numbers = [normalise(one.registration_number or "") for one in (first, second)]
    if not all(numbers) or OSA.distance(*numbers) > 1:
        return False
    alike = similarity(first.given_name, second.given_name) >= ALIKE
    return alike and first.birth_date == second.birth_date


def documents(person: Person) -> set[tuple[str, str]]:
    """Kind and number of a person's documents that have a number."""
    rows = IdentityDocument.objects.filter(person=person).exclude(number=None)
    return {(row.kind, normal(row.number)) for row in rows if row.number}


def same_mother(first: Person, second: Person) -> bool:
    if first.mother is None or second.mother is None:
        return False
    return kept(first.mother).pk == kept(second.mother).pk


def papers(pair: Pair) -> list[str]:
    """The names of the files that were attached to a pair, the oldest first."""
    rows = Attachment.objects.filter(record_type=kinds.PAIR, record_id=pair.pk)
    return list(rows.order_by("created_at", "id").values_list("name", flat=True))
