"""Models that every other one has to beat, and any model fitted to known margins."""

from dataclasses import dataclass

import numpy as np

from nuudel.model.gravity.balancing import fitted_to_margins
from nuudel.model.gravity.factors import YearlyFactors
from nuudel.model.gravity.protocol import (
    FittedFlowModel,
    Floats,
    FlowModel,
    Margins,
    covariate,
    pairs,
    refuse_unknown_pairs,
    same_pairs,
)
from nuudel.model.panel import FlowPanel


@dataclass(frozen=True)
class LastFlow:
    """Each pair moves as in its last known year."""

    name: str = "last flow"

    def fit(self, panel: FlowPanel) -> "FittedPairFlows":
        """The last known flow of each pair."""
        flows = np.full(panel.shape[1] * panel.shape[2], np.nan)
        in_time = np.argsort(panel.period, kind="stable")
        flows[pairs(panel)[in_time]] = panel.flow[in_time]
        return FittedPairFlows(self.name, panel, flows)


@dataclass(frozen=True)
class MeanFlow:
    """Each pair moves as on the average of its known years; ``years``: of the last so many of them."""

    years: int | None = None

    @property
    def name(self) -> str:
        return "mean flow" if self.years is None else f"mean flow of {self.years} years"

    def fit(self, panel: FlowPanel) -> "FittedPairFlows":
        """The mean known flow of each pair."""
        latest_first = np.lexsort((-panel.period, pairs(panel)))
        number = pairs(panel)[latest_first]
        rank = np.empty(number.size, dtype=np.int64)  # 0 for the last known year of a pair
        rank[latest_first] = np.arange(number.size) - np.searchsorted(number, number)
        kept = panel if self.years is None else panel.keep(rank < self.years)
        size = panel.shape[1] * panel.shape[2]
        total, count = np.bincount(pairs(kept), kept.flow, size), np.bincount(pairs(kept), minlength=size)
        flows = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
        return FittedPairFlows(self.name, panel, flows)


@dataclass(frozen=True)
class FittedPairFlows:
    """One flow for each pair, whatever the year; ``flows``: shape (origins × destinations,), persons."""

    name: str
    known: FlowPanel
    flows: Floats

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """The flow of each cell's pair; ``MODEL-203`` where a pair was never observed."""
        number = same_pairs(self.known, cells)
        flows = np.where(number >= 0, self.flows[number], np.nan)
        refuse_unknown_pairs(self.name, np.isnan(flows))
        return flows


@dataclass(frozen=True)
class RandomMixing:
    """Flows proportional to both masses, whatever the distance: the naive model of places never observed."""

    origin_mass: str = "origin_population"
    destination_mass: str = "destination_population"
    name: str = "random mixing"

    def fit(self, panel: FlowPanel) -> "FittedRandomMixing":
        """Persons moved per product of masses, by year."""
        years = len(panel.periods)
        moved = np.bincount(panel.period, panel.flow, years)
        exposed = np.bincount(panel.period, self.exposure(panel), years)
        rate = np.divide(moved, exposed, out=np.full(years, np.nan), where=exposed > 0)
        return FittedRandomMixing(self, YearlyFactors(("",), panel.periods, rate[:, None]))

    def exposure(self, panel: FlowPanel) -> Floats:
        return covariate(panel, self.origin_mass) * covariate(panel, self.destination_mass)


@dataclass(frozen=True)
class FittedRandomMixing:
    """The level of each known year."""

    model: RandomMixing
    rate: YearlyFactors

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Product of masses at the last known rate, shape (N,)."""
        nameless = np.zeros(cells.flow.shape, dtype=np.int32)
        return self.rate.at(("",), nameless, cells.periods, cells.period) * self.model.exposure(cells)


@dataclass(frozen=True)
class FittedToMargins:
    """Another model, its predictions scaled to the margins where they are known, as they are where not."""

    model: FlowModel

    @property
    def name(self) -> str:
        return f"{self.model.name}, fitted to margins"

    def fit(self, panel: FlowPanel) -> "FittedModelToMargins":
        """Fit the other model."""
        return FittedModelToMargins(self.model.fit(panel))


@dataclass(frozen=True)
class FittedModelToMargins:
    """A fitted model whose predictions meet known margins."""

    model: FittedFlowModel

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows, shape (N,); ``MODEL-204`` and ``MODEL-205`` as in ``fitted_to_margins``."""
        flows = self.model.predict(cells, margins)
        return flows if margins is None else fitted_to_margins(flows, cells, margins)
