"""Which features hold back moves: the set that foretells tables of countries it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.origin_destination.country_fit import CountryFit, balance_one, fit_country, seed_of
from nuudel.model.origin_destination.evidence import CountryEvidence
from nuudel.model.origin_destination.features import feature_tables
from nuudel.model.origin_destination.hierarchy import CountryPrior, unseen_country
from nuudel.model.origin_destination.pair_residuals import PairResiduals, fit_residuals

Floats = NDArray[np.float64]
Names = tuple[str, ...]
FEWEST_COUNTRIES = 3

COEFFICIENT_SPREAD = 2.0
"""Prior standard deviation of a coefficient's mean over countries, about 0."""
BETWEEN_COUNTRIES = 0.5
"""Scale of the half-t prior on a coefficient's standard deviation between countries."""


@dataclass(frozen=True)
class Selection:
    """Scores of the candidate sets between countries.

    Attributes
    ----------
    candidates
        S sets of features.
    countries
        C countries.
    scores
        Shape (S, C): Poisson deviance per move of the country's cells when it is left out and only its
        margins are known.
    chosen
        The set with fewest features whose mean score is within one standard error of the least (Breiman et
        al. 1984, *Classification and Regression Trees*, section 3.4.3): with few countries the least alone is
        chance.
    """

    candidates: tuple[Names, ...]
    countries: Names
    scores: Floats
    chosen: Names

    def to_frame(self) -> pl.DataFrame:
        """One row per candidate set: features, one column per country, mean, chosen."""
        frame = pl.DataFrame({"features": [" + ".join(names) for names in self.candidates]})
        columns = [pl.Series(name, self.scores[:, i]) for i, name in enumerate(self.countries)]
        chosen = [names == self.chosen for names in self.candidates]
        return frame.with_columns(
            *columns, pl.Series("mean", self.scores.mean(axis=1)), pl.Series("chosen", chosen)
        )


class Fits:
    """Fits of each country with each set of features, and their residuals, made once."""

    def __init__(self, evidence: Sequence[CountryEvidence]) -> None:
        self.evidence = {one.country: one for one in evidence}
        self.found: dict[tuple[str, Names], tuple[CountryFit, Floats]] = {}
        self.strayed: dict[tuple[str, Names], PairResiduals] = {}
        if len(self.evidence) != len(evidence):
            raise ModelError(305, "two countries have the same name.", "Name each once.", ("evidence",))

    def get(self, country: str, names: Names) -> tuple[CountryFit, Floats]:
        """The fit and its features (K, n, n)."""
        key = (country, names)
        if key not in self.found:
            features = feature_tables(names, self.evidence[country].geography)
            self.found[key] = fit_country(self.evidence[country], features), features
        return self.found[key]

    def residuals(self, country: str, names: Names) -> PairResiduals:
        """How far the country's flows stray from the fit."""
        key = (country, names)
        if key not in self.strayed:
            fit, features = self.get(country, names)
            self.strayed[key] = fit_residuals(self.evidence[country].average, fit.expected, features)
        return self.strayed[key]


def coefficient_prior(fits: Sequence[CountryFit], features: int) -> CountryPrior:
    """Coefficients in a country that is not among the fits."""
    return unseen_country(
        np.array([fit.coefficients for fit in fits]).reshape(-1, features),
        np.array([fit.covariance for fit in fits]).reshape(-1, features, features),
        centre=np.zeros(features),
        centre_spread=np.full(features, COEFFICIENT_SPREAD),
        scale=np.full(features, BETWEEN_COUNTRIES),
    )


def choose_features(
    fits: Fits,
    countries: Sequence[str],
    candidates: Sequence[Names],
    known: dict[object, float],
) -> Selection:
    """Cross-validation between countries: learn from all but one, score that one's cells by its margins.

    ``known`` keeps scores between calls.

    Raises
    ------
    ModelError
        ``MODEL-305``: fewer than three countries.
    """
    if len(countries) < FEWEST_COUNTRIES:
        raise ModelError(
            305,
            f"deterrence cannot be learnt from fewer than {FEWEST_COUNTRIES} countries.",
            "Add packs with the table migration_flows.",
            ("evidence",),
        )
    scores = np.zeros((len(candidates), len(countries)))
    for s, names in enumerate(candidates):
        for c, country in enumerate(countries):
            others = tuple(name for name in countries if name != country)
            key = (names, country, frozenset(others))
            if key not in known:
                known[key] = left_out_score(fits, names, country, others)
            scores[s, c] = known[key]
    return Selection(tuple(candidates), tuple(countries), scores, simplest_good(candidates, scores))


def simplest_good(candidates: Sequence[Names], scores: Floats) -> Names:
    """The set with fewest features within one standard error of the best, by paired differences (S, C)."""
    mean = scores.mean(axis=1)
    gap = scores - scores[np.argmin(mean)]
    allowed = gap.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
    good = [s for s in range(len(candidates)) if gap[s].mean() <= allowed[s]]
    return candidates[min(good, key=lambda s: (len(candidates[s]), mean[s]))]


def left_out_score(fits: Fits, names: Names, country: str, others: Sequence[str]) -> float:
    """Poisson deviance per move of a country's average table, fitted with the others' mean coefficients."""
    prior = coefficient_prior([fits.get(other, names)[0] for other in others], len(names))
    flows = fits.evidence[country].average
    features = fits.get(country, names)[1]
    guess = balance_one(seed_of(prior.mean, features), flows.sum(axis=1), flows.sum(axis=0))
    held = flows > 0
    logs = flows[held] * np.log(flows[held] / np.maximum(guess[held], 1e-300))
    return 2 * float(logs.sum() - flows.sum() + guess.sum()) / float(flows.sum())
