"""Passages an hour: the profile of the day, weekdays, and how much days and hours differ beyond chance."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from nuudel.statistics.flow_points.watching import Floats, Integers, Watching

FEW_SHARE = 0.10
"""Of a watch with ``few``, up to so many passages are taken to be missing, any share being as likely."""
FEW_FACTOR = float(-np.log1p(-FEW_SHARE) / FEW_SHARE)
"""The mean of 1 / (1 - m) for m uniform between 0 and ``FEW_SHARE``."""
STEPS, WARM = 60, 5
"""Steps at most, and those before variances are estimated."""
SETTLED = 0.01
"""Change of a variance, as a share of it, below which no further step is made."""
PROFILE_VARIANCE = 1.5**2
"""Prior variance of the common profile of the day (log)."""
WEEKDAY_FLOOR = 0.05**2
"""Least variance of weekdays: a week or two cannot show that they are all the same."""
GLOBALS = 24 + 7
"""Parameters that points share: the profile and the weekdays."""


@dataclass(frozen=True)
class Variances:
    """Of log rates: points about the common profile, days, weekdays; and counts by their mean."""

    points: float = 0.05
    days: float = 0.05
    weekdays: float = 0.02
    dispersion: float = 3.0


@dataclass(frozen=True)
class State:
    """Log rates (P, 24), levels (P,), common profile (24,), weekdays (7,) and days (N,)."""

    rates: Floats
    levels: Floats
    profile: Floats
    weekdays: Floats
    days: Floats


@dataclass(frozen=True)
class Curvature:
    """Precision of the posterior, days eliminated, and what the draws need of it.

    Attributes
    ----------
    inverse
        Shape (P, 25, 25): covariance of a point's log rates and level, given what points share.
    slope
        Shape (P, 25, 31): what a point's parameters follow when the shared ones move.
    shared
        Shape (31, 31): covariance of profile and weekdays.
    weight, day_precision
        Shape (N, 24) and (N,): expected counts by dispersion; precision of a day given all else.
    """

    inverse: Floats
    slope: Floats
    shared: Floats
    weight: Floats
    day_precision: Floats


@dataclass(frozen=True)
class Rates:
    """The fitted rates, from which ``draw`` takes.

    Attributes
    ----------
    freedom
        Degrees of freedom of the dispersion; ``days_freedom`` those of the variance of days.
    """

    state: State
    variances: Variances
    curvature: Curvature
    point: Integers
    weekday: Integers
    freedom: float
    days_freedom: int


@dataclass(frozen=True)
class RateDraws:
    """Draws of log rates (D, P, 24), weekdays (D, 7), watched days (D, N), and the variance of days (D,)."""

    rates: Floats
    weekdays: Floats
    days: Floats
    variance: Floats


def weekday_of(days: np.ndarray) -> Integers:
    """0 for Monday: 1970-01-01 was a Thursday."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def fit_rates(seen: Watching) -> Rates:
    """Fit a log-linear model of counts with random effects.

    log mean of point p, day d, hour h = log hours watched + θ[p, h] + w[weekday] + c[p, d];
    θ[p, h] ~ N(α[p] + g[h], v), g ~ N(0, 1.5²), w ~ N(0, τ²), c ~ N(0, δ), α flat; the variance of a count
    is φ times its mean. Hours seldom watched at a point lean on the profile of all points. Modes by Newton
    steps of the penalised quasi-likelihood; v, δ and τ² by EM steps, φ as Pearson's chi-square by the
    degrees of freedom that are left. Days touch one point each, so they are eliminated; what is left are
    blocks of 25 beside 31 shared parameters.

    Notes
    -----
    Sources: Breslow & Clayton (1993), Journal of the American Statistical Association 88, 9-25 (penalised
    quasi-likelihood); McCullagh & Nelder (1989), Generalized Linear Models, section 9.2 (dispersion).
    """
    hours = seen.minutes / 60
    counts = np.where(hours > 0, seen.counts + (FEW_FACTOR - 1) * seen.few, 0.0)
    weekday, points = weekday_of(seen.day), len(seen.points)
    level = np.log(
        (by_point(counts.sum(axis=1), seen.point, points) + 0.5)
        / (by_point(hours.sum(axis=1), seen.point, points) + 0.5)
    )
    zero = np.zeros
    state = State(np.repeat(level[:, None], 24, axis=1), level, zero(24), zero(7), zero(len(counts)))
    variances, freedom = Variances(), 0.0
    curvature = curved(state, variances, hours, seen.point, weekday)
    for step in range(STEPS if len(counts) else 0):
        state = moved(state, variances, curvature, counts, hours, seen.point, weekday)
        curvature = curved(state, variances, hours, seen.point, weekday)
        if step < WARM:
            continue
        last = variances
        variances, freedom = updated(state, last, curvature, counts, hours, seen.point, weekday)
        if settled(last, variances):
            break
    each = np.bincount(seen.point[hours.sum(axis=1) > 0], minlength=points)
    days_freedom = int(np.maximum(each - 1, 0).sum())
    return Rates(state, variances, curvature, seen.point, weekday, freedom, days_freedom)


def by_point(values: Floats, point: Integers, points: int) -> Floats:
    """Sums over the days of each point; the days stand point by point."""
    total = np.zeros((points, *values.shape[1:]))
    if len(point):
        first = np.flatnonzero(np.diff(point, prepend=-1))
        total[point[first]] = np.add.reduceat(values, first, axis=0)
    return total


def outer_by_point(values: Floats, point: Integers, points: int) -> Floats:
    """Sums of each day's outer product with itself, shape (P, 24, 24)."""
    ends = np.searchsorted(point, np.arange(points + 1))
    total = np.zeros((points, values.shape[1], values.shape[1]))
    for at, (first, last) in enumerate(pairwise(ends)):
        total[at] = values[first:last].T @ values[first:last]
    return total


def means(state: State, hours: Floats, point: Integers, weekday: Integers) -> Floats:
    logs = state.rates[point] + (state.weekdays[weekday] + state.days)[:, None]
    return np.asarray(hours * np.exp(np.clip(logs, -20, 20)))


def curved(
    state: State, variances: Variances, hours: Floats, point: Integers, weekday: Integers
) -> Curvature:
    """The precision at a state."""
    points = len(state.levels)
    weight = means(state, hours, point, weekday) / variances.dispersion
    whole = weight.sum(axis=1)
    precision = whole + 1 / variances.days
    outer = outer_by_point(weight / np.sqrt(precision)[:, None], point, points)
    block = np.zeros((points, 25, 25))
    block[:, :24, :24] = -outer
    hour = np.arange(24)
    tie = 1 / variances.points
    block[:, hour, hour] += by_point(weight, point, points) + tie
    block[:, :24, 24] = block[:, 24, :24] = -tie
    block[:, 24, 24] = 24 * tie + 1e-6
    cross = np.zeros((points, 25, GLOBALS))
    cross[:, hour, hour] = -tie
    cross[:, 24, :24] = tie
    told = weight * (1 - whole / precision)[:, None]
    for day in range(7):
        cross[:, hour, 24 + day] = by_point(np.where((weekday == day)[:, None], told, 0.0), point, points)
    common = np.zeros((GLOBALS, GLOBALS))
    common[hour, hour] = points * tie + 1 / PROFILE_VARIANCE
    at = 24 + np.arange(7)
    common[at, at] = np.bincount(weekday, whole * (1 - whole / precision), 7) + 1 / variances.weekdays
    inverse: Floats = np.asarray(np.linalg.inv(block), dtype=np.float64)
    slope = -inverse @ cross
    shared: Floats = np.asarray(
        np.linalg.inv(common + (cross.transpose(0, 2, 1) @ slope).sum(axis=0)), dtype=np.float64
    )
    return Curvature(inverse, slope, shared, weight, precision)


def moved(
    state: State,
    variances: Variances,
    bent: Curvature,
    counts: Floats,
    hours: Floats,
    point: Integers,
    weekday: Integers,
) -> State:
    """One Newton step, no parameter by more than 2."""
    residual = (counts - means(state, hours, point, weekday)) / variances.dispersion
    apart = (state.rates - state.levels[:, None] - state.profile) / variances.points
    prior = State(
        -apart,
        apart.sum(axis=1),
        apart.sum(axis=0) - state.profile / PROFILE_VARIANCE,
        -state.weekdays / variances.weekdays,
        -state.days / variances.days,
    )
    step = solved(bent, residual, prior, point, weekday)
    pairs = [(getattr(state, name), getattr(step, name)) for name in State.__dataclass_fields__]
    return State(*(old + np.clip(move, -2, 2) for old, move in pairs))


def solved(bent: Curvature, residual: Floats, prior: State, point: Integers, weekday: Integers) -> State:
    """The precision's inverse applied to a gradient: of the counts (N, 24), and of the priors."""
    points, whole = len(prior.levels), bent.weight.sum(axis=1)
    pull = residual.sum(axis=1) + prior.days
    reduced = residual - bent.weight * (pull / bent.day_precision)[:, None]
    local = np.concatenate([by_point(reduced, point, points) + prior.rates, prior.levels[:, None]], axis=1)
    weekdays = np.bincount(weekday, residual.sum(axis=1) - whole * pull / bent.day_precision, 7)
    common = np.concatenate([prior.profile, weekdays + prior.weekdays])
    shared = bent.shared @ (common + (local[:, None] @ bent.slope).sum(axis=0)[0])
    own = (bent.inverse @ local[..., None])[..., 0] + bent.slope @ shared
    rates, weekly = own[:, :24], shared[24:]
    days = (pull - (bent.weight * rates[point]).sum(axis=1) - whole * weekly[weekday]) / bent.day_precision
    return State(rates, own[:, 24], shared[:24], weekly, days)


def updated(
    state: State,
    variances: Variances,
    bent: Curvature,
    counts: Floats,
    hours: Floats,
    point: Integers,
    weekday: Integers,
) -> tuple[Variances, float]:
    """Variances that the effects and their own variances suggest; degrees of freedom of the dispersion."""
    contrast = np.concatenate([np.eye(24), -np.ones((24, 1))], axis=1)
    follow = contrast @ bent.slope - np.eye(24, GLOBALS)
    points = ((contrast @ bent.inverse) * contrast).sum(axis=2) + ((follow @ bent.shared) * follow).sum(
        axis=2
    )
    moves = (bent.weight[:, None] @ bent.slope[point, :24])[:, 0]
    moves[np.arange(len(point)), 24 + weekday] += bent.weight.sum(axis=1)
    days = ((bent.weight[:, None] @ bent.inverse[point, :24, :24])[:, 0] * bent.weight).sum(axis=1)
    days = (
        1 / bent.day_precision + (days + ((moves @ bent.shared) * moves).sum(axis=1)) / bent.day_precision**2
    )
    shared = np.diag(bent.shared)
    apart = state.rates - state.levels[:, None] - state.profile
    found = replace(
        variances,
        points=max(float((apart**2 + points).mean()), 1e-4),
        days=max(float((state.days**2 + days).mean()), 1e-5),
        weekdays=max(float((state.weekdays**2 + shared[24:]).mean()), WEEKDAY_FLOOR),
    )
    spent = (
        points.size
        - points.sum() / variances.points
        + len(state.levels)
        + days.size
        - days.sum() / variances.days
    )
    spent += GLOBALS - shared[:24].sum() / PROFILE_VARIANCE - shared[24:].sum() / variances.weekdays
    mean = means(state, hours, point, weekday)
    cells = mean > 0
    freedom = float(cells.sum() - spent)
    if freedom < 1:
        return found, freedom
    chi = ((counts - mean)[cells] ** 2 / mean[cells]).sum()
    return replace(found, dispersion=max(1.0, float(chi) / freedom)), freedom


def settled(last: Variances, found: Variances) -> bool:
    old, new = (np.array([v.points, v.days, v.weekdays, v.dispersion]) for v in (last, found))
    return bool((np.abs(new - old) <= SETTLED * old).all())


def draw(fit: Rates, draws: int, random: np.random.Generator) -> RateDraws:
    """Draws of all effects together: normal about the mode, moved to the mean.

    A count's likelihood is skewed: at a mode of few counts the mean of the rates drawn would be too high.
    The mean lies off the mode by half the precision's inverse times the third derivatives' contraction with
    the covariance (Tierney, Kass & Kadane 1989, Journal of the American Statistical Association 84,
    710-716, first order).
    """
    bent, points = fit.curvature, len(fit.state.levels)
    shared = normal(bent.shared, (draws, GLOBALS), random)
    own = normal(bent.inverse, (draws, points, 25), random) + (bent.slope @ shared[:, None, :, None])[..., 0]
    rates, weekly = own[..., :24], shared[:, 24:]
    days = random.standard_normal((draws, len(fit.point))) / np.sqrt(bent.day_precision)
    spread = np.empty_like(bent.weight)
    for at in range(points):
        mine = fit.point == at
        follow = (
            rates[:, at] @ bent.weight[mine].T + bent.weight[mine].sum(axis=1) * weekly[:, fit.weekday[mine]]
        )
        days[:, mine] -= follow / bent.day_precision[mine]
        moves = (weekly[:, fit.weekday[mine]] + days[:, mine])[:, :, None] + rates[:, at, None]
        spread[mine] = moves.var(axis=0)
    zero = State(
        np.zeros((points, 24)), np.zeros(points), np.zeros(24), np.zeros(7), np.zeros(len(fit.point))
    )
    off = solved(bent, -0.5 * bent.weight * spread, zero, fit.point, fit.weekday)
    freedom = max(fit.days_freedom, 1)
    return RateDraws(
        rates + fit.state.rates + off.rates,
        weekly + fit.state.weekdays + off.weekdays,
        days + fit.state.days + off.days,
        fit.variances.days * freedom / random.chisquare(freedom, draws),
    )


def normal(covariance: Floats, shape: tuple[int, ...], random: np.random.Generator) -> Floats:
    """Normal draws of mean 0; the covariance may be a stack."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    return np.asarray((root @ random.standard_normal((*shape, 1)))[..., 0])
