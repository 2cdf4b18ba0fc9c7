"""Code lists of the register; their words are in the messages, ``<field>_code.<code>``."""

SEXES = ("female", "male")
DATE_QUALITIES = ("documented", "stated", "estimated")
MARITAL_STATUSES = ("never_married", "married", "divorced", "widowed", "unknown")
HOUSEHOLD_ROLES = ("head", "spouse", "child", "parent", "grandchild", "sibling", "other_relative", "other")
DWELLING_KINDS = ("apartment", "house", "ger", "dormitory", "institution", "other")
RESIDENCE_KINDS = (
    "opening",  # how the register began
    "birth",
    "death",
    "move_in",
    "move_out",
    "immigration",
    "emigration",
    "late_registration",  # somebody who had lived here without being registered
    "correction",
)
DOCUMENT_KINDS = ("identity_card", "birth_certificate", "temporary_certificate", "residence_permit")
DOCUMENT_BASES = ("first", "expired", "lost", "damaged", "name_changed", "birth_certificate", "witnesses")
# Those of the ledger (nuudel.ledger.codes.REASONS) that a move within the country has.
MOVE_REASONS = (
    *("employment", "education", "marriage", "family", "housing", "health", "retirement"),
    *("settlement", "herding", "hazard", "other"),
)
REPORTERS = ("citizen", "officer")
NOTICE_KINDS = ("birth", "death", "marriage", "divorce", "name_change")
PAIR_SOURCES = ("entry", "batch", "officer")
# What besides names shows that two records are of one person.
PAIR_GROUNDS = ("number", "document", "birth_record", "mother", "paper")
UNREGISTERED_SOURCES = ("dtm_round", "service", "school", "clinic", "officer")
HINDRANCES = ("no_papers", "no_address", "owner_refuses", "fee", "distance", "does_not_know", "other")
