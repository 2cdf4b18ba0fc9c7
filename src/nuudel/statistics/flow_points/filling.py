"""Passages of one point in the time in which nobody watched, drawn many times."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from nuudel.statistics.flow_points.rates import FEW_SHARE, RateDraws, weekday_of
from nuudel.statistics.flow_points.watching import Floats, Integers, Watching
from nuudel.statistics.intervals import ESTIMATED, NOT_ESTIMATED

BLOCKS = ("00-06", "06-12", "12-18", "18-24")
BLOCK_HOURS = 6
FEWEST_OF_HOUR = 2
"""Days on which an hour of the day must have been watched at a point, to be estimated on others."""
ENOUGH_MINUTES = 15.0
"""Minutes of an hour that count as having watched it."""
PRIOR_WEIGHT = 4.0
"""Weight of a point's whole composition in that of six hours, as a number of effective passages."""


@dataclass(frozen=True)
class FilledPoint:
    """A point in a period of T days, in D draws.

    Attributes
    ----------
    of_hours
        The hours of the day that the figure is of, like ``08–16``; empty where it is of all opening hours.
    until
        Shape (T,): minutes after midnight up to which the figure of a day goes; the whole day is 1,440.
    open_minutes
        Shape (T,): minutes of the day that the figure is of.
    all_observed, observed, minutes, gap
        Shape (T,): passages counted, those of ``of_hours``, minutes watched, and whether anything is left to
        estimate.
    rates
        Shape (D, 24): passages an hour on an average day.
    drawn
        Shape (D, T): passages beyond the observed ones; empty where ``why`` says that there is no estimate.
    groups
        Directions and modes, G pairs; ``counted`` (4, G) of them in the period, by six hours;
        ``all_counted`` also in hours that the figure is not of.
    drawn_groups
        Shape (D, 4, G): the drawn passages of the period by six hours, direction and mode; they add up to
        ``drawn``.
    """

    at: int
    point: str
    days: np.ndarray
    why: str
    is_open: np.ndarray
    of_hours: str
    until: Floats
    open_minutes: Floats
    all_observed: Floats
    observed: Floats
    minutes: Floats
    gap: np.ndarray
    rates: Floats
    drawn: Floats
    groups: tuple[tuple[str, str], ...]
    counted: Floats
    all_counted: Floats
    drawn_groups: Floats

    @property
    def label(self) -> str:
        """Of what is not observed throughout."""
        return NOT_ESTIMATED if self.why else ESTIMATED


@dataclass(frozen=True)
class OnDays:
    """What was watched at a point on the days of a period, arrays (T, …); ``row`` is -1 where nothing."""

    days: np.ndarray
    minutes: Floats
    counts: Floats
    few: Floats
    row: Integers


def on_days(seen: Watching, at: int, days: np.ndarray) -> OnDays:
    own = np.flatnonzero((seen.point == at) & np.isin(seen.day, days))
    where = np.searchsorted(days, seen.day[own])
    arrays = []
    for values in (seen.minutes, seen.counts, seen.few):
        whole = np.zeros((len(days), 24))
        whole[where] = values[own]
        arrays.append(whole)
    row = np.full(len(days), -1)
    row[where] = own
    minutes, counts, few = arrays
    return OnDays(days, minutes, counts, few, row)


def own_hours(seen: Watching, at: int, opened: Floats) -> np.ndarray:
    """Shape (24,): opening hours that were watched at the point itself on enough days.

    An hour of which a watch took some minutes only, by a late end, does not count.
    """
    enough = np.maximum(np.minimum(ENOUGH_MINUTES, opened / 2), 1e-9)
    watched = (seen.minutes[seen.point == at] >= enough).sum(axis=0)
    return np.asarray((opened > 0) & (watched >= FEWEST_OF_HOUR))


def hours_in_words(chosen: np.ndarray) -> str:
    """Hours as clock times: ``06–10, 16–20``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    return ", ".join(f"{first:02}–{last:02}" for first, last in edges.reshape(-1, 2))


def fill(
    seen: Watching,
    at: int,
    opened: Floats,
    days: np.ndarray,
    drawn_rates: RateDraws,
    dispersion: float,
    why: str,
    random: np.random.Generator,
    used: np.ndarray,
    until: Floats,
) -> FilledPoint:
    """Draw the passages of the hours in which the point was open and not watched.

    ``used`` are the hours that the figure is of (24,); ``until`` up to when it goes on each day (T,).
    """
    told = on_days(seen, at, days)
    left = np.clip(until[:, None] - np.arange(0, 1440, 60), 0, 60)
    opening = np.where(used, np.minimum(opened, left), 0.0)
    hours = np.maximum(opening - told.minutes, 0.0) / 60
    # Without an estimate everything counted is told, also outside of the opening hours.
    kept = np.ones(24, bool) if why or used.sum() == (opened > 0).sum() else used
    groups, all_counted, counted, known = compositions(seen, at, days, kept)
    few = np.where(kept, told.few, 0.0).sum(axis=1)
    draws = 0 if why else len(drawn_rates.variance)
    drawn, by_group = np.zeros((draws, len(days))), np.zeros((draws, len(BLOCKS), len(groups)))
    hourly = np.exp(drawn_rates.rates[:draws, at] + drawn_rates.variance[:draws, None] / 2)
    if not why:
        passed, parts = day_draws(told, hours, at, drawn_rates, dispersion, random)
        missed = random.uniform(0.0, FEW_SHARE, draws)
        extra = (missed / (1 - missed))[:, None] * few
        whole = counted.sum()
        by_group = group_draws(parts, known, dispersion, random)
        by_group += (extra.sum(axis=1) / whole if whole else np.zeros(draws))[:, None, None] * counted
        drawn = passed + extra
    return FilledPoint(
        at=at,
        point=seen.points[at],
        days=days,
        why=why,
        is_open=used,
        of_hours="" if kept.all() else hours_in_words(used),
        until=until,
        open_minutes=opening.sum(axis=1),
        all_observed=told.counts.sum(axis=1),
        observed=np.where(kept, told.counts, 0.0).sum(axis=1),
        minutes=told.minutes.sum(axis=1),
        gap=(hours.sum(axis=1) > 1e-9) | (few > 0),
        rates=hourly,
        drawn=drawn,
        groups=groups,
        counted=counted,
        all_counted=all_counted,
        drawn_groups=by_group,
    )


def day_draws(
    told: OnDays, hours: Floats, at: int, rates: RateDraws, dispersion: float, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Passages of the hours not watched (D, T), and their sums by six hours of the day (D, 4)."""
    draws, days = len(rates.variance), len(told.days)
    effect = np.sqrt(rates.variance)[:, None] * random.standard_normal((draws, days))
    # A day that was watched in part tells its own level; one that was not is like any other.
    effect[:, told.row >= 0] = rates.days[:, told.row[told.row >= 0]]
    factor = np.exp(effect + rates.weekdays[:, weekday_of(told.days)])
    hourly = np.exp(rates.rates[:, at])
    starts = range(0, 24, BLOCK_HOURS)
    parts = [hourly[:, h : h + BLOCK_HOURS] @ hours[:, h : h + BLOCK_HOURS].T for h in starts]
    plain = np.sum(parts, axis=0)
    passed = negative_binomial(plain * factor, dispersion, random)
    each = np.divide(passed, plain, out=np.zeros_like(plain), where=plain > 0)
    return passed, np.stack([(each * part).sum(axis=1) for part in parts], axis=1)


def negative_binomial(mean: Floats, dispersion: float, random: np.random.Generator) -> Floats:
    """Counts with this mean and ``dispersion`` times it as variance."""
    over = dispersion - 1
    if over > 1e-6:
        mean = random.gamma(mean / over) * over
    return random.poisson(mean).astype(np.float64)


def compositions(
    seen: Watching, at: int, days: np.ndarray, kept: np.ndarray
) -> tuple[tuple[tuple[str, str], ...], Floats, Floats, Floats]:
    """Pairs of direction and mode, and their counts by six hours.

    In the period, in the hours that are ``kept`` of it, and in all watches.
    """
    own = seen.groups.filter(pl.col("point") == seen.points[at], pl.col("persons") > 0)
    pairs = own.select("direction", "mode").unique().sort("direction", "mode")
    groups = tuple(pairs.iter_rows())
    index = own.join(
        pairs.with_row_index("group"), on=["direction", "mode"], how="left", maintain_order="left"
    )
    cells = (index["hour"].to_numpy() // BLOCK_HOURS, index["group"].to_numpy())
    persons = index["persons"].to_numpy()
    known, whole, counted = np.zeros((3, len(BLOCKS), len(groups)))
    inside = np.isin(index["day"].to_numpy(), days)
    np.add.at(known, cells, persons)
    np.add.at(whole, cells, persons * inside)
    np.add.at(counted, cells, persons * inside * kept[index["hour"].to_numpy()])
    return groups, whole, counted, known


def group_draws(parts: Floats, known: Floats, dispersion: float, random: np.random.Generator) -> Floats:
    """Drawn passages by direction and mode (D, 4, G): Dirichlet shares of six hours, and chance."""
    draws, groups = len(parts), known.shape[1]
    if groups == 0:
        return np.zeros((draws, len(BLOCKS), 0))
    whole = known.sum(axis=0) / known.sum()
    weight = PRIOR_WEIGHT * whole + known / dispersion
    shares = normalised(random.gamma(weight, size=(draws, *weight.shape)))
    taken = normalised(random.gamma(np.maximum(shares * parts[..., None] / dispersion, 1e-9)))
    return np.asarray(taken * parts[..., None])


def normalised(values: Floats) -> Floats:
    total = values.sum(axis=-1, keepdims=True)
    even = np.full_like(values, 1 / values.shape[-1])
    return np.asarray(np.divide(values, total, out=even, where=total > 0))
