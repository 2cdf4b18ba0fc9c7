"""A nonlinear programme over shares of the budget, solved by sequential quadratic programming."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nuudel.model.policy.summaries import Summary

Array = NDArray[np.float64]
Smooth = Callable[[Array], float]
Gradient = Callable[[Array], Array]

ITERATIONS = 40
# The objective is scaled to about one, so that this is a share of the effect that is at stake.
TOLERANCE = 1e-5
# A constraint divided by its limit may be broken by rounding only.
KEPT = 1e-6


class Response(Protocol):
    """Outputs of all draws as a function of the decisions (shares of the budget)."""

    def values(self, shares: Array) -> Array:
        """D x O outputs."""

    def slopes(self, shares: Array, weights: Array) -> Array:
        """Derivatives (m x n) of m weighted sums (m x D x O) of the outputs."""


class Evaluations:
    """Summaries of a response and their derivatives, each point computed once.

    All derivatives of a point are taken in one backward pass, whoever asks first.
    """

    def __init__(self, response: Response, summaries: Sequence[Summary]) -> None:
        self.response = response
        self.summaries = tuple(summaries)
        self.known: dict[bytes, list[tuple[float, Array]]] = {}
        self.known_slopes: dict[bytes, Array] = {}

    def value(self, index: int, shares: Array) -> float:
        return self.at(shares)[index][0]

    def gradient(self, index: int, shares: Array) -> Array:
        key = shares.tobytes()
        if key not in self.known_slopes:
            weights = np.stack([slopes for _, slopes in self.at(shares)])
            self.known_slopes[key] = self.response.slopes(shares, weights)
        slope: Array = self.known_slopes[key][index]
        return slope

    def at(self, shares: Array) -> list[tuple[float, Array]]:
        key = shares.tobytes()
        if key not in self.known:
            outputs = self.response.values(shares)
            self.known[key] = [summary.of(outputs) for summary in self.summaries]
        return self.known[key]


@dataclass(frozen=True)
class Constraint:
    """Something that must be 0 or more; ``value`` is relative to the limit that it states.

    Attributes
    ----------
    name
        As the answer names it.
    value, gradient
        Of the shares.
    linear
        Whether the gradient is the same everywhere.
    """

    name: str
    value: Smooth
    gradient: Gradient
    linear: bool


@dataclass(frozen=True)
class Found:
    """What one start led to.

    Attributes
    ----------
    shares
        n shares of the budget.
    objective
        As optimised (scaled).
    broken
        The most that a constraint is broken by; 0 if none.
    multipliers
        One per constraint: change of the scaled objective per unit of relative slack.
    """

    shares: Array
    objective: float
    broken: float
    converged: bool
    iterations: int
    reason: str
    multipliers: Array

    @property
    def kept(self) -> bool:
        return self.broken <= 10 * KEPT


def solve(
    objective: tuple[Smooth, Gradient],
    constraints: Sequence[Constraint],
    most: Array,
    start: Array,
    tolerance: float = TOLERANCE,
) -> Found:
    """Minimise an objective from one start, shares between 0 and ``most``.

    References
    ----------
    Kraft, D. (1988), A software package for sequential quadratic programming, DFVLR-FB 88-28 (SciPy's
    SLSQP): linear constraints are kept exactly at every step, bounds too.
    """
    inequalities: Any = [{"type": "ineq", "fun": each.value, "jac": each.gradient} for each in constraints]
    if not most.any():
        return nothing_free(objective, constraints, most)
    found: Any = minimize(
        objective[0],
        np.clip(start, 0, most),
        jac=objective[1],
        method="SLSQP",
        bounds=[(0.0, float(bound)) for bound in most],
        constraints=inequalities,
        options={"maxiter": ITERATIONS, "ftol": tolerance},
    )
    shares = np.clip(found.x, 0, most)
    slacks = [each.value(shares) for each in constraints]
    return Found(
        shares=shares,
        objective=float(objective[0](shares)),
        broken=max(0.0, -min(slacks, default=0.0)),
        converged=bool(found.success),
        iterations=int(found.nit),
        reason=str(found.message),
        multipliers=np.asarray(found.multipliers, dtype=float),
    )


def nothing_free(
    objective: tuple[Smooth, Gradient], constraints: Sequence[Constraint], shares: Array
) -> Found:
    """What is found where every decision is held at nothing."""
    broken = max(0.0, -min((each.value(shares) for each in constraints), default=0.0))
    prices = np.zeros(len(constraints))
    return Found(shares, objective[0](shares), broken, True, 0, "nothing is free to change", prices)


def best_of(found: Sequence[Found]) -> Found:
    """The best of those that keep every constraint; if none does, the one that breaks them least."""
    return min(found, key=lambda each: (not each.kept, each.objective if each.kept else each.broken))
