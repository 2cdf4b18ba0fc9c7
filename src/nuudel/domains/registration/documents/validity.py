"""How long a document is valid and what it costs, by the parameters in force on the day of issue."""

from dataclasses import dataclass
from datetime import date, timedelta

from nuudel.domains.registration.documents.parameters import known, value
from nuudel.people.ages import years_after

REPLACING = ("lost", "damaged")
"""Reasons for a document that the one before did not run out."""


@dataclass(frozen=True)
class Fee:
    """What a document costs: tögrög, or None where nobody has filled it in; ``reason`` is a message's end."""

    mnt: int | None
    reason: str


def expiry(kind: str, born: date, issued: date) -> date | None:
    """The last day on which a document is valid; None where it has no end or the officer enters it.

    An identity card is valid until the next birthday at which it is renewed.
    """
    if kind == "identity_card":
        for name in ("card_renewed_first", "card_renewed_last"):
            renewed = years_after(born, value(name, issued))
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
