"""Effects of pairs, of origins by year and of destinations by year: the panel gravity model as a forecast."""

from dataclasses import dataclass

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.balancing import balance
from nuudel.model.gravity.factors import PlaceFactors, place_factors, side_groups, side_size
from nuudel.model.gravity.protocol import (
    Floats,
    Margins,
    pairs,
    refuse_unknown_pairs,
    same_pairs,
    summed_by,
)
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.effects import EffectSpace
from nuudel.model.ppml.separation import find_separated


@dataclass(frozen=True)
class PairEffects:
    """Expected flow = pair × origin in its year × destination in its year; the last year's are carried on.

    Without covariates the Poisson estimate of the three-way model meets the totals of all pairs, origins and
    years, and destinations and years, so that iterative proportional fitting gives it. Cells that no finite
    estimate fits (separation) are expected to be empty.

    Notes
    -----
    Sources: Yotov, Piermartini, Monteiro & Larch (2016), An Advanced Guide to Trade Policy Analysis, chapter
    1 (the three effects); Fally (2015), Journal of International Economics 97, 76-85 (the totals are met).
    """

    name: str = "pair, origin-year and destination-year effects"

    def fit(self, panel: FlowPanel) -> "FittedPairEffects":
        """Estimate the effects from all cells of the panel.

        Raises
        ------
        ModelError
            ``MODEL-204``; ``MODEL-208`` where nobody moved.
        """
        if not panel.flow.sum() > 0:
            raise ModelError(208, "nobody moved in the known cells.", "Give cells with migrants.", ("flow",))
        groups = [side_groups(panel, "origin"), side_groups(panel, "destination"), pairs(panel)]
        sizes = [side_size(panel, "origin"), side_size(panel, "destination"), panel.shape[1] * panel.shape[2]]
        totals = [summed_by(g, panel.flow, size) for g, size in zip(groups, sizes, strict=True)]
        space = EffectSpace.of(panel, ("pair", "origin-year", "destination-year"))
        covariates = np.zeros((panel.flow.size, 0))
        finite = find_separated(panel, covariates, space, ("fe", "simplex", "relu")).kept
        origin, destination, pair = balance(finite.astype(np.float64), groups, totals)
        unused = np.zeros(panel.flow.shape)
        return FittedPairEffects(
            self.name,
            panel,
            pair,
            place_factors(panel, "origin", origin, rest=unused, mass=None),
            place_factors(panel, "destination", destination, rest=unused, mass=None),
        )


@dataclass(frozen=True)
class FittedPairEffects:
    """Estimated effects; ``pair``: shape (origins × destinations,), NaN where a pair was never observed."""

    name: str
    known: FlowPanel
    pair: Floats
    origin: PlaceFactors
    destination: PlaceFactors

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows, shape (N,), persons; ``MODEL-203`` where a pair was never observed."""
        number = same_pairs(self.known, cells)
        effect = np.where(number >= 0, self.pair[number], np.nan)
        refuse_unknown_pairs(self.name, np.isnan(effect))
        return effect * self.origin.at(cells) * self.destination.at(cells)
