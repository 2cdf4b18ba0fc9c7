"""Sets of fixed effects of a flow panel: levels, rank, and projection of covariates off them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.grouped import SortedCells
from nuudel.model.ppml.layout import Layout
from nuudel.model.ppml.projection import residual_columns
from nuudel.model.ppml.rank import rank_of_effects
from nuudel.model.ppml.tensor import PairTable
from nuudel.model.ppml.threads import single_threaded

EffectName = Literal["origin", "destination", "pair", "year", "origin-year", "destination-year"]
Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

# Each effect and those of which it is a sum: beside one of them it adds nothing.
_FINER: dict[str, tuple[str, ...]] = {
    "origin": ("origin-year", "pair"),
    "destination": ("destination-year", "pair"),
    "year": ("origin-year", "destination-year"),
    "pair": (),
    "origin-year": (),
    "destination-year": (),
}


# A table with this many places per observed cell is still faster than a list of cells.
PLACES_PER_CELL = 8
THREE_WAYS = frozenset({"pair", "origin-year", "destination-year"})


@dataclass(frozen=True)
class EffectSpace:
    """Chosen effects of a panel's cells; effects nested in others are left out.

    Attributes
    ----------
    effects
        Names of the effects that stay, in the order given.
    nested
        Names of those left out because another is finer.
    origin, destination, period
        Shape (N,): codes of the cells' places and periods, from 0 without gaps.
    """

    effects: tuple[EffectName, ...]
    nested: tuple[EffectName, ...]
    origin: Codes
    destination: Codes
    period: Codes

    @classmethod
    def of(
        cls, panel: FlowPanel, effects: Sequence[EffectName], rows: NDArray[np.bool_] | None = None
    ) -> "EffectSpace":
        """The space of a panel's cells, or of those where ``rows`` (N,) is true.

        Raises
        ------
        ModelError
            ``MODEL-121`` for an unknown effect; ``MODEL-122`` when no cell is left.
        """
        names = get_args(EffectName)
        for name in effects:
            if name not in names:
                raise ModelError(
                    121,
                    f"there is no effect {name!r}.",
                    f"Name one of them{nearest(name, names)}.",
                    ("effects",),
                )
        chosen = tuple(dict.fromkeys(effects))
        nested = tuple(name for name in chosen if any(finer in chosen for finer in _FINER[name]))
        kept = tuple(name for name in chosen if name not in nested)
        raw = [
            codes if rows is None else codes[rows]
            for codes in (panel.origin, panel.destination, panel.period)
        ]
        if not raw[0].size:
            raise ModelError(122, "no cell is left to estimate from.", "Keep some rows.", ("rows",))
        return cls(kept, nested, *(_without_gaps(codes)[0] for codes in raw))

    @property
    def cells(self) -> int:
        """N."""
        return self.origin.size

    @cached_property
    def _coded(self) -> tuple[tuple[Codes, int], ...]:
        single = {"origin": self.origin, "destination": self.destination, "year": self.period}
        coded = []
        for name in self.effects:
            if name in single:
                codes: NDArray[np.integer] = single[name]
            else:
                first = self.destination if name == "destination-year" else self.origin
                second = self.destination if name == "pair" else self.period
                codes = first.astype(np.int64) * (int(second.max()) + 1) + second
            coded.append(_without_gaps(codes))
        return tuple(coded)

    @property
    def groups(self) -> tuple[Codes, ...]:
        """One array (N,) of level codes per effect; codes run from 0 without gaps."""
        return tuple(codes for codes, _ in self._coded)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of levels of each effect."""
        return tuple(size for _, size in self._coded)

    @cached_property
    def layout(self) -> Layout:
        """The cells as the solver arranges them: a full table where that is not much larger, else a list."""
        if set(self.effects) == THREE_WAYS:
            sizes = [int(codes.max()) + 1 for codes in (self.origin, self.destination, self.period)]
            if int(np.prod(sizes, dtype=np.int64)) <= PLACES_PER_CELL * self.cells:
                return PairTable(self.origin, self.destination, self.period)
        return SortedCells(self.groups, self.sizes, self.cells)

    @single_threaded
    def residualise(self, weights: ArrayLike, columns: ArrayLike, tolerance: float = 1e-10) -> Floats:
        """Columns less their weighted least-squares projection on the dummies of all effects.

        Parameters
        ----------
        weights
            Shape (N,), at least 0.
        columns
            Shape (N, k) or (N,).
        tolerance
            Error of each column that is left, relative to the column (in the norm of the weights).

        Raises
        ------
        ModelError
            ``MODEL-131`` when the projection does not reach the tolerance.
        """
        values = np.asarray(columns, dtype=np.float64)
        flat = values.reshape(self.cells, -1)
        if not self.effects or not flat.size:
            return values.copy()
        layout = self.layout
        arranged = np.stack([layout.arrange(column - column.mean()) for column in flat.T])
        equations = layout.equations(layout.arrange(np.asarray(weights, dtype=np.float64)))
        residual_columns(equations, arranged, tolerance)
        left = np.empty(flat.shape)
        for k, column in enumerate(arranged):
            left[:, k] = layout.restore(column)
        return left.reshape(values.shape)

    def rank(self) -> int:
        """Number of free parameters that the effects take up.

        Exact for none, one or two effects, and for three where the two smaller have few levels; else the
        upper bound of ``nuudel.model.ppml.rank.rank_bound``, exact where every pair is seen in every period.
        """
        return rank_of_effects(self.groups, self.sizes)


def _without_gaps(codes: NDArray[np.integer]) -> tuple[Codes, int]:
    """The same levels numbered from 0 in their order, and how many there are."""
    highest = int(codes.max()) + 1
    if highest > 8 * codes.size + 1_000_000:
        levels, found = np.unique(codes, return_inverse=True)
        return found.astype(np.int32), levels.size
    present = np.zeros(highest, dtype=bool)
    present[codes] = True
    number = np.cumsum(present, dtype=np.int32)
    if number[-1] == highest:
        return codes.astype(np.int32, copy=False), highest
    return number[codes] - np.int32(1), int(number[-1])
