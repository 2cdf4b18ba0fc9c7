"""How long a document is valid and what it costs, by the parameters in force on the day of issue."""

from dataclasses import dataclass
from datetime import date, timedelta

from nuudel.domains.registration.documents.parameters import known, value

REPLACING = ("lost", "damaged")
"""Reasons for a document that the one before did not run out."""


@dataclass(frozen=True)
class Fee:
    """What a document costs: tögrög, or None where nobody has filled it in; ``reason`` is a message's end."""

    mnt: int | None
    reason: str


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes years; of the 29 February, 1 March where there is none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age_on(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def expiry(kind: str, born: date, issued: date) -> date | None:
    """The last day on which a document is valid; None where it has no end or the officer enters it.

    An identity card is valid until the next birthday at which it is renewed.
    """
    if kind == "identity_card":
        for name in ("card_renewed_first", "card_renewed_last"):
            renewed = birthday(born, value(name, issued))
            if issued < renewed:
                return renewed - timedelta(days=1)
        return None
    if kind == "temporary_certificate":
        return issued + timedelta(days=value("temporary_certificate_days", issued))
    return None


def fee_of(kind: str, basis: str, day: date) -> Fee:
    """What a document costs, and why."""
    if basis == "witnesses" and value("free_by_witnesses", day):
        return Fee(0, "free")
    name = {"identity_card": "fee_card_lost" if basis in REPLACING else "fee_card"}.get(kind, f"fee_{kind}")
    fee = known(name, day)
    return Fee(fee, "to_fill_in" if fee is None else "by_parameter")
