"""Draws that differ in how strongly people react to crowding, which is assumed and not measured."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import Feedback, Paths, Rates, StartingPopulation
from nuudel.model.projection.result import Projection
from nuudel.model.projection.spread import OF_ALL_DRAWS, joined

# Swanson's rule gives the ends and the middle of an 80 % interval the weights 30, 40 and 30 % (Hurst, Brown &
# Swanson 2000, AAPG Bulletin 84:12). Draw i takes the reaction at place i of this row, repeated without end.
WEAK, CENTRAL, STRONG = range(3)
ROW = (CENTRAL, WEAK, STRONG, CENTRAL, WEAK, STRONG, CENTRAL, WEAK, STRONG, CENTRAL)


def project_reactions(
    start: StartingPopulation, rates: Rates, paths: Paths, reactions: Sequence[Feedback], **options: Any
) -> Projection:
    """``ensemble.project``, each draw with one of three reactions to crowding.

    Parameters
    ----------
    paths
        D draws.
    reactions
        One for all draws; or three that differ in their elasticities: the weak end of an 80 % interval, its
        middle, and the strong end.
    options
        As for ``project``.

    Raises
    ------
    ModelError
        ``MODEL-808``: neither one nor three reactions, or of different capacities; those of ``project``.
    """
    if len(reactions) == 1:
        return project(start, rates, paths, reactions[0], **options)
    if len(reactions) != len(set(ROW)) or len({feedback.names for feedback in reactions}) > 1:
        raise ModelError(
            808,
            "Reactions to crowding are one, or three of the same capacities.",
            "Give the weak, the central and the strong one.",
            ("reactions",),
        )
    kind = np.resize(np.array(ROW), len(paths.dying))
    rows = [np.flatnonzero(kind == which) for which in range(len(reactions))]
    parts = [
        project(start, rates, paths.take(at), feedback, **options)
        for at, feedback in zip(rows, reactions, strict=True)
        if at.size
    ]
    return in_order(joined(parts), np.argsort(np.concatenate(rows)))


def in_order(found: Projection, order: np.ndarray[Any, np.dtype[np.intp]]) -> Projection:
    """The draws in another order."""
    names = [
        f.name for f in fields(found) if f.name not in OF_ALL_DRAWS and getattr(found, f.name) is not None
    ]
    return replace(found, **{name: getattr(found, name)[order] for name in names})
