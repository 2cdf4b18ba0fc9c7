"""A table that may leave the house, with the statement of how it was protected."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.provenance import Text
from nuudel.statistics.disclosure.policies import Policy
from nuudel.statistics.disclosure.tables import CountTable, Dimension, Floats, Mask


class Status(IntEnum):
    """What happened to a cell. Publish only ``public_status``: which suppression came first is a secret."""

    PUBLISHED = 0
    SUPPRESSED_PRIMARY = 1
    SUPPRESSED_COMPLEMENTARY = 2
    PERTURBED = 3
    ROUNDED = 4


PUBLIC_STATUS = ("published", "suppressed", "suppressed", "perturbed", "rounded")


@dataclass(frozen=True)
class InformationLoss:
    """How much the protection costs. Means and maxima are over the cells that still have a value.

    Attributes
    ----------
    suppressed_cells, suppressed_share
        Number of cells left out; the persons in them as a share of those in all cells.
    mean_absolute_change, maximum_absolute_change
        Persons.
    hellinger_distance
        Between the published and the true inner cells, each as shares: 0 the same, 1 nothing in common.
    additive
        Whether the published margins are the sums of their parts (where all are published).
    """

    suppressed_cells: int
    suppressed_share: float
    mean_absolute_change: float
    maximum_absolute_change: float
    hellinger_distance: float
    additive: bool


@dataclass(frozen=True)
class DisclosureStatement:
    """The sentence under a published table, and what stands behind it; writers of publications ask for it."""

    method: str
    parameters: Mapping[str, str | int | float | bool]
    text: Text


@dataclass(frozen=True)
class ProtectedTable:
    """A table ready for publication.

    Attributes
    ----------
    values
        Shape of the table; nan where suppressed.
    status
        A ``Status`` for each cell, shape of the table. For the office only; publish ``public_status``.
    policy
        What was done; it holds no secret.
    structural_zeros
        Cells that everybody knows to be 0.
    """

    series: str
    dimensions: tuple[Dimension, ...]
    fixed: Mapping[str, str]
    release: str
    values: Floats
    status: NDArray[np.uint8]
    structural_zeros: Mask
    policy: Policy
    loss: InformationLoss
    statement: DisclosureStatement

    @property
    def method(self) -> str:
        return self.statement.method

    @property
    def parameters(self) -> Mapping[str, str | int | float | bool]:
        return self.statement.parameters

    @property
    def suppressed(self) -> Mask:
        return np.asarray(
            (self.status == Status.SUPPRESSED_PRIMARY) | (self.status == Status.SUPPRESSED_COMPLEMENTARY)
        )

    @property
    def public_status(self) -> NDArray[np.str_]:
        """The status as it may be published: one word for both suppressions."""
        return np.asarray(np.array(PUBLIC_STATUS)[self.status])

    def to_frame(self, value: str = "persons") -> pl.DataFrame:
        """One row per cell: a column per dimension, the value (null where suppressed), the public status."""
        columns = list(itertools.product(*(d.categories for d in self.dimensions)))
        frame = pl.DataFrame(columns, schema=[d.name for d in self.dimensions], orient="row")
        return frame.with_columns(
            *(pl.lit(category).alias(name) for name, category in self.fixed.items()),
            pl.Series(value, self.values.ravel()).fill_nan(None),
            pl.Series("status", self.public_status.ravel().tolist()),
        )


def information_loss(table: CountTable, values: Floats) -> InformationLoss:
    """Compare what is published with what was counted."""
    there = ~np.isnan(values)
    change = np.abs(values - table.values)[there]
    truth, shown = table.values[table.inner & there], values[table.inner & there]
    whole = float(table.values.sum())
    distance = 1.0 if truth.sum() and not shown.sum() else 0.0
    if truth.sum() and shown.sum():
        roots = np.sqrt(truth / truth.sum()) - np.sqrt(shown / shown.sum())
        distance = float(np.sqrt((roots**2).sum() / 2))
    complete = np.nan_to_num(values)
    holes = abs(table.equations) @ (~there).ravel().astype(float) > 0
    gaps = np.abs(table.equations @ complete.ravel())[~holes]
    return InformationLoss(
        suppressed_cells=int((~there).sum()),
        suppressed_share=float(table.values[~there].sum()) / whole if whole else 0.0,
        mean_absolute_change=float(change.mean()) if change.size else 0.0,
        maximum_absolute_change=float(change.max(initial=0.0)),
        hellinger_distance=distance,
        additive=bool((gaps <= 1e-6 * max(1.0, float(complete.max(initial=0)))).all()),
    )
