"""What the solver asks of an arrangement of the cells in memory, and of the equations that it makes."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Equations(Protocol):
    """Normal equations of the effects for given weights, the largest eliminated; m reduced unknowns."""

    def moments(self, columns: Floats) -> tuple[Floats, Floats, Floats]:
        """Right-hand sides (k, m) and cross-products (k, k) of columns (k, M) less the eliminated effect.

        The third are the columns' lengths (k,) with that effect.
        """

    def apply(self, effects: Floats) -> Floats:
        """The matrix times vectors (k, m)."""

    def precondition(self, residuals: Floats) -> Floats:
        """An approximate solution for right-hand sides (k, m): symmetric and positive definite."""

    def subtract(self, columns: Floats, effects: Floats) -> None:
        """Take effects (k, m), and the eliminated effect that goes with them, off columns (k, M), in place.

        The columns are those of the last call of ``moments``.
        """


class Layout(Protocol):
    """An arrangement of N observed cells in M >= N places, and m unknowns beside the eliminated effect.

    Attributes
    ----------
    places, unknowns
        M and m.
    passes
        How often all cells were visited so far.
    free
        Whether there is no effect, so that nothing is eliminated.
    blocks
        Where the unknowns of each remaining effect stand.
    """

    places: int
    unknowns: int
    passes: int
    free: bool
    blocks: tuple[slice, ...]

    def arrange(self, values: Floats) -> Floats:
        """Values (N,) in their places (M,); 0 where no cell is."""

    def restore(self, values: Floats) -> Floats:
        """Values (N,) from their places (M,)."""

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Sums of values (M,) over the levels of the eliminated effect, and over the unknowns (m,)."""

    def fit(self, base: Floats, effects: Floats, levels: Floats, mu: Floats) -> tuple[Floats, Floats]:
        """Expected values with the eliminated effect at its optimum.

        Writes ``mu`` (M,) = base x exp(effects) x level, with the sums ``levels`` kept; returns the
        logarithms of the levels, and the sums of mu over the unknowns (m,).
        """

    def predictor(self, linear: Floats, effects: Floats, logs: Floats) -> Floats:
        """The linear part (M,) plus effects (m,) plus logarithms of the levels, as (N,)."""

    def equations(self, weights: Floats, like: Equations | None = None) -> Equations:
        """The normal equations for weights (M,), which are 0 where no cell is.

        With the preconditioner of the equations ``like``, those of similar weights.
        """
