"""Totals of age groups shared out to single years, exactly and without negative values."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
STEPS = 1000
# A step that would lessen the roughness by less than this part of it ends the search.
TOLERANCE = 1e-10
DAMPED = 1e10


def graduate(
    totals: ArrayLike,
    edges: ArrayLike,
    *,
    method: Literal["smooth", "monotone"] = "smooth",
    standard: ArrayLike | None = None,
) -> Floats:
    """Single-year values, none negative, whose sums in the groups are the given totals.

    Parameters
    ----------
    totals
        (..., G) totals of the groups, at least 0.
    edges
        G + 1 ascending whole ages; group g holds the ages from edges[g] to edges[g + 1] − 1, of any width.
        An open group ends at the last age that is wanted, plus one: give a ``standard`` for its shape.
    method
        ``smooth``: the smoothest logarithms (``smoothest`` with second differences); rows with an empty
        group, whose logarithm has no value, are graduated by the other method. ``monotone``: Hyman's
        monotone cubic spline through the cumulated totals.
    standard
        Positive single-year values, such as person-years of a life table, whose shape is followed: it is the
        ratio to them that is made smooth.

    Returns
    -------
    array
        (..., edges[-1] − edges[0]).

    Raises
    ------
    ModelError
        ``MODEL-614`` groups that are no ascending whole ages with one total each, or a standard that does
        not fit them; ``MODEL-615`` a total that is negative or missing; ``MODEL-616`` no smooth values were
        found.

    Notes
    -----
    Hyman 1983, *SIAM Journal on Scientific and Statistical Computing* 4:4, equation 2.6; graduation by
    splines through cumulated totals: McNeil, Trussell & Turner 1977, *Demography* 14:2.
    """
    amounts, bounds = np.asarray(totals, float), np.asarray(edges, float)
    check_groups(amounts, bounds)
    shape = check_standard(standard, bounds)
    if not np.all(np.isfinite(amounts)) or np.any(amounts < 0):
        raise ModelError(
            615,
            "The total of an age group is negative or missing.",
            "Correct the total; 0 stands for a group in which there is nobody.",
            ("totals",),
        )
    rows = amounts.reshape(-1, amounts.shape[-1])
    result = np.empty((len(rows), shape.size))
    full = np.all(rows > 0, axis=1) & (method == "smooth")
    if full.any():
        result[full] = smoothest(rows[full], bounds, order=2, standard=shape)
    if not full.all():
        result[~full] = monotone(rows[~full], bounds, shape)
    return result.reshape(*amounts.shape[:-1], shape.size)


def monotone(totals: Floats, edges: Floats, standard: Floats) -> Floats:
    """Differences of a monotone cubic spline through cumulated totals over the cumulated standard."""
    from scipy.interpolate import CubicHermiteSpline, CubicSpline

    time = np.concatenate([[0.0], np.cumsum(standard)])
    knots = time[(edges - edges[0]).astype(int)]
    heights = np.concatenate([np.zeros((len(totals), 1)), np.cumsum(totals, axis=1)], axis=1)
    secants = np.diff(heights, axis=1) / np.diff(knots)
    slopes = CubicSpline(knots, heights, axis=1)(knots, 1) if knots.size > 2 else secants[:, [0, 0]]
    limits = np.minimum(secants[:, [0, *range(secants.shape[1])]], secants[:, [*range(secants.shape[1]), -1]])
    spline = CubicHermiteSpline(knots, heights, np.clip(slopes, 0, 3 * limits), axis=1)
    values = np.maximum(np.diff(spline(time), axis=1), 0)
    # Rounding of the cumulated totals is taken out again.
    group = np.repeat(np.arange(totals.shape[1]), np.diff(edges).astype(int))
    sums = np.add.reduceat(values, np.searchsorted(group, np.arange(totals.shape[1])), axis=1)
    return np.asarray(values * np.divide(totals, sums, out=np.zeros_like(sums), where=sums > 0)[:, group])


def smoothest(
    totals: ArrayLike, edges: ArrayLike, *, order: int = 3, standard: ArrayLike | None = None
) -> Floats:
    """The smoothest positive single-year values whose sums in the groups are the given totals.

    The logarithms z of the values minimise Σ(Δ^order z)² subject to Σ exp(z) = total in each group: the
    penalised composite link model (Rizzi, Gampe & Eilers 2015, *American Journal of Epidemiology* 182:2)
    in its limit of exactly known totals. Solved by Levenberg and Marquardt's method.

    Parameters
    ----------
    totals
        (..., G) positive totals.
    edges
        G + 1 ascending whole ages; group g holds the ages from edges[g] to edges[g + 1] − 1.
    order
        Differences of this order are penalised: 3 leaves a logarithm that is a parabola untouched.
    standard
        Positive single-year values: the logarithm of the ratio to them is made smooth.

    Returns
    -------
    array
        (..., edges[-1] − edges[0]) positive values; their group sums are the totals to rounding.

    Raises
    ------
    ModelError
        ``MODEL-614`` groups that are no ascending whole ages with one total each; ``MODEL-615`` a total that
        is zero, negative or missing; ``MODEL-616`` no such values were found.
    """
    amounts, bounds = np.asarray(totals, float), np.asarray(edges, float)
    check_groups(amounts, bounds)
    base = np.log(check_standard(standard, bounds))
    if not np.all(np.isfinite(amounts)) or not np.all(amounts > 0):
        raise ModelError(
            615,
            "The total of an age group is zero, negative or missing, so that its logarithm has no value.",
            "Join the group with its neighbour, or graduate it by the monotone spline.",
            ("totals",),
        )
    widths = np.diff(bounds).astype(int)
    goal = np.log(amounts.reshape(-1, widths.size))
    group = np.repeat(np.arange(widths.size), widths)
    values = np.exp(least_roughness(first_guess(goal, widths), goal, group, order, base))
    return values.reshape(*amounts.shape[:-1], group.size)


def first_guess(goal: Floats, widths: NDArray[np.int64]) -> Floats:
    """Logarithms of the means of the groups, joined by straight lines between their middles."""
    middles = np.cumsum(widths) - widths / 2
    means = goal - np.log(widths)
    ages = np.arange(widths.sum()) + 0.5
    return np.array([np.interp(ages, middles, row) for row in means])


def least_roughness(z: Floats, goal: Floats, group: NDArray[np.int64], order: int, base: Floats) -> Floats:
    """Minimise |Δ(u − base)|² over u = goal + z − log Σ exp(z) by group, by Levenberg and Marquardt's steps.

    z and the result are B x A, goal is B x G. So written, the totals hold at every step.
    """
    size, groups = z.shape[1], goal.shape[1]
    penalty = np.diff(np.eye(size), order, axis=0)
    stiff = penalty.T @ penalty
    member = (group == np.arange(groups)[:, None]).astype(float)
    by_group = stiff @ member.T
    damping = np.full(len(z), 1e-4)
    u = within_groups(z, goal, group, member)
    roughness = (((u - base) @ penalty.T) ** 2).sum(axis=1)
    moving = np.arange(len(z))
    for _ in range(STEPS):
        shares = member * np.exp(u[moving] - goal[moving][:, group])[:, None, :]
        half = stiff - by_group @ shares
        curvature = half - shares.transpose(0, 2, 1) @ (member @ half)
        pull = (u[moving] - base) @ stiff
        gradient = pull - ((pull @ member.T)[:, None, :] @ shares)[:, 0]
        damped = curvature + damping[moving, None, None] * np.eye(size)
        step = -np.linalg.solve(damped, gradient[..., None])[..., 0]
        expected_gain = -(step * gradient).sum(axis=1)
        trial = within_groups(u[moving] + step, goal[moving], group, member)
        tried = (((trial - base) @ penalty.T) ** 2).sum(axis=1)
        better = tried <= roughness[moving]
        u[moving] = np.where(better[:, None], trial, u[moving])
        settled = (expected_gain < TOLERANCE * (TOLERANCE + roughness[moving])) | (damping[moving] > DAMPED)
        roughness[moving] = np.where(better, tried, roughness[moving])
        damping[moving] = np.where(better, np.maximum(damping[moving] / 10, 1e-10), damping[moving] * 10)
        moving = moving[~settled]
        if not moving.size:
            return u
    raise ModelError(
        616,
        f"No smooth values with the given totals were found in {STEPS} steps.",
        "Join small groups, or graduate by the monotone spline, which takes any jump between neighbours.",
        ("totals",),
    )


def within_groups(z: Floats, goal: Floats, group: NDArray[np.int64], member: Floats) -> Floats:
    """Logarithms shifted by group so that their exponentials sum to exp(goal)."""
    highest = z.max(axis=1, keepdims=True)
    sums = np.log(np.maximum(np.exp(z - highest) @ member.T, 1e-300)) + highest
    return np.asarray(z + (goal - sums)[:, group])


def check_standard(standard: ArrayLike | None, edges: Floats) -> Floats:
    size = int(edges[-1] - edges[0])
    shape = np.ones(size) if standard is None else np.asarray(standard, float)
    if shape.shape != (size,) or not np.all(np.isfinite(shape)) or not np.all(shape > 0):
        raise ModelError(
            614,
            "The standard of a graduation does not have one positive value for each single age.",
            f"Give {size} values, from the first edge to the age before the last one.",
            ("standard",),
        )
    return shape


def check_groups(totals: Floats, edges: Floats) -> None:
    whole = edges.ndim == 1 and edges.size > 1 and bool(np.all(edges == np.round(edges)))
    if not whole or np.any(np.diff(edges) <= 0) or totals.shape[-1:] != (edges.size - 1,):
        raise ModelError(
            614,
            "The age groups are not ascending whole ages with one total between each two of them.",
            "Give one edge more than totals, in ascending order.",
            ("totals", "edges"),
        )
