"""Factors that make a table meet its margins."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.protocol import (
    Floats,
    Indices,
    Margins,
    destination_years,
    origin_years,
    summed_by,
)
from nuudel.model.panel import FlowPanel

Constraint = Literal["none", "production", "attraction", "doubly"]

LARGEST = 1e150  # of a factor, so that contradictory margins do not overflow before they are refused
TOLERANCE = 1e-11  # of the total: by how many persons a margin may be missed
SWEEPS = 20_000
PATIENCE, PROGRESS = 500, 0.999  # in so many sweeps the largest miss must fall below this share of itself
AGREEMENT = 1e-9  # of the total: by how much in- and out-migrants of a period may differ


def balance(seed: Floats, groups: Sequence[Indices], totals: Sequence[Floats]) -> list[Floats]:
    """Factors for each group of cells so that seed times factors meets the totals of all groups.

    Parameters
    ----------
    seed
        Shape (N,), at least 0.
    groups
        For each kind of margin the group of each cell, shape (N,).
    totals
        For each kind the totals, shape (groups,), at least 0.

    Returns
    -------
    For each kind the factors, shape (groups,); NaN for groups without a cell, 0 for those with total 0.

    Raises
    ------
    ModelError
        ``MODEL-204``: a group has persons but no cell that could take them, or the sweeps do not meet the
        margins.

    Notes
    -----
    Iterative proportional fitting (Deming & Stephan 1940); for origins and destinations these are the
    balancing factors of Wilson (1971), Environment and Planning 3, 1-32. The last kind is met to rounding.
    """
    factors = [
        np.where(np.bincount(group, minlength=total.size) > 0, 1.0, np.nan)
        for group, total in zip(groups, totals, strict=True)
    ]
    allowed = TOLERANCE * max(float(totals[0].sum()), 1e-300)
    before = np.inf
    for sweep in range(SWEEPS):
        missed = 0.0
        for kind, (group, total) in enumerate(zip(groups, totals, strict=True)):
            others = seed.copy()
            for other, (factor, codes) in enumerate(zip(factors, groups, strict=True)):
                if other != kind:
                    others *= factor[codes]
            held = summed_by(group, others, len(total))
            present = ~np.isnan(factors[kind])
            refuse_impossible(total[present], held[present])
            missed = max(missed, float(np.abs(held * factors[kind] - total)[present].max(initial=0.0)))
            factors[kind][present] = quotient(total[present], held[present])
        if missed <= allowed or len(groups) == 1:
            return factors
        if sweep % PATIENCE == PATIENCE - 1:
            if missed > PROGRESS * before:
                break
            before = missed
    raise ModelError(
        204,
        f"the margins are not met after {sweep + 1} sweeps; {missed:.3g} persons are missing somewhere.",
        "Check for places that only a few empty cells connect, or for margins that contradict each other.",
        ("margins",),
    )


def quotient(total: Floats, held: Floats) -> Floats:
    """Factors of margins above zero, 0 for the others; too large ones stay finite."""
    factors = np.zeros_like(total)
    with np.errstate(over="ignore"):
        np.divide(total, held, out=factors, where=total > 0)
    return np.minimum(factors, LARGEST)


def refuse_impossible(total: Floats, held: Floats) -> None:
    stuck = (total > 0) & ~(held > 0)
    if stuck.any():
        raise ModelError(
            204,
            f"{int(stuck.sum())} margins have persons, but no cell that the model expects above zero.",
            "Check those places: a margin is met only through cells with an expected flow.",
            ("margins",),
        )


def fitted_to_margins(
    seed: Floats, cells: FlowPanel, margins: Margins, constraint: Constraint = "doubly"
) -> Floats:
    """Seed flows scaled to meet known margins of the cells, shape (N,).

    Raises
    ------
    ModelError
        ``MODEL-204``; ``MODEL-205``: the margins have another shape than the panel, or their in- and
        out-migrants of a period differ.
    """
    periods, origins, destinations = cells.shape
    if margins.origin.shape != (periods, origins) or margins.destination.shape != (periods, destinations):
        raise ModelError(
            205,
            "the margins do not have the shape of the panel.",
            "Give periods x origins, and periods x destinations.",
            ("margins",),
        )
    gap = np.abs(margins.origin.sum(axis=1) - margins.destination.sum(axis=1))
    if constraint == "doubly" and (gap > AGREEMENT * margins.origin.sum(axis=1)).any():
        raise ModelError(
            205,
            f"in- and out-migrants of a period differ by up to {gap.max():.6g} persons.",
            "Reconcile them first.",
            ("margins",),
        )
    groups, totals = [], []
    if constraint in ("production", "doubly"):
        groups.append(origin_years(cells))
        totals.append(margins.origin.ravel())
    if constraint in ("attraction", "doubly"):
        groups.append(destination_years(cells))
        totals.append(margins.destination.ravel())
    fitted = seed.copy()
    for factor, group in zip(balance(seed, groups, totals) if groups else [], groups, strict=True):
        fitted *= factor[group]
    return fitted
