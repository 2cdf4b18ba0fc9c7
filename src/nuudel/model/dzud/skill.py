"""How good the chances would have been: each year is forecast from the years before it only.

Scores: Brier 1950, Monthly Weather Review 78; skill scores and reliability as in Wilks 2011, Statistical
Methods in the Atmospheric Sciences, chapter 8; the area under the ROC curve as the Mann-Whitney statistic
(Hanley & McNeil 1982, Radiology 143). Aimags of one year are not independent, so ranges come from drawing
whole years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nuudel.model.dzud.chance import country_frequency, learn, past_frequency, predictors
from nuudel.model.dzud.history import History

Floats = NDArray[np.float64]
Rival = Literal["climatology", "persistence"]
FIRST_YEAR = 1995
DRAWS = 1000
EDGES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Range:
    """A figure with its 90 per cent range over draws of years."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Forecasts of a similar size: their mean, and how often a dzud came, with its range."""

    forecasts: int
    mean: float
    came: Range


@dataclass(frozen=True)
class Dzud:
    """One past dzud: the years of its losses, what was forecast for those hit and for those spared.

    ``skill`` is the Brier skill score against the frequency in those years alone.
    """

    years: tuple[int, int]
    hit: int
    counted: int
    forecast_hit: float
    forecast_spared: float
    long_run: float
    skill: float
    area: float


@dataclass(frozen=True)
class Skill:
    """Scores of N forecasts for T years and A aimags.

    Attributes
    ----------
    years : first and last year that was forecast
    forecast, climatology, persistence : (T, A) chances; NaN where it is not known what came
    came : (T, A) 1 for a dzud, 0 for none, NaN
    brier : mean squared error of the chances
    against : Brier skill score against each rival; above 0 is better than the rival
    own_frequency : the same score of each aimag's own frequency against the country's
    area : under the ROC curve; a half is chance
    reliability : forecasts by size
    dzuds : the named dzuds
    """

    years: tuple[int, int]
    forecast: Floats
    climatology: Floats
    persistence: Floats
    came: Floats
    brier: float
    against: Mapping[Rival, Range]
    own_frequency: Range
    area: Range
    reliability: tuple[Bin, ...]
    dzuds: Mapping[str, Dzud]

    @property
    def surely_better(self) -> bool:
        """Whether the whole range of skill is above 0 against both rivals."""
        return all(rival.low > 0 for rival in self.against.values())


def backtest(history: History, events: Mapping[str, tuple[int, int]], seed: int) -> Skill:
    """Forecast each year since 1995 from the years before, and score the chances.

    Parameters
    ----------
    history
        The losses.
    events
        Named dzuds with the first and last year of their losses.
    seed
        Of the draws of years for the ranges.
    """
    rows = predictors(history)
    first = int(np.searchsorted(history.years, FIRST_YEAR))
    known = history.severe[first:]
    frequency = country_frequency(history.severe)
    forecast = np.array([learn(history, rows, t).of(rows[t]) for t in range(first, len(history.years))])
    plain = np.repeat(frequency[first:-1, None], known.shape[1], axis=1)
    lasting = np.array([carried_on(history.severe, t) for t in range(first, len(history.years))])
    blank = np.isnan(known)
    own = past_frequency(history.severe)[first:-1]
    forecast, plain, lasting, own = (np.where(blank, np.nan, x) for x in (forecast, plain, lasting, own))
    random = np.random.default_rng(seed)
    draws = random.integers(0, len(known), (DRAWS, len(known)))
    rivals: dict[Rival, Floats] = {"climatology": plain, "persistence": lasting}
    years = history.years[first:]
    return Skill(
        years=(int(years[0]), int(years[-1])),
        forecast=forecast,
        climatology=plain,
        persistence=lasting,
        came=known,
        brier=float(np.nanmean((forecast - known) ** 2)),
        against={name: skill_range(forecast, rival, known, draws) for name, rival in rivals.items()},
        own_frequency=skill_range(own, plain, known, draws),
        area=area_range(forecast, known, draws),
        reliability=reliability(forecast, known, draws),
        dzuds={
            name: dzud(years, forecast, plain, known, span)
            for name, span in events.items()
            if span[1] >= years[0]
        },
    )


def carried_on(severe: Floats, year: int) -> Floats:
    """Persistence: how often, in the years before, a dzud followed a year like the last one; shape (A,)."""
    last, this = severe[: year - 1], severe[1:year]
    both = np.isfinite(last) & np.isfinite(this)
    known = {state: both & (last == state) for state in (0.0, 1.0)}
    rate = {state: (float(this[at].sum()) + 0.5) / (float(at.sum()) + 1.0) for state, at in known.items()}
    before = np.nan_to_num(severe[year - 1])
    return np.where(before == 1, rate[1.0], rate[0.0])


def skill_range(forecast: Floats, rival: Floats, came: Floats, draws: NDArray[np.int_]) -> Range:
    """Brier skill score, 1 - ours / theirs, with its range."""
    ours, theirs = (np.nansum((x - came) ** 2, axis=1) for x in (forecast, rival))
    return ranged(1 - ours.sum() / theirs.sum(), 1 - ours[draws].sum(axis=1) / theirs[draws].sum(axis=1))


def ranged(value: float, drawn: Floats) -> Range:
    low, high = np.nanquantile(drawn, [LOW, HIGH])
    return Range(float(value), float(low), float(high))


def roc_area(forecast: Floats, came: Floats) -> float:
    """The chance that a forecast where a dzud came is higher than one where none came; NaN without both."""
    known = np.isfinite(came)
    hits = came[known] == 1
    if not hits.any() or hits.all():
        return float("nan")
    from scipy.stats import rankdata

    ranks = rankdata(forecast[known])
    count = int(hits.sum())
    return float((ranks[hits].sum() - count * (count + 1) / 2) / (count * (len(hits) - count)))


def area_range(forecast: Floats, came: Floats, draws: NDArray[np.int_]) -> Range:
    drawn = np.array([roc_area(forecast[years], came[years]) for years in draws])
    return ranged(roc_area(forecast, came), drawn)


def reliability(forecast: Floats, came: Floats, draws: NDArray[np.int_]) -> tuple[Bin, ...]:
    """How often a dzud came after forecasts of each size."""
    found = []
    for low, high in pairwise(EDGES):
        inside = (forecast >= low) & (forecast < high if high < 1 else forecast <= high)
        count, hits = inside.sum(axis=1), np.where(inside, came, 0).sum(axis=1)
        if count.sum() == 0:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = hits[draws].sum(axis=1) / count[draws].sum(axis=1)
        mean = float(forecast[inside].mean())
        found.append(Bin(int(count.sum()), mean, ranged(hits.sum() / count.sum(), drawn)))
    return tuple(found)


def dzud(
    years: NDArray[np.int_], forecast: Floats, plain: Floats, came: Floats, span: tuple[int, int]
) -> Dzud:
    """What was forecast for the years of a dzud."""
    inside = (years >= span[0]) & (years <= span[1])
    ours, rival, truth = forecast[inside], plain[inside], came[inside]
    hit, spared = truth == 1, truth == 0
    return Dzud(
        years=span,
        hit=int(hit.sum()),
        counted=int(hit.sum() + spared.sum()),
        forecast_hit=float(ours[hit].mean()) if hit.any() else float("nan"),
        forecast_spared=float(ours[spared].mean()) if spared.any() else float("nan"),
        long_run=float(np.nanmean(rival)),
        skill=float(1 - np.nansum((ours - truth) ** 2) / np.nansum((rival - truth) ** 2)),
        area=roc_area(ours, truth),
    )
