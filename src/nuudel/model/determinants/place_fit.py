"""Poisson regression of a place panel, with intervals that hold when places are few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.model.determinants.replicates import PlaceRegression, one_thread
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.effects import EffectName
from nuudel.model.ppml.estimate import fit_ppml

Floats = NDArray[np.float64]
FEWEST_PLACES = 6
USABLE_SHARE = 0.9
"""Share of bootstrap draws that must give an estimate; draws that leave no variation do not."""


@dataclass(frozen=True)
class Effect:
    """A slope, or a sum of slopes, on the scale of logarithms, with an interval that spans two.

    Attributes
    ----------
    estimate, low, high
        ``low`` to ``high`` spans both intervals below: whichever of two about equal ones is the wider changes
        with the draws, the span of both hardly does.
    cluster_low, cluster_high
        Student's t with G - 1 degrees of freedom and the larger of the cluster-robust and the jackknife
        standard error (places are the clusters).
    bootstrap_low, bootstrap_high
        Percentiles of the pairs bootstrap over places; the same as ``cluster`` without draws.
    standard_error
        The larger of the two.
    """

    estimate: float
    low: float
    high: float
    cluster_low: float
    cluster_high: float
    bootstrap_low: float
    bootstrap_high: float
    standard_error: float


@dataclass(frozen=True)
class PlaceFit:
    """Slopes of a Poisson regression with place (and year) effects, K slopes and G places.

    Attributes
    ----------
    names : K names of the covariates
    places : G place codes
    slopes : (K,)
    cluster_covariance : (K, K) sandwich clustered by place, of ``fit_ppml``
    jackknife_covariance : (K, K) from leaving out each place
    leave_one_out : (G, K) slopes without each place
    bootstrap : (B, K) slopes of bootstrap draws of places
    fitted : (N,) expected migrants
    largest : (K,) largest value of each covariate in the panel
    """

    names: tuple[str, ...]
    places: tuple[str, ...]
    slopes: Floats
    cluster_covariance: Floats
    jackknife_covariance: Floats
    leave_one_out: Floats
    bootstrap: Floats
    fitted: Floats
    largest: Floats

    def effect(self, combination: ArrayLike, level: float = 0.95) -> Effect:
        """The effect of a combination (K,) of slopes, with its interval of probability ``level``.

        The jackknife variance is the one to prefer with few clusters (MacKinnon, Nielsen & Webb 2023,
        *Journal of Econometrics* 232, section 3.1: CV3); the bootstrap is of pairs (Cameron, Gelbach &
        Miller 2008, *Review of Economics and Statistics* 90, section III).
        """
        weights = np.asarray(combination, dtype=float)
        estimate = float(weights @ self.slopes)
        variances = [weights @ v @ weights for v in (self.cluster_covariance, self.jackknife_covariance)]
        error = float(np.sqrt(max(variances)))
        reach = float(student.ppf((1 + level) / 2, len(self.places) - 1)) * error
        cluster = drawn = (estimate - reach, estimate + reach)
        if len(self.bootstrap):
            near, far = np.quantile(self.bootstrap @ weights, [(1 - level) / 2, (1 + level) / 2])
            drawn = (float(near), float(far))
        low, high = min(cluster[0], drawn[0]), max(cluster[1], drawn[1])
        return Effect(estimate, low, high, *cluster, *drawn, error)

    def pick(self, *names: str) -> Floats:
        """The combination that adds up the named slopes."""
        return np.array([float(name in names) for name in self.names])


def with_trends(panel: FlowPanel) -> tuple[FlowPanel, tuple[str, ...]]:
    """The panel with a linear trend for each place but the last, as covariates, and the trends' names."""
    middle = panel.period - panel.period.mean()
    live = np.unique(panel.origin)[:-1]
    trends = {f"trend {panel.origins[at]}": middle * (panel.origin == at) for at in live}
    return panel.with_covariates(**trends), tuple(trends)


def regression_of(
    panel: FlowPanel, names: Sequence[str], *, shown: int, year_effects: bool
) -> PlaceRegression:
    """Counts and columns of a place panel: the named covariates, then the year effects."""
    slopes = [panel.covariates[name] for name in names]
    if year_effects:
        slopes += [(panel.period == year).astype(float) for year in np.unique(panel.period)[1:]]
    place = np.unique(panel.origin, return_inverse=True)[1]
    return PlaceRegression(panel.flow, np.column_stack(slopes), place, shown)


def fit_places(
    panel: FlowPanel,
    names: Sequence[str] | None = None,
    *,
    year_effects: bool = True,
    trends: bool = False,
    draws: int = 399,
    seed: int = 0,
) -> PlaceFit:
    """Poisson regression of migrants on covariates with place effects, clustered by place.

    Parameters
    ----------
    panel
        One destination; origins are the places.
    names
        The covariates to use; all of the panel's by default.
    year_effects
        With an effect for each year.
    trends
        With a linear trend of the logarithm for each place.
    draws
        Bootstrap draws of places; 0 for none.
    seed
        Same seed, same draws.

    Raises
    ------
    ModelError
        Those of ``fit_ppml``; ``MODEL-421``, ``MODEL-422`` from the estimates without a place; ``MODEL-423``:
        fewer than six places, too few for an interval; ``MODEL-424``: too many draws leave a covariate
        without variation.
    """
    names = tuple(panel.covariates if names is None else names)
    panel, nuisances = with_trends(panel) if trends else (panel, ())
    count = len(np.unique(panel.origin))
    if count < FEWEST_PLACES:
        raise ModelError(
            423,
            f"there are {count} places, and an interval over places needs {FEWEST_PLACES}.",
            "Give more places.",
            ("places",),
        )
    with one_thread():
        return fit_with_replicates(panel, names, nuisances, year_effects, draws, seed)


def fit_with_replicates(
    panel: FlowPanel,
    names: tuple[str, ...],
    nuisances: tuple[str, ...],
    year_effects: bool,
    draws: int,
    seed: int,
) -> PlaceFit:
    """The estimate, without each place, and of the bootstrap draws; only the slopes of ``names`` are kept."""
    used = (*names, *nuisances)
    effects: tuple[EffectName, ...] = ("origin", "year") if year_effects else ("origin",)
    estimate = fit_ppml(panel, used, effects=effects, cluster=("origin",))
    panel = panel.keep(estimate.used)
    shown, places = slice(len(names)), np.unique(panel.origin)
    regression = regression_of(panel, used, shown=len(names), year_effects=year_effects)
    start = np.zeros(regression.columns.shape[1])
    start[: len(used)] = estimate.coefficients
    start = regression.solve(np.ones(len(places)), start)[0]
    slopes = estimate.coefficients[shown]
    left_out = np.array([regression.solve(1.0 - row, start)[0][shown] for row in np.eye(len(places))])
    away = left_out - slopes
    return PlaceFit(
        names=names,
        places=tuple(panel.origins[at] for at in places),
        slopes=slopes,
        cluster_covariance=estimate.covariance[shown, shown],
        jackknife_covariance=away.T @ away * (len(places) - 1) / len(places),
        leave_one_out=left_out,
        bootstrap=bootstrap_slopes(regression, start, len(places), draws, seed)[:, shown],
        fitted=estimate.fitted[estimate.used],
        largest=np.array([panel.covariates[name].max() for name in names]),
    )


def bootstrap_slopes(
    regression: PlaceRegression, slopes: Floats, count: int, draws: int, seed: int
) -> Floats:
    """Slopes (B, K) with places drawn with replacement, each draw from its own random stream."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(float)
    found = []
    for weights in drawn:
        try:
            found.append(regression.solve(weights, slopes)[0])
        except ModelError:
            continue
    if len(found) < USABLE_SHARE * draws:
        raise ModelError(
            424,
            f"only {len(found)} of {draws} draws of places give an estimate.",
            "Leave out covariates that vary in one or two places only.",
            ("covariates",),
        )
    return np.array(found).reshape(len(found), len(slopes))
