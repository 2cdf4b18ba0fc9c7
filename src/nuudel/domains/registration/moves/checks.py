"""The papers that are asked for today as checks, and the rules of a move: pure functions of a ``Case``.

Where the register knows, it answers; where it does not, a paper is sent or a person looks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from nuudel.domains.registration.moves import parameters
from nuudel.people.ages import age_on

CAPITAL = "MN11"


class Result(StrEnum):
    """What a check says."""

    OK = "ok"
    MISSING = "missing"  # a paper, or something that is to be done
    ASKS = "asks"  # a person is to look
    AGAINST = "against"  # stands against the move


@dataclass(frozen=True)
class Check:
    """A check that was made.

    Attributes
    ----------
    code
        Its message is ``registration.moves.check.<code>.<result>``.
    source
        Who knows: ``register``, ``upload``, ``declared`` or ``officer``.
    paper
        The paper that would help, one of ``codes.PAPERS``; empty for none.
    """

    code: str
    result: Result
    source: str = "register"
    slots: Mapping[str, object] = field(default_factory=dict)
    paper: str = ""


@dataclass(frozen=True)
class Mover:
    """What the register knows of somebody who moves."""

    sex: str
    birth_date: date
    living: bool = True  # neither deceased, nor merged into another record, nor abroad
    at_origin: bool = True  # lives in the household that the move names
    last_event: date | None = None
    pending: bool = False  # in another move that is not decided
    has_card: bool = True  # an identity card that is issued and not expired
    birth_known: bool = True  # a birth certificate or the notice of the birth
    parent: bool = True  # a parent moves too, or lives in the household that is entered
    guardian: bool = False  # somebody is named who is responsible for the child
    agreed: bool = True  # has said, at the counter or in the own account, that the move is wanted


@dataclass(frozen=True)
class Case:
    """A move with all that its checks need. ``origin`` and ``destination``: codes from the country down."""

    day: date
    today: date
    reported_on: date
    reason: str
    origin: tuple[str, ...]
    destination: tuple[str, ...]
    movers: tuple[Mover, ...]
    same_place: bool = False
    joins: bool = False
    verified: bool = False
    consent: bool = False
    papers: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()  # checks whose paper the registrar has seen
    dwelling: UUID | None = None
    capacity: int | None = None  # persons
    residents: int = 0  # of the dwelling that is entered, without who moves
    left_alone: bool = False  # children would stay behind without an adult


WAIVABLE = ("identity_cards", "birth_certificates", "military", "dwelling_right", "guardian")
"""Checks whose paper the registrar may have seen without a file of it."""


def is_child(mover: Mover, on: date) -> bool:
    return age_on(mover.birth_date, on) < parameters.value("adult_from", on)


def is_asked(birth_date: date, on: date) -> bool:
    """Whether somebody is of age and is asked whether the move is wanted."""
    return age_on(birth_date, on) >= parameters.value("asked_from", on)


def residence(case: Case) -> Check:
    """Instead of the de-registration at the bagh of departure: the register knows who lives there."""
    away = sum(not mover.at_origin for mover in case.movers)
    if not case.movers:
        return Check("residence", Result.MISSING)
    return Check("residence", Result.AGAINST if away else Result.OK, slots={"count": away})


def destination(case: Case) -> Check:
    """Instead of the letter of the destination's governor: its registrar verifies the address."""
    return Check("destination", Result.OK if case.verified else Result.MISSING, "officer")


def identity_cards(case: Case) -> Check:
    adults = [mover for mover in case.movers if not is_child(mover, case.day)]
    without = sum(not mover.has_card for mover in adults)
    return papered(case, "identity_cards", without, "identity_paper")


def birth_certificates(case: Case) -> Check:
    without = sum(is_child(mover, case.day) and not mover.birth_known for mover in case.movers)
    return papered(case, "birth_certificates", without, "identity_paper")


def military(case: Case) -> Check:
    """Men in the age of service: the military's register is not open to us, so that a paper is sent."""
    least, most = (parameters.value(f"military_{end}", case.day) for end in ("from", "to"))
    moved_out = case.origin != case.destination
    serving = sum(m.sex == "male" and least <= age_on(m.birth_date, case.day) <= most for m in case.movers)
    return papered(case, "military", serving if moved_out else 0, "military_deregistration")


def papered(case: Case, code: str, without: int, paper: str) -> Check:
    """Fine where nothing lacks; else the paper that was sent, or that the registrar has seen."""
    slots = {"count": without}
    if not without:
        return Check(code, Result.OK, slots=slots)
    if code in case.seen:
        return Check(code, Result.OK, "officer", slots)
    if paper in case.papers:
        return Check(code, Result.ASKS, "upload", slots, paper)
    return Check(code, Result.MISSING, "register", slots, paper)


def dwelling_right(case: Case) -> Check:
    """The right to live at the address: a paper; or the word of whoever reports, which a person asks for."""
    if "dwelling_right" in case.seen:
        return Check("dwelling_right", Result.OK, "officer")
    if "dwelling_right" in case.papers:
        return Check("dwelling_right", Result.ASKS, "upload", paper="dwelling_right")
    if case.consent:
        return Check("dwelling_right", Result.ASKS, "declared", paper="dwelling_right")
    return Check("dwelling_right", Result.MISSING, "declared", paper="dwelling_right")


def capacity(case: Case) -> Check:
    """How many may live in the dwelling: its own capacity, else the limit in force."""
    most = case.capacity
    if most is None:
        most = parameters.known("persons_per_dwelling", case.day)
    there = case.residents + len(case.movers)
    if most is None:
        return Check("capacity", Result.ASKS, slots={"there": there})
    fits = there <= most
    return Check("capacity", Result.OK if fits else Result.AGAINST, slots={"there": there, "most": most})


def closed(case: Case) -> Check:
    """Whether the capital is closed to newcomers on the day of the move, and the reason no exception."""
    newcomer = CAPITAL in case.destination and CAPITAL not in case.origin
    if not newcomer or not parameters.known(f"registration_closed_{CAPITAL}", case.day):
        return Check("closed", Result.OK, "parameters")
    name = f"closed_exception_{case.reason}"
    excepted = parameters.known(name, case.day) if name in parameters.parameters() else 0
    if excepted == 0:
        return Check("closed", Result.AGAINST, "parameters")
    return Check("closed", Result.ASKS, "parameters", paper="treatment_referral")


def paused(case: Case) -> Check:
    """Whether nothing is decided now because of an election."""
    waits = bool(parameters.known("registration_paused", case.today))
    return Check("paused", Result.AGAINST if waits else Result.OK, "parameters")


def deadline(case: Case) -> Check:
    """Reported in time? Late is no reason to refuse; a person looks at it."""
    days = parameters.known("report_within", case.day)
    late = days is not None and case.reported_on > case.day + timedelta(days=days)
    slots = {"days": days or 0, "late": (case.reported_on - case.day).days}
    return Check("deadline", Result.ASKS if late else Result.OK, "declared", slots)


def guardian(case: Case) -> Check:
    """A child moves with a parent, or with somebody who is named and has the parents' written consent."""
    alone = [m for m in case.movers if is_child(m, case.day) and not m.parent]
    slots = {"count": len(alone)}
    if not alone:
        return Check("guardian", Result.OK, slots=slots)
    if not all(child.guardian for child in alone):
        return Check("guardian", Result.AGAINST, "declared", slots)
    return papered(case, "guardian", len(alone), "guardian_consent")


def adults(case: Case) -> Check:
    """Nobody of age is moved on the word of another: each has agreed."""
    count = sum(is_asked(m.birth_date, case.day) and not m.agreed for m in case.movers)
    return Check("adults", Result.MISSING if count else Result.OK, "officer", {"count": count})


def left_behind(case: Case) -> Check:
    """Whether children would stay in the old household without an adult."""
    return Check("left_behind", Result.ASKS if case.left_alone else Result.OK)


def same_place(case: Case) -> Check:
    return Check("same_place", Result.AGAINST if case.same_place else Result.OK)


def dates(case: Case) -> Check:
    """A move lies neither far ahead, nor before a birth, nor before what the register knows last."""
    ahead = parameters.value("report_ahead", case.today)
    last = max((m.last_event for m in case.movers if m.last_event), default=None)
    slots: dict[str, object] = {"days": ahead, "last": last or ""}
    if case.day > case.today + timedelta(days=ahead):
        return Check("dates", Result.AGAINST, slots=slots)
    born_later = any(case.day < m.birth_date for m in case.movers)
    if born_later or (last is not None and case.day < last):
        return Check("dates", Result.AGAINST, slots=slots)
    return Check("dates", Result.OK, slots=slots)


def day_has_come(case: Case) -> Check:
    """The register says who lives where now: a move is approved from its day on."""
    waits = case.day > case.today
    return Check("day_has_come", Result.MISSING if waits else Result.OK, slots={"day": case.day})


def pending(case: Case) -> Check:
    count = sum(mover.pending for mover in case.movers)
    return Check("pending", Result.AGAINST if count else Result.OK, slots={"count": count})


def living(case: Case) -> Check:
    count = sum(not mover.living for mover in case.movers)
    return Check("living", Result.AGAINST if count else Result.OK, slots={"count": count})


CHECKS: tuple[Callable[[Case], Check], ...] = (
    *(residence, destination, identity_cards, birth_certificates, military, dwelling_right, capacity),
    *(
        closed,
        paused,
        deadline,
        guardian,
        adults,
        left_behind,
        same_place,
        dates,
        day_has_come,
        pending,
        living,
    ),
)
AT_REPORT = ("residence", "guardian", "same_place", "dates", "pending", "living")
"""What keeps a move from being reported; all else is for the destination's office to decide."""


def checked(case: Case) -> list[Check]:
    """All checks of a case, in the order in which they are shown."""
    return [check(case) for check in CHECKS]


def against_report(case: Case) -> Iterator[Check]:
    """What stands against reporting the move; a paper may still come."""
    for check in checked(case):
        impossible = check.result == Result.AGAINST or (check.code == "residence" and not case.movers)
        if check.code in AT_REPORT and impossible:
            yield check


def against_approval(case: Case) -> Iterator[Check]:
    """What stands against approving the move: it is against a rule, or a paper is missing.

    Two reports of the same people, as two offices without a link can make them, do not block each other: the
    first that is approved wins, and the other one finds nobody at the origin any more.
    """
    stops = (Result.MISSING, Result.AGAINST)
    return (check for check in checked(case) if check.result in stops and check.code != "pending")
