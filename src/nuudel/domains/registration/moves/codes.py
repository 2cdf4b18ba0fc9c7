"""Code lists of moves; their words are in the messages, ``<field>_code.<code>``."""

PAPERS = (
    "military_deregistration",  # men in the age of service: no register of it is open to us
    "dwelling_right",  # ownership, lease, or the owner's consent
    "guardian_consent",  # that a child moves without its parents
    "treatment_referral",  # a hospital's, while the capital is closed
    "identity_paper",  # a card or birth certificate that the register does not know
    "other_paper",
)
"""Papers that are sent as photos or scans; the name of the file begins with the code."""

REFUSALS = (
    "papers_missing",
    "no_right_to_dwelling",
    "dwelling_full",
    "registration_closed",
    "not_living_there",
    "false_statement",
    "other",
)
"""Why a move is refused; the text beside it says it in full."""

AGREED = ("counter", "account")
"""How somebody of age has said that the move is wanted: before an officer, or in the own account."""

OFFICERS = ("one",)
"""Who decided, where that is worth a look: one officer alone, on the own report."""

PENDING = ("reported", "verified", "papers_asked", "appealed")
"""States of a move that may still be approved."""

UNTOLD = "–"
"""Stands for the address of a household that is joined, until the move is approved."""
