"""Reconciliation of sources: what each counts, why they differ, and one series where they count the same."""

from nuudel.statistics.reconciliation.comparison import (
    Cause,
    Comparison,
    DefinitionDifference,
    compare,
    comparison_table,
)
from nuudel.statistics.reconciliation.margins import ReconciledMargins, reconcile_margins
from nuudel.statistics.reconciliation.series import ReconciledSeries, SourceBias, reconcile
from nuudel.statistics.reconciliation.sources import (
    Bias,
    Estimate,
    Qualifier,
    SourceConcept,
    read_qualifier,
    source_table,
)

__all__ = [
    "Bias",
    "Cause",
    "Comparison",
    "DefinitionDifference",
    "Estimate",
    "Qualifier",
    "ReconciledMargins",
    "ReconciledSeries",
    "SourceBias",
    "SourceConcept",
    "compare",
    "comparison_table",
    "read_qualifier",
    "reconcile",
    "reconcile_margins",
    "source_table",
]
