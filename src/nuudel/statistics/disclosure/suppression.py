"""Primary suppression of sensitive cells and complementary suppression of the cells that protect them.

The complementary cells are those of least weight for which the margins leave every sensitive cell open
upwards and downwards as far as required: the cell suppression problem, solved by cuts from the attacker's
own linear programme (Fischetti & Salazar 2001, Management Science 47(7), model and section 3); beyond a
size, by one linear programme per sensitive cell (Kelly, Golden & Assad 1992), which suppresses somewhat more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.bounds import CLOSE, linear_programme
from nuudel.statistics.disclosure.policies import Suppression
from nuudel.statistics.disclosure.tables import CountTable, Floats, Mask

OPTIMAL_CELLS, OPTIMAL_SENSITIVE = 600, 60
"""Largest table, and most sensitive cells, for which the least suppression is sought."""
HEURISTIC_CELLS = 10_000
"""Largest table for which complementary suppression is offered at all."""
MOST_ROUNDS = 200


@dataclass(frozen=True)
class Sensitive:
    """The sensitive cells and how far each must stay open.

    Attributes
    ----------
    cells
        Mask, shape of the table.
    above, below
        Required protection upwards and downwards, shape of the table, 0 for cells that are not sensitive.
    """

    cells: Mask
    above: Floats
    below: Floats


def sensitive_cells(table: CountTable, policy: Suppression) -> Sensitive:
    """Apply the threshold, dominance and p% rules.

    The protection required is, for a small count, the policy's width split around it; for a dominated cell,
    as far as the rule would again be met (Hundepool et al. 2012, *Statistical Disclosure Control*,
    section 4.2.2).

    Raises
    ------
    StatisticsError
        ``STATISTICS-314`` a rule needs the largest contributions and the table has too few.
    """
    values = table.values
    small = (values > 0) & (values < policy.threshold)
    below = np.where(small, np.minimum(values, np.floor(policy.required_width / 2)), 0.0)
    above = np.where(small, policy.required_width - below, 0.0)
    cells = small
    for width in rule_widths(table, policy):
        hit = width > 0
        cells = cells | hit
        above = np.where(hit, np.maximum(above, width), above)
        below = np.where(hit, np.maximum(below, np.minimum(width, values)), below)
    return Sensitive(cells, above, below)


def rule_widths(table: CountTable, policy: Suppression) -> list[Floats]:
    """Protection that the concentration rules require; 0 or less where a cell is not sensitive."""
    widths = []
    if policy.dominance is not None:
        n, k = policy.dominance
        widths.append(100.0 / k * contributions(table, n).sum(axis=-1) - table.values)
    if policy.p_percent is not None:
        two = contributions(table, 2)
        rest = table.values - two.sum(axis=-1)
        widths.append(policy.p_percent / 100.0 * two[..., 0] - rest)
    return widths


def contributions(table: CountTable, n: int) -> Floats:
    if table.largest is None or table.largest.shape[:-1] != table.values.shape or table.largest.shape[-1] < n:
        raise StatisticsError(
            314,
            f"the rule needs the {n} largest contributions to each cell.",
            "Give them as the table's largest, or use the threshold alone.",
            ("largest",),
        )
    return np.asarray(table.largest[..., :n], dtype=np.float64)


def complementary_cells(table: CountTable, sensitive: Sensitive) -> Mask:
    """Cells to leave out besides the sensitive ones; empty cells are never used.

    Raises
    ------
    StatisticsError
        ``STATISTICS-315`` no choice protects them; ``STATISTICS-316`` the table is too large.
    """
    cells = table.values.size
    if cells > HEURISTIC_CELLS:
        raise StatisticsError(
            316,
            f"the table has {cells} cells, too many for complementary suppression ({HEURISTIC_CELLS}).",
            "Use the default policy, or publish smaller tables.",
        )
    problem = Problem(
        equations=table.equations,
        values=table.values.ravel(),
        above=sensitive.above.ravel(),
        below=sensitive.below.ravel(),
        sensitive=np.flatnonzero(sensitive.cells.ravel()),
    )
    small = cells <= OPTIMAL_CELLS and len(problem.sensitive) <= OPTIMAL_SENSITIVE
    chosen = least_suppression(problem) if small else stepwise_suppression(problem)
    return np.asarray(chosen.reshape(table.values.shape) & ~sensitive.cells)


@dataclass(frozen=True)
class Problem:
    """The cell suppression problem of one table; arrays over its cells in C order."""

    equations: csr_array
    values: Floats
    above: Floats
    below: Floats
    sensitive: NDArray[np.intp]

    @property
    def far(self) -> float:
        """How far a hidden cell may rise in the attacker's eyes: more than any requirement, but finite."""
        return float(self.values.max(initial=0) + 10 * self.above.max(initial=0) + 1)

    @property
    def weights(self) -> Floats:
        """Price of leaving a cell out: its count, and one for the cell."""
        return self.values + 1.0

    @property
    def demands(self) -> list[tuple[int, int, float]]:
        """(cell, direction, required deviation)."""
        up = [(int(i), 1, float(self.above[i])) for i in self.sensitive]
        down = [(int(i), -1, float(self.below[i])) for i in self.sensitive]
        return [demand for demand in up + down if demand[2] > 0]


def least_suppression(problem: Problem) -> Mask:
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(problem.values)
    low, high = np.zeros(n), (problem.values > 0).astype(float)
    low[problem.sensitive] = high[problem.sensitive] = 1.0
    cuts = companion_cuts(problem)
    for _ in range(MOST_ROUNDS):
        constraints = (
            [LinearConstraint(csr_array(np.array([c for c, _ in cuts])), [r for _, r in cuts])]
            if cuts
            else []
        )
        found = milp(
            problem.weights,
            integrality=np.ones(n, dtype=np.int64),
            bounds=Bounds(low, high),
            constraints=constraints,
        )
        if not found.success:
            raise unprotectable()
        hidden = np.asarray(found.x) > 0.5
        new = [
            cut for demand in problem.demands if (cut := protection_cut(problem, hidden, *demand)) is not None
        ]
        if not new:
            return np.asarray(hidden)
        cuts += new
    return stepwise_suppression(problem)


def companion_cuts(problem: Problem) -> list[tuple[Floats, float]]:
    """In each sum with a sensitive cell at least one more cell must be hidden."""
    cuts = []
    for row in range(problem.equations.shape[0]):
        members = problem.equations.indices[problem.equations.indptr[row] : problem.equations.indptr[row + 1]]
        for cell in np.intersect1d(members, problem.sensitive):
            cut = np.zeros(len(problem.values))
            cut[members] = 1.0
            cut[cell] = 0.0
            cuts.append((cut, 1.0))
    return cuts


def protection_cut(
    problem: Problem, hidden: Mask, cell: int, direction: int, required: float
) -> tuple[Floats, float] | None:
    """None where the attacker cannot exclude the deviation; else the cut that demands more hidden cells."""
    aim: Floats = np.zeros(len(problem.values))
    aim[cell] = -direction
    found = linear_programme(
        aim, np.where(hidden, -problem.values, 0.0), np.where(hidden, problem.far, 0.0), problem.equations
    )
    if -found.fun >= required - CLOSE:
        return None
    # Strong duality: the deviation is at most this sum over hidden cells; more than required buys nothing.
    reach = found.lower.marginals * problem.values - found.upper.marginals * problem.far
    return np.minimum(np.maximum(reach, 0.0), required), required


def stepwise_suppression(problem: Problem) -> Mask:
    """For each demand in turn, the cheapest further cells along which the deviation can run."""
    n = len(problem.values)
    hidden = np.zeros(n, dtype=bool)
    hidden[problem.sensitive] = True
    usable = problem.values > 0
    usable[problem.sensitive] = True
    both = csr_array(hstack([problem.equations, -problem.equations], format="csr"))
    for cell, direction, required in sorted(problem.demands, key=lambda d: (-d[2], d[0], d[1])):
        prices = np.where(hidden, 0.0, problem.weights)
        top = np.concatenate([problem.far * usable, problem.values * usable])
        bottom = np.zeros(2 * n)
        forward, backward = (cell, n + cell) if direction > 0 else (n + cell, cell)
        bottom[forward] = top[forward] = required
        top[backward] = 0.0
        found = linear_programme(np.concatenate([prices, prices]), bottom, top, both)
        if not found.success:
            raise unprotectable()
        hidden |= (found.x[:n] > CLOSE) | (found.x[n:] > CLOSE)
    return hidden


def unprotectable() -> StatisticsError:
    return StatisticsError(
        315,
        "no choice of further cells protects the sensitive ones.",
        "Use the default policy, or merge categories.",
    )
