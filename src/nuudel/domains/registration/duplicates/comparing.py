"""Two persons side by side: each field of both, what agrees, and in which letters two names differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Household, IdentityDocument, Person
from nuudel.domains.registration.residence.events import lived
from nuudel.people.names import transliterate
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.shown import NOTHING, place_names
from nuudel.web.shell.templatetags.shell import action_words
from nuudel.web.words import say

AGREES, DIFFERS, ONE_SIDE = "agrees", "differs", "one_side"
MOST_LINES = 12


@dataclass(frozen=True)
class Piece:
    """Some letters of a value, and whether they differ from the other side's."""

    text: str = field(repr=False)
    differs: bool


@dataclass(frozen=True)
class Row:
    """A field of both persons: its name, the letters of both values, and ``AGREES`` … as a word."""

    name: str
    first: tuple[Piece, ...]
    second: tuple[Piece, ...]
    verdict: str


@dataclass(frozen=True)
class Lists:
    """What hangs on both persons, line by line: documents, stays, history."""

    name: str
    first: tuple[str, ...] = field(repr=False)
    second: tuple[str, ...] = field(repr=False)


def compared(first: str, second: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...], str]:
    """Two values with the letters that differ, and whether they agree; case does not count."""
    if not first or not second:
        whole = tuple((Piece(text or NOTHING, False),) for text in (first, second))
        return whole[0], whole[1], ONE_SIDE if first or second else ""
    left: list[Piece] = []
    right: list[Piece] = []
    for step in Levenshtein.opcodes(first.casefold(), second.casefold()):
        differs = step.tag != "equal"
        for pieces, text, start, end in (
            (left, first, step.src_start, step.src_end),
            (right, second, step.dest_start, step.dest_end),
        ):
            if end > start:
                pieces.append(Piece(text[start:end], differs))
    same = not any(piece.differs for piece in (*left, *right))
    return tuple(left), tuple(right), AGREES if same else DIFFERS


def rows_of(first: Person, second: Person) -> list[Row]:
    """The fields of two persons; read with the system's rights."""
    found = []
    for name, value in FIELDS:
        left, right, verdict = compared(value(first), value(second))
        if name in WHOLE:
            left, right = ((Piece("".join(p.text for p in side), False),) for side in (left, right))
        if verdict:
            found.append(Row(name, left, right, verdict))
    return found


def latin(text: str | None, written: str | None) -> str:
    """A name in Latin letters: as the travel document writes it, else by the standard."""
    return written or (transliterate(text) if text else "")


def parent(person: Person | None) -> str:
    return f"{person.patronymic or ''} {person.given_name}".strip() if person else ""


def words(name: str, code: str) -> str:
    return say(f"registration.{name}_code.{code}")


FIELDS: Sequence[tuple[str, Callable[[Person], str]]] = (
    ("given_name", lambda one: one.given_name),
    ("given_latin", lambda one: latin(one.given_name, one.given_latin)),
    ("patronymic", lambda one: one.patronymic or ""),
    ("patronymic_latin", lambda one: latin(one.patronymic, one.patronymic_latin)),
    ("family_name", lambda one: one.family_name or ""),
    ("registration_number", lambda one: one.registration_number or ""),
    ("birth_date", lambda one: f"{one.birth_date:%Y-%m-%d}"),
    ("birth_place", lambda one: one.birth_place),
    ("sex", lambda one: words("sex", one.sex)),
    ("citizenship", lambda one: one.citizenship),
    ("marital_status", lambda one: words("marital_status", one.marital_status)),
    ("mother", lambda one: parent(one.mother)),
    ("father", lambda one: parent(one.father)),
    ("place", lambda one: place_names([one.place])[one.place]),
    ("household", lambda one: home(one.household)),
)
"""Fields in the order in which they are compared."""

WHOLE = frozenset({"birth_place", "sex", "citizenship", "marital_status", "place", "household"})
"""Fields whose letters say nothing when they differ."""


def home(household: Household | None) -> str:
    if household is None:
        return ""
    address = household.dwelling.address if household.dwelling else ""
    bagh = bagh_words(household.place, household.bagh)
    return ", ".join(part for part in (bagh, address, household.code) if part)


def lists_of(first: Person, second: Person) -> list[Lists]:
    """Documents, where they lived and what was done; read with the system's rights."""
    made = ((name, tuple(told(first)), tuple(told(second))) for name, told in LISTS)
    return [Lists(name, left, right) for name, left, right in made]


def documents(person: Person) -> Iterator[str]:
    for row in IdentityDocument.objects.filter(person=person).order_by("-created_at")[:MOST_LINES]:
        day = f"{row.issued_on:%Y-%m-%d}" if row.issued_on else NOTHING
        yield f"{words('kind', row.kind)} {row.number or NOTHING}, {day}"


def stays(person: Person) -> Iterator[str]:
    spells = lived(person)[-MOST_LINES:]
    names = place_names({spell.place for spell in spells})
    for spell in reversed(spells):
        ended = f"{spell.ended:%Y-%m-%d}" if spell.ended else ""
        yield f"{spell.begun:%Y-%m-%d} – {ended}: {names[spell.place]}, {bagh_words(spell.place, spell.bagh)}"


def history(person: Person) -> Iterator[str]:
    rows = Action.objects.filter(record_type=kinds.PERSON, record_id=person.pk)
    for row in rows.order_by("-number")[:MOST_LINES]:
        yield f"{row.created_at:%Y-%m-%d}: {action_words(row.action, record_types()[kinds.PERSON])}"


LISTS: Sequence[tuple[str, Callable[[Person], Iterator[str]]]] = (
    ("documents", documents),
    ("stays", stays),
    ("history", history),
)
