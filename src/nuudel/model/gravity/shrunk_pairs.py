"""Pairs between their own past and a gravity model, by how much each of the two is worth."""

from dataclasses import dataclass

import numpy as np

from nuudel.model.gravity.protocol import FittedFlowModel, Floats, FlowModel, Margins, pairs, same_pairs
from nuudel.model.panel import FlowPanel


@dataclass(frozen=True)
class ShrunkPairs:
    """Expected flow = a model's × the ratio of the pair, estimated as a mean of its past and 1.

    The ratio of known to expected persons of a pair is a draw of mean 1 and variance 1/ν between pairs, and
    its persons vary around ratio × expected with variance φ times the mean: then its best linear estimate is
    (ν φ + Σ T) / (ν φ + Σ μ) over the known years. φ is the scatter of the years of a pair around its own
    ratio, ν follows from the scatter of the ratios. Pairs with little history keep the model's expectation,
    and pairs never observed have it unchanged.

    Attributes
    ----------
    model
        The model shrunk to, e.g. a doubly constrained gravity model.

    Notes
    -----
    Sources: Buhlmann & Straub (1970), Mitteilungen der Vereinigung schweizerischer Versicherungsmathematiker
    70, 111-133 (credibility); Clayton & Kaldor (1987), Biometrics 43, 671-681 (the same for disease maps).
    """

    model: FlowModel

    @property
    def name(self) -> str:
        return f"pairs shrunk to {self.model.name}"

    def fit(self, panel: FlowPanel) -> "FittedShrunkPairs":
        """Fit the model, then the ratios; with one known year φ cannot be told and every ratio stays 1."""
        base = self.model.fit(panel)
        expected = base.predict(panel)
        number, size = pairs(panel), panel.shape[1] * panel.shape[2]
        known, mean = np.bincount(number, panel.flow, size), np.bincount(number, expected, size)
        own = np.divide(known, mean, out=np.ones(size), where=mean > 0)
        dispersion = scatter_in_time(panel.flow, own[number] * expected, number)
        between = -np.inf
        if np.isfinite(dispersion):
            between = float(((known - mean) ** 2 - dispersion * mean).sum() / (mean**2).sum())
        if not between > 0:
            return FittedShrunkPairs(base, panel, np.ones(size), dispersion, np.inf)
        weight = dispersion / between
        return FittedShrunkPairs(base, panel, (weight + known) / (weight + mean), dispersion, 1.0 / between)


@dataclass(frozen=True)
class FittedShrunkPairs:
    """A fitted model and the ratios of its pairs.

    Attributes
    ----------
    model
        The fitted model.
    known
        The cells it was fitted to.
    ratio
        Shape (origins × destinations,).
    dispersion
        φ: variance over mean of a pair's persons in a year; infinite where one year is known.
    precision
        ν: inverse variance of the ratios between pairs; infinite where they do not differ.
    """

    model: FittedFlowModel
    known: FlowPanel
    ratio: Floats
    dispersion: float
    precision: float

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows, shape (N,), persons; known margins are met by ``FittedToMargins`` around it."""
        number = same_pairs(self.known, cells)
        return self.model.predict(cells, margins) * np.where(number >= 0, self.ratio[number], 1.0)


def scatter_in_time(flow: Floats, expected: Floats, number: np.ndarray) -> float:
    """Pearson's χ² over its degrees of freedom, around a level for each pair; infinite without any."""
    held = expected > 0
    free = int(held.sum()) - np.unique(number[held]).size
    if free <= 0:
        return np.inf
    return float(((flow - expected)[held] ** 2 / expected[held]).sum() / free)
