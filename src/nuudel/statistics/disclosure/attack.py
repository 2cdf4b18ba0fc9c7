"""Attack the published tables as an outsider would, before they are published.

The attacker knows the method and its parameters, the margins that bind the cells, and every table given;
he does not know the secret key. What he can conclude about a cell is an interval; an interval that holds
a small count and is narrower than required is a finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array, vstack

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure.bounds import (
    CLOSE,
    FAR,
    LINEAR_LIMIT,
    linear_bounds,
    propagated_bounds,
    sharpen,
)
from nuudel.statistics.disclosure.perturbation import perturbation_table
from nuudel.statistics.disclosure.policies import (
    REQUIRED_WIDTH,
    THRESHOLD,
    AlreadyPublic,
    CellKeyNoise,
    Margins,
    Rounding,
)
from nuudel.statistics.disclosure.protected import ProtectedTable, Status
from nuudel.statistics.disclosure.rounding import rounding_interval
from nuudel.statistics.disclosure.tables import CellName, Floats, Mask, cell_names, sum_equations

Known = tuple[Floats, Floats]
"""Lower and upper bound of each cell."""


@dataclass(frozen=True)
class Finding:
    """A cell, or the change of a cell, that the published figures give away.

    Attributes
    ----------
    series, release, cell
        Which cell; for a difference of releases ``release`` names both.
    low, high, width
        What the attacker concludes; width 0 is exact recovery.
    """

    series: str
    release: str
    cell: CellName
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class AttackReport:
    """What an attack found. It counts cells and names categories, never persons.

    Attributes
    ----------
    attack, method
        ``bounds`` or ``differencing``; ``linear programming`` or ``propagation``.
    cells
        Number of cells (or changes) attacked.
    findings
        Cells given away, narrowest first.
    """

    attack: str
    method: str
    threshold: int
    required_width: float
    cells: int
    findings: tuple[Finding, ...]

    @property
    def withstood(self) -> bool:
        """Whether nothing was given away."""
        return not self.findings

    @property
    def exact(self) -> int:
        """Number of cells recovered exactly."""
        return sum(f.width < 0.5 for f in self.findings)

    def to_frame(self) -> pl.DataFrame:
        """One row per finding."""
        return pl.DataFrame(
            {
                "series": [f.series for f in self.findings],
                "release": [f.release for f in self.findings],
                "cell": [", ".join(f"{d}={c}" for d, c in f.cell) for f in self.findings],
                "low": [f.low for f in self.findings],
                "high": [f.high for f in self.findings],
                "width": [f.width for f in self.findings],
            },
            schema={
                "series": pl.String,
                "release": pl.String,
                "cell": pl.String,
                "low": pl.Float64,
                "high": pl.Float64,
                "width": pl.Float64,
            },
        )


@dataclass(frozen=True)
class System:
    """All that the attacker knows: cells by name, an interval for each, and the sums."""

    names: tuple[tuple[str, str, CellName], ...]
    lower: Floats
    upper: Floats
    equations: csr_array
    exempt: Mask


def known_interval(table: ProtectedTable) -> Known:
    """What the value printed in a cell says about the count behind it, for one who knows the method.

    Returns
    -------
    lower, upper
        Shape of the table; ``FAR`` where nothing is known from above.
    """
    shown = np.nan_to_num(table.values)
    lower, upper = shown.copy(), shown.copy()
    policy = table.policy
    perturbed, rounded = table.status == Status.PERTURBED, table.status == Status.ROUNDED
    if isinstance(policy, CellKeyNoise):
        noise = perturbation_table(policy.maximum_noise, policy.variance, policy.never_published)
        least, most = noise.originals(np.rint(shown).astype(np.int64))
        lower, upper = np.where(perturbed, least, lower), np.where(perturbed, most, upper)
        if policy.margins is Margins.ADDITIVE:
            sums = ~inner_cells(table)
            lower, upper = np.where(sums, 0.0, lower), np.where(sums, FAR, upper)
    if isinstance(policy, Rounding):
        least_, most_ = rounding_interval(shown, policy.base, policy.method)
        lower, upper = np.where(rounded, least_, lower), np.where(rounded, most_, upper)
    lower, upper = np.where(table.suppressed, 0.0, lower), np.where(table.suppressed, FAR, upper)
    lower, upper = np.where(table.structural_zeros, 0.0, lower), np.where(table.structural_zeros, 0.0, upper)
    return lower, upper


def inner_cells(table: ProtectedTable) -> Mask:
    inner = np.zeros(table.values.shape, dtype=bool)
    inner[np.ix_(*(d.leaves for d in table.dimensions))] = True
    return inner


def link(tables: Sequence[ProtectedTable]) -> System:
    """Put tables together: the same cell in two tables is one unknown, known as well as either says.

    A published figure that an office had already made public needs no protection and is exempt.
    """
    place: dict[tuple[str, str, CellName], int] = {}
    where: list[NDArray[np.intp]] = []
    for table in tables:
        names = [(table.series, table.release, cell) for cell in cell_names(table.dimensions, table.fixed)]
        where.append(np.array([place.setdefault(name, len(place)) for name in names], dtype=np.intp))
    lower, upper, exempt = np.zeros(len(place)), np.full(len(place), FAR), np.zeros(len(place), dtype=bool)
    sums = []
    for table, cells in zip(tables, where, strict=True):
        low, high = known_interval(table)
        np.maximum.at(lower, cells, low.ravel())
        np.minimum.at(upper, cells, high.ravel())
        exempt[cells] |= isinstance(table.policy, AlreadyPublic)
        own = sum_equations(table.dimensions).tocoo()
        sums.append(csr_array((own.data, (own.coords[0], cells[own.coords[1]])), (own.shape[0], len(place))))
    equations = csr_array(vstack(sums, format="csr")) if sums else csr_array((0, 0), dtype=np.float64)
    return System(tuple(place), lower, upper, equations, exempt)


def bounds(
    tables: ProtectedTable | Sequence[ProtectedTable],
    *,
    threshold: int = THRESHOLD,
    required_width: float = REQUIRED_WIDTH,
    sensitive: Mapping[CellName, float] | None = None,
    integer: bool = False,
) -> AttackReport:
    """What can be concluded about each cell from the published tables together.

    Parameters
    ----------
    tables
        One table, or all that are published of a series; their common cells link them.
    threshold, required_width
        A cell is given away if its interval holds a count of 1 … threshold − 1 and is narrower than this.
    sensitive
        Further cells to watch, whatever their size, with the width that each needs.
    integer
        Use that counts are whole numbers.

    Raises
    ------
    StatisticsError
        ``STATISTICS-308`` the tables contradict each other.
    """
    tables = [tables] if isinstance(tables, ProtectedTable) else list(tables)
    system = link(tables)
    watched = {
        i: sensitive[cell] for i, (_, _, cell) in enumerate(system.names) if sensitive and cell in sensitive
    }
    enough = np.full(len(system.names), float(required_width))
    enough[list(watched)] = list(watched.values())
    (low, high), method = cell_bounds(
        system.lower,
        system.upper,
        system.equations,
        enough,
        below=np.inf if watched else threshold,
        integer=integer,
    )
    needs = np.where((high > 0) & (low < threshold), enough, 0.0)
    needs[list(watched)] = list(watched.values())
    given_away = (high - low < needs - 0.5) & ~system.exempt
    findings = [
        Finding(*system.names[i], low=float(low[i]), high=float(high[i])) for i in np.flatnonzero(given_away)
    ]
    return AttackReport("bounds", method, threshold, required_width, len(low), narrowest_first(findings))


def cell_bounds(
    lower: Floats,
    upper: Floats,
    equations: csr_array,
    enough: Floats,
    *,
    below: float = np.inf,
    integer: bool = False,
) -> tuple[Known, str]:
    """Interval of every cell: passed along the sums, then sharpened by linear programming where feasible.

    A cell is sharpened only until its interval is known to be ``enough`` wide, and only if it can be less
    than ``below``; the others keep an interval that is valid but may be too wide.
    """
    low, high = propagated_bounds(lower, upper, equations)
    if len(low) > LINEAR_LIMIT or not equations.shape[0]:
        return (low, high), "propagation"
    watched = (low < below) & (high > 0) & (high - low > 0.5) & (enough > 0)
    watched &= np.asarray(abs(equations).sum(axis=0)).ravel() > 0
    sharpened = sharpen(
        low, np.minimum(high, FAR), equations, np.where(watched, enough, 0.0), integer=integer
    )
    return sharpened, "linear programming"


def differencing(
    tables: Sequence[ProtectedTable],
    *,
    threshold: int = THRESHOLD,
    required_width: float = REQUIRED_WIDTH,
    only_added: bool = False,
) -> AttackReport:
    """What the difference of two releases of the same cells says about the persons who changed.

    Every pair of releases of a series is compared. A change is given away if its interval holds only small
    changes (1 … threshold − 1 persons, more or fewer) beside 0 and is narrower than required.

    Parameters
    ----------
    only_added
        The attacker knows that records were only added, so no count fell.

    Raises
    ------
    StatisticsError
        ``STATISTICS-318`` fewer than two releases of one series are there.
    """
    releases: dict[tuple[str, str], list[ProtectedTable]] = {}
    for table in tables:
        releases.setdefault((table.series, table.release), []).append(table)
    pairs = [(a, b) for i, a in enumerate(releases) for b in list(releases)[i + 1 :] if a[0] == b[0]]
    if not pairs:
        raise StatisticsError(
            318,
            "differencing needs two releases of one series.",
            "Give tables whose series is the same and whose release differs.",
            ("release",),
        )
    findings: list[Finding] = []
    attacked, method = 0, "linear programming"
    for first, second in pairs:
        before, after = link(releases[first]), link(releases[second])
        common, low, high, method = changes(before, after, required_width, only_added)
        attacked += len(common)
        small = (np.maximum(np.abs(low), np.abs(high)) < threshold) & ((low != 0) | (high != 0))
        label = f"{first[1]} to {second[1]}"
        narrow = np.flatnonzero(small & (high - low < required_width - 0.5))
        findings += [Finding(first[0], label, common[i], float(low[i]), float(high[i])) for i in narrow]
    return AttackReport(
        "differencing", method, threshold, required_width, attacked, narrowest_first(findings)
    )


def changes(
    before: System, after: System, required_width: float, only_added: bool
) -> tuple[list[CellName], Floats, Floats, str]:
    """Interval of the change of every cell that both releases have."""
    place = {cell: i for i, (_, _, cell) in enumerate(after.names)}
    pairs = [
        (i, place[cell])
        for i, (_, _, cell) in enumerate(before.names)
        if cell in place and not (before.exempt[i] or after.exempt[place[cell]])
    ]
    names = [before.names[i][2] for i, _ in pairs]
    first = np.array([i for i, _ in pairs], dtype=np.intp)
    second = np.array([j for _, j in pairs], dtype=np.intp)
    (low_b, high_b), method = release_bounds(before, required_width)
    (low_a, high_a), _ = release_bounds(after, required_width)
    low, high = low_a[second] - high_b[first], high_a[second] - low_b[first]
    if not only_added or not pairs:
        return names, low, high, method
    return names, *grown(before, after, first, second, (low_b, high_b, low_a, high_a)), method


def release_bounds(system: System, required_width: float) -> tuple[Known, str]:
    enough = np.full(len(system.names), float(required_width))
    return cell_bounds(system.lower, system.upper, system.equations, enough)


def grown(
    before: System,
    after: System,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    known: tuple[Floats, Floats, Floats, Floats],
) -> Known:
    """Sharpen the changes by the knowledge that none is negative, over both releases at once."""
    low_b, high_b, low_a, high_a = known
    n = len(low_b)
    if n + len(low_a) > LINEAR_LIMIT:
        return np.maximum(low_a[second] - high_b[first], 0), high_a[second] - low_b[first]
    lower, upper = np.concatenate([low_b, low_a]), np.minimum(np.concatenate([high_b, high_a]), FAR)
    both = csr_array(block_diag([before.equations, after.equations], format="csr"))
    rows = np.arange(len(first))
    entries = (
        np.concatenate([np.ones(len(rows)), -np.ones(len(rows))]),
        (np.concatenate([rows, rows]), np.concatenate([n + second, first])),
    )
    order = csr_array(entries, shape=(len(rows), len(lower)))
    low, high = linear_bounds(lower, upper, both, order.toarray(), order=order)
    return np.ceil(low - CLOSE), np.floor(high + CLOSE)


def narrowest_first(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.width, f.series, f.release, f.cell)))
