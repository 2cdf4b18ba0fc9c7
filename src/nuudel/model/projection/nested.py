"""Soums within their aimags: the same departures and the same crowding, so that soums add up to aimags."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import Array, Feedback, Paths


def nested_paths(
    paths: Paths, feedback: Feedback, pressure: Array, upper: Sequence[str], parents: Sequence[str]
) -> Paths:
    """Departures of places that lie within others: those of the place above, crowding there included.

    Carry them forward with ``Feedback.none``: how people react to crowding is already in them.

    Parameters
    ----------
    paths
        D departures of the U upper places.
    feedback
        The reactions with which the upper places were projected.
    pressure
        D x T x F x U of that projection.
    upper
        U codes of the upper places.
    parents
        R: for each place the code of the one that it lies in.

    Returns
    -------
    Paths
        D departures of R places; capacities are of the upper places and are left out (F = 0).

    Raises
    ------
    ModelError
        ``MODEL-807``: a parent is none of the upper places.
    """
    rows = {code: row for row, code in enumerate(upper)}
    unknown = sorted({code for code in parents if code not in rows})
    if unknown:
        raise ModelError(
            807,
            f"{unknown[0]} is not among the places that were projected.",
            "Project the upper places first, all of them.",
            ("parents",),
        )
    within = np.array([rows[code] for code in parents])
    pull = paths.pull + np.einsum("f,dtfu->dtu", feedback.pull, pressure)
    leaving = paths.leaving + np.einsum("f,dtfu->dtu", feedback.push, pressure)
    return replace(
        paths,
        bearing=paths.bearing[..., within],
        leaving=leaving[..., within],
        pull=pull[..., within],
        capacity=np.zeros((*paths.dying.shape, 0, within.size)),
    )
