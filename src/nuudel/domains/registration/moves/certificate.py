"""The certificate of a move: what it says, its seal, and whether a certificate that is shown is genuine."""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.registration.models import Move, Person
from nuudel.domains.registration.moves import parameters
from nuudel.domains.registration.moves.numbers import normalise
from nuudel.web.access.models import Place
from nuudel.web.facts.service import service_rights
from nuudel.web.nodes.here import is_node
from nuudel.web.operations.keys import read_key

SEAL_BYTES = 15
"""120 bits: 24 letters of base 32, which nobody finds by trying."""


@dataclass(frozen=True)
class Shown:
    """What the public page says of a certificate: no more than is needed to compare it with the paper.

    ``verdict``: ``genuine``, ``reversed``, ``expired``, or ``not_genuine``, and then all else is empty.
    """

    verdict: str
    number: str = ""
    day: str = ""
    place: str = ""
    persons: int = 0


def seal(move: Move, persons: Sequence[Person]) -> None:
    """Fill in what the certificate says and its seal; the move is saved by whoever calls.

    The centre seals, with its key: on a node there is none until the centre has approved the move too.
    """
    if is_node():
        return
    content = content_of(move, persons)
    move.certificate_content = canonical(content)
    move.certificate = seal_of(move.certificate_content)


def content_of(move: Move, persons: Sequence[Person]) -> dict[str, Any]:
    """What the certificate says, as it was known when the move was approved."""
    start = {"place": move.other_place, "bagh": move.from_bagh}
    start["address"] = move.from_dwelling.address if move.from_dwelling else ""
    return {
        "number": move.number,
        "day": str(move.day),
        "decided_on": str(move.decided_on),
        "from": start,
        "to": {"place": move.place, "bagh": move.bagh, "address": move.address},
        "persons": [
            {
                "patronymic": person.patronymic or "",
                "given": person.given_name,
                "number": person.registration_number or "",
                "birth": str(person.birth_date),
            }
            for person in sorted(persons, key=lambda one: one.birth_date)
        ],
        "synthetic": move.synthetic,
        "valid_until": valid_until(move.decided_on),
    }


def valid_until(start: date | None) -> str:
    """The last day on which the certificate is valid; empty where no rule limits it."""
    days = parameters.known("certificate_valid", start) if start else None
    return str(start + timedelta(days=days)) if start and days is not None else ""


def canonical(content: Mapping[str, Any]) -> str:
    """One spelling of the content, so that the seal is made of the same bytes each time."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_of(content: str) -> str:
    """A keyed hash over everything that the certificate says."""
    digest = hmac.digest(read_key("certificate"), b"move certificate\0" + content.encode(), "sha256")
    return base64.b32encode(digest[:SEAL_BYTES]).decode("ascii")


def opened(move: Move) -> Mapping[str, Any]:
    """What the certificate of an approved move says.

    Raises
    ------
    WebError
        ``WEB-413`` where there is none, ``WEB-414`` where it is not what was sealed.
    """
    if not move.certificate or not move.certificate_content:
        raise WebError(413, "there is no certificate of this move.", "Ask again when it is approved.")
    # A node has not the key: its row is the centre's, which has sealed it.
    if not is_node() and not hmac.compare_digest(seal_of(move.certificate_content), move.certificate):
        raise WebError(
            414, "the certificate is not what was sealed.", "Tell the office that keeps the register."
        )
    content: Mapping[str, Any] = json.loads(move.certificate_content)
    return content


def verified(number: str, given: str, lang: str) -> Shown:
    """Whether a number and a seal belong together; the same answer whatever of them is wrong."""
    wanted = normalise(number)
    typed = "".join(letter for letter in given.upper() if letter.isalnum())
    with service_rights():
        move = Move.objects.filter(number=wanted).first() if wanted else None
        if move is None or not move.certificate or not typed.isascii():
            return Shown("not_genuine")
        if not hmac.compare_digest(move.certificate, typed):
            return Shown("not_genuine")
        if move.certificate_content:
            try:
                opened(move)
            except WebError:
                return Shown("not_genuine")
        # Where somebody in it was erased the content is gone; the seal still tells whether the paper is ours.
        place, persons = Place.objects.get(code=move.place).name(lang), move.members.count()
    verdict = "reversed" if move.state == "reversed" else "genuine"
    last = valid_until(move.decided_on)
    if verdict == "genuine" and last and last < str(localdate()):
        verdict = "expired"
    return Shown(verdict, move.number, str(move.day), place, persons)


def in_groups(seal_letters: str, size: int = 4) -> str:
    """A seal as it is printed and typed."""
    return " ".join(seal_letters[start : start + size] for start in range(0, len(seal_letters), size))
