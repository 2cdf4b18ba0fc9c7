"""Radiation: who leaves settles at the first better chance on the way outwards; only the order counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.balancing import fitted_to_margins
from nuudel.model.gravity.factors import PlaceFactors, place_factors, side_groups, side_size
from nuudel.model.gravity.protocol import Floats, Margins, covariate
from nuudel.model.panel import FlowPanel

Version = Literal["original", "finite", "extended"]
SMALLEST, LARGEST = -6.0, 3.0  # ln α is searched between them


@dataclass(frozen=True)
class Radiation:
    """Expected flow = out-migrants of the origin × probability of the destination.

    Attributes
    ----------
    version
        ``original``: m n / ((m + s)(m + n + s)), with m and n people at origin and destination and s between
        them (Simini et al. 2012, Nature 484, 96-100, equation 2); in a finite country it loses the share of
        the origin in all people. ``finite``: corrected for that (Masucci et al. 2013, Physical Review E 88,
        022812). ``extended``: with a parameter α for the size of the area (Yang et al. 2014, Scientific
        Reports 4, 5662), fitted by Poisson likelihood and corrected likewise.
    origin_population, destination_population, intervening_population, total_population
        Covariates; the last two come from ``geography.with_intervening_population``.

    Notes
    -----
    Departures are those of the known years, so that the model is production-constrained. An origin never
    observed sends as many per head as the others.
    """

    version: Version = "finite"
    origin_population: str = "origin_population"
    destination_population: str = "destination_population"
    intervening_population: str = "intervening_population"
    total_population: str = "total_population"
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", f"radiation, {self.version}")

    def fit(self, panel: FlowPanel) -> "FittedRadiation":
        """Departures per origin and year, and α where it is asked for.

        Raises
        ------
        ModelError
            ``MODEL-201``; ``MODEL-208`` where nobody moved.
        """
        if not panel.flow.sum() > 0:
            raise ModelError(208, "nobody moved in the known cells.", "Give cells with migrants.", ("flow",))
        groups, size = side_groups(panel, "origin"), side_size(panel, "origin")
        shares = self.shares(panel)
        alpha = best_alpha(panel.flow, shares, groups) if self.version == "extended" else 1.0
        chance = shares(alpha)
        departures, held = np.bincount(groups, panel.flow, size), np.bincount(groups, chance, size)
        factors = np.divide(departures, held, out=np.full(size, np.nan), where=held > 0)
        departing = place_factors(panel, "origin", factors, rest=chance, mass=self.origin_population)
        return FittedRadiation(self, alpha, departing)

    def shares(self, panel: FlowPanel) -> Callable[[float], Floats]:
        """The probabilities of the cells, shape (N,), as a function of α, not yet adding up to 1."""
        m = covariate(panel, self.origin_population)
        n = covariate(panel, self.destination_population)
        s = covariate(panel, self.intervening_population)
        if self.version != "extended":
            return lambda alpha: m * n / ((m + s) * (m + n + s))

        def extended(alpha: float) -> Floats:
            near, far = (m + s) ** alpha, (m + n + s) ** alpha
            return (far - near) * (m**alpha + 1.0) / ((near + 1.0) * (far + 1.0))

        return extended


@dataclass(frozen=True)
class FittedRadiation:
    """A radiation model with known departures.

    Attributes
    ----------
    model
        The version and its covariates.
    alpha
        1 in the versions without a parameter.
    departing
        By origin and year: out-migrants over the sum of the probabilities of their known cells.
    """

    model: Radiation
    alpha: float
    departing: PlaceFactors

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows, shape (N,), persons; with margins, their departures are used.

        Raises
        ------
        ModelError
            ``MODEL-201``, ``MODEL-203`` to ``MODEL-205``.
        """
        chance = self.model.shares(cells)(self.alpha)
        if margins is not None:
            flows = fitted_to_margins(chance, cells, margins, "production")
        else:
            flows = chance * self.departing.at(cells)
        if self.model.version != "original":
            return flows
        own = covariate(cells, self.model.origin_population)
        return flows * (1.0 - own / covariate(cells, self.model.total_population))


def best_alpha(flow: Floats, shares: Callable[[float], Floats], groups: np.ndarray) -> float:
    """α with the largest Poisson likelihood, the departures being met."""
    from scipy.optimize import minimize_scalar

    moved = flow > 0

    def loss(log_alpha: float) -> float:
        chance = shares(float(np.exp(log_alpha)))
        share = chance / np.bincount(groups, chance)[groups]
        return -float(flow[moved] @ np.log(share[moved]))

    found = minimize_scalar(loss, bounds=(SMALLEST, LARGEST), method="bounded", options={"xatol": 1e-8})
    return float(np.exp(found.x))
