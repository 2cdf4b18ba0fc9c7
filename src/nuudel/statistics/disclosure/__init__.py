"""Disclosure control: nothing is published before ``protect(table, policy)``, and attacks test the result."""

from nuudel.statistics.disclosure.attack import AttackReport, Finding, bounds, differencing
from nuudel.statistics.disclosure.cell_key import count_records, read_secret
from nuudel.statistics.disclosure.perturbation import PerturbationTable, perturbation_table
from nuudel.statistics.disclosure.policies import (
    AlreadyPublic,
    CellKeyNoise,
    Margins,
    Policy,
    Rounding,
    RoundingMethod,
    Suppression,
    already_public,
    default_policy,
)
from nuudel.statistics.disclosure.protected import (
    DisclosureStatement,
    InformationLoss,
    ProtectedTable,
    Status,
)
from nuudel.statistics.disclosure.protection import protect
from nuudel.statistics.disclosure.tables import (
    CountTable,
    Dimension,
    table_from_frame,
    table_with_margins,
    with_release,
)

__all__ = [
    "AlreadyPublic",
    "AttackReport",
    "CellKeyNoise",
    "CountTable",
    "Dimension",
    "DisclosureStatement",
    "Finding",
    "InformationLoss",
    "Margins",
    "PerturbationTable",
    "Policy",
    "ProtectedTable",
    "Rounding",
    "RoundingMethod",
    "Status",
    "Suppression",
    "already_public",
    "bounds",
    "count_records",
    "default_policy",
    "differencing",
    "perturbation_table",
    "protect",
    "read_secret",
    "table_from_frame",
    "table_with_margins",
    "with_release",
]
