"""What every model of flows offers, and what it may know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.panel import FlowPanel

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Margins:
    """Out-migrants and in-migrants over the cells of a panel, where a task takes them as known.

    Attributes
    ----------
    origin
        Shape (periods, origins): persons leaving, summed over the panel's cells.
    destination
        Shape (periods, destinations): persons arriving.
    """

    origin: Floats
    destination: Floats

    @classmethod
    def of(cls, panel: FlowPanel, flows: Floats | None = None) -> "Margins":
        """The margins of a panel's flows, or of other values of shape (N,)."""
        values = panel.flow if flows is None else flows
        periods, origins, destinations = panel.shape
        return cls(
            summed_by(origin_years(panel), values, periods * origins).reshape(periods, origins),
            summed_by(destination_years(panel), values, periods * destinations).reshape(
                periods, destinations
            ),
        )


class FittedFlowModel(Protocol):
    """A model that was fitted to the flows of some cells."""

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows of the cells, shape (N,), persons.

        ``cells.flow`` is never read. Places and years are recognised by name; years after the last known one
        get what was known last. ``margins`` are used by constrained models only.
        """
        ...


class FlowModel(Protocol):
    """A way to estimate flows; ``name`` is what tables call it."""

    @property
    def name(self) -> str: ...

    def fit(self, panel: FlowPanel) -> FittedFlowModel:
        """Estimate from all cells of the panel (``panel.keep(rows)`` for some of them)."""
        ...


def summed_by(group: Indices, values: Floats, size: int) -> Floats:
    """Values (N,) added up by group, shape (size,)."""
    return np.bincount(group, values, size).astype(np.float64)


def origin_years(panel: FlowPanel) -> Indices:
    """Shape (N,): number of each cell's origin and period."""
    return panel.period.astype(np.int64) * len(panel.origins) + panel.origin


def destination_years(panel: FlowPanel) -> Indices:
    """Shape (N,): number of each cell's destination and period."""
    return panel.period.astype(np.int64) * len(panel.destinations) + panel.destination


def pairs(panel: FlowPanel) -> Indices:
    """Shape (N,): number of each cell's pair."""
    return panel.origin.astype(np.int64) * len(panel.destinations) + panel.destination


def covariate(panel: FlowPanel, name: str) -> Floats:
    """Values of a covariate, shape (N,).

    Raises
    ------
    ModelError
        ``MODEL-201``: the panel has no such covariate.
    """
    if name not in panel.covariates:
        known = panel.covariates
        raise ModelError(
            201,
            f"the panel has no covariate {name!r}, which the model needs.",
            f"Add it, or name one that is there{nearest(name, known) if known else ': there is none'}.",
            (name,),
        )
    return panel.covariates[name]


def log_covariate(panel: FlowPanel, name: str) -> Floats:
    """Natural logarithm of a covariate, shape (N,).

    Raises
    ------
    ModelError
        ``MODEL-201``; ``MODEL-202``: it is zero or negative somewhere.
    """
    values = covariate(panel, name)
    if not (values > 0).all():
        raise ModelError(
            202,
            f"covariate {name!r} is zero or negative in {int((values <= 0).sum())} cells: no logarithm.",
            "Give values above zero, or let it enter as it is.",
            (name,),
        )
    return np.log(values)


def positions(wanted: tuple[str, ...], known: tuple[str, ...]) -> Indices:
    """Index of each wanted name among the known ones, -1 where it is not there."""
    index: Mapping[str, int] = {name: number for number, name in enumerate(known)}
    return np.array([index.get(name, -1) for name in wanted], dtype=np.int64)


def same_pairs(known: FlowPanel, cells: FlowPanel) -> Indices:
    """Shape (N,): the number that each cell's pair has in the known panel, -1 for a place it lacks."""
    origin = positions(cells.origins, known.origins)[cells.origin]
    destination = positions(cells.destinations, known.destinations)[cells.destination]
    return np.where((origin < 0) | (destination < 0), -1, origin * len(known.destinations) + destination)


def refuse_unknown_pairs(name: str, unknown: NDArray[np.bool_]) -> None:
    """Refuse cells of pairs without a known flow (``MODEL-203``)."""
    if unknown.any():
        raise ModelError(
            203,
            f"model {name!r} has no known flow for the pairs of {int(unknown.sum())} cells.",
            "Leave those cells out, or use a model that predicts from covariates.",
            ("origin", "destination"),
        )
