"""What countries with full tables teach about a country that has only margins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.origin_destination.country_fit import CountryFit
from nuudel.model.origin_destination.evidence import CountryEvidence
from nuudel.model.origin_destination.features import CANDIDATES
from nuudel.model.origin_destination.hierarchy import CountryPrior, unseen_country
from nuudel.model.origin_destination.pair_residuals import PairResiduals
from nuudel.model.origin_destination.selection import (
    Fits,
    Names,
    Selection,
    choose_features,
    coefficient_prior,
)

Floats = NDArray[np.float64]

SPREAD_CENTRE = np.array([np.log(0.5), 0.1])
SPREAD_CENTRE_SPREAD = np.array([1.0, 0.3])
SPREAD_BETWEEN = np.array([0.5, 0.1])
"""Prior of (ln σ, γ) of the pair residual: mean over countries, its standard deviation, half-t scales."""


@dataclass(frozen=True)
class Deterrence:
    """Deterrence in a country that has not been seen, learnt from countries with full tables.

    It holds nothing of the country to be estimated: with free origin and destination effects a country's
    margins carry no information on deterrence, and none is taken from them.

    Attributes
    ----------
    features
        The chosen set.
    coefficients
        Distribution of their coefficients.
    spread
        Distribution of (ln σ, γ): the pair residual's standard deviation is σ (μ / mean μ)^-γ.
    reciprocity
        Correlation between the residuals of a pair's two directions, median of the countries.
    selection
        Scores of all sets that competed.
    fits, residuals
        Of each country.
    """

    features: Names
    coefficients: CountryPrior
    spread: CountryPrior
    reciprocity: float
    selection: Selection
    fits: Mapping[str, CountryFit]
    residuals: Mapping[str, PairResiduals]

    def to_frame(self) -> pl.DataFrame:
        """One row per feature and country, and ``unseen`` for a new one: coefficient, standard error."""
        rows = [
            (name, country, float(fit.coefficients[k]), float(np.sqrt(fit.covariance[k, k])))
            for k, name in enumerate(self.features)
            for country, fit in self.fits.items()
        ]
        drawn = self.coefficients.draw(20_000, np.random.default_rng(0))
        rows += [
            (name, "unseen", float(drawn[:, k].mean()), float(drawn[:, k].std()))
            for k, name in enumerate(self.features)
        ]
        return pl.DataFrame(
            rows, schema=["feature", "country", "coefficient", "standard_error"], orient="row"
        )


def learn_deterrence(
    evidence: Sequence[CountryEvidence], *, candidates: Sequence[Names] = CANDIDATES
) -> Deterrence:
    """Learn from other countries' full tables; the country to be estimated must not be among them.

    Raises
    ------
    ModelError
        ``MODEL-304`` a country cannot be fitted; ``MODEL-305`` fewer than three countries, or one twice.
    """
    fits = Fits(evidence)
    return learn_from(fits, [one.country for one in evidence], candidates, {})


def learn_from(
    fits: Fits, countries: Sequence[str], candidates: Sequence[Names], known: dict[object, float]
) -> Deterrence:
    """As ``learn_deterrence``, from some of the countries of the fits."""
    selection = choose_features(fits, countries, candidates, known)
    chosen = {country: fits.get(country, selection.chosen)[0] for country in countries}
    strayed = {country: fits.residuals(country, selection.chosen) for country in countries}
    spread = unseen_country(
        np.array([one.spread for one in strayed.values()]),
        np.array([one.covariance for one in strayed.values()]),
        centre=SPREAD_CENTRE,
        centre_spread=SPREAD_CENTRE_SPREAD,
        scale=SPREAD_BETWEEN,
    )
    return Deterrence(
        features=selection.chosen,
        coefficients=coefficient_prior(list(chosen.values()), len(selection.chosen)),
        spread=spread,
        reciprocity=float(np.median([one.reciprocity for one in strayed.values()])),
        selection=selection,
        fits=chosen,
        residuals=strayed,
    )
