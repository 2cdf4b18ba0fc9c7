"""Receiving notices: each line in a transaction of its own, each message once, in any order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils.timezone import localdate

from nuudel.base.errors import NuudelError, WebError
from nuudel.domains.registration.models import CivilNotice
from nuudel.domains.registration.notices.format import Birth, Notice, read
from nuudel.domains.registration.notices.kept import (
    concerns_my_place,
    known_place,
    same_message,
    write_fields,
)
from nuudel.domains.registration.notices.problems import WAITING
from nuudel.domains.registration.notices.record_types import NOTICE
from nuudel.domains.registration.notices.register import SUBJECTS
from nuudel.domains.registration.notices.settle import settle, settle_again
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import Institution, User
from nuudel.web.facts.service import service_rights
from nuudel.web.protection.blind import blind_index
from nuudel.web.shell import records
from nuudel.web.shell.states import CREATED

PURPOSE = "receive civil notices"


@dataclass(frozen=True)
class Reject:
    """A line that was not kept: its number from 1, the error's code, the reason and the field; no value."""

    line: int
    code: str
    reason: str
    field: str = ""


@dataclass
class Received:
    """What became of the lines; together all that were not empty.

    Attributes
    ----------
    applied, held
        Notices that changed the register, and those that wait for a person or for another notice.
    repeated
        Messages that were there already.
    rejected
        Lines that are no notice, or contradict an earlier message of the same number.
    released
        Notices held before that could be applied now; they were counted when they came.
    """

    applied: int = 0
    held: int = 0
    repeated: int = 0
    rejects: list[Reject] = field(default_factory=list)
    released: int = 0

    @property
    def rejected(self) -> int:
        return len(self.rejects)


def receive(
    user: User,
    lines: Iterable[str],
    *,
    institution: Institution | None = None,
    simulated: bool = False,
    first: int = 1,
) -> Received:
    """Take notices from civil registration into the register.

    Parameters
    ----------
    user
        In whose name: an officer who may receive notices, or the service account.
    lines
        One JSON object each; empty lines are passed over.
    institution
        That answers for the notices; the user's first when not given.
    simulated
        Whether the simulator made them: what they bring into the register is marked synthetic.
    first
        The number of the first line, where they are a part of a file.

    Raises
    ------
    PermissionDenied
        The user may not receive notices.
    """
    if not may(user, NOTICE.key, "create"):
        raise PermissionDenied
    office = institution or user.current_postings[0].institution
    received, children = Received(), list[str]()
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        try:
            with acting(user, PURPOSE):
                message = read(line.strip(), localdate())
                state = take(user, message, office, simulated)
        except (NuudelError, IntegrityError) as error:
            if isinstance(error, IntegrityError):
                # Somebody else has just received the same message.
                received.repeated += 1
                continue
            received.rejects.append(reject_of(number, error))
            continue
        count(received, state)
        if state == "applied" and isinstance(message, Birth):
            children.append(message.number("child"))
    received.released = release(user, children)
    return received


def count(received: Received, state: str) -> None:
    if state == "applied":
        received.applied += 1
    elif state == "held":
        received.held += 1
    else:
        received.repeated += 1


def reject_of(number: int, error: NuudelError) -> Reject:
    return Reject(number, error.code, f"{error.problem} {error.next_step}", ", ".join(error.fields))


def take(user: User, message: Notice, office: Institution, simulated: bool) -> str:
    """Keep a message and settle it: ``applied``, ``held``, or ``repeated`` where it was there already.

    Raises
    ------
    WebError
        ``WEB-427`` where the message of that number said something else; ``WEB-428`` an unknown place;
        ``WEB-429`` nobody whom it names lives where the user works.
    """
    if same_message(message) is not None:
        return "repeated"
    known_place(message)
    notice = CivilNotice(institution=office, simulated=simulated)
    write_fields(notice, message)
    if not concerns_my_place(user, notice):
        raise WebError(
            429,
            "nobody whom the notice names lives where you work.",
            "Leave it to the data exchange, or to the office of the place.",
            ("place",),
        )
    records.follow(user, NOTICE, notice, CREATED)
    return settle(user, notice, message)


def release(user: User, children: Iterable[str]) -> int:
    """Settle notices that waited for a person who has now entered the register."""
    released = 0
    for child in children:
        with acting(user, PURPOSE), service_rights():
            found: set[UUID] = set()
            for name in SUBJECTS:
                index = blind_index(f"registration_civilnotice.{name}", child)
                rows = CivilNotice.objects.filter(
                    **{f"{name}_index": index}, state="held", problem__in=WAITING
                )
                found.update(rows.values_list("pk", flat=True))
        released += settle_again(user, sorted(found))
    return released
