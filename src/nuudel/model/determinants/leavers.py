"""What goes with leaving and arriving, by place and year: effects for plain words, and how firm they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.provenance import Quality
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.determinants.place_fit import PlaceFit, fit_places
from nuudel.model.determinants.place_panel import Side, lagged, place_panel
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
Sure = Literal["clear", "likely", "unclear"]
Reading = Literal["natural_experiment", "correlation"]
LOSSES_NOW, LOSSES_BEFORE, MOVES_BEFORE = "losses_this_year", "losses_last_year", "moves_of_last_year"
SMALLEST = 1.0


@dataclass(frozen=True)
class MarginalEffect:
    """One more unit of a determinant goes with ``percent`` (``low`` to ``high``) more migrants.

    Attributes
    ----------
    side
        ``out``: leavers; ``in``: those who came.
    determinant
        Its name.
    unit
        What one unit is, in words.
    percent, low, high
        Per cent; 95 per cent interval that spans the cluster-robust and the bootstrap one.
    sure
        ``clear`` where the 95 per cent interval leaves out 0, ``likely`` where the 80 per cent one does.
    reading
        ``natural_experiment`` for a shock that struck places without regard to who was about to leave, and
        whose pre-trends are flat; otherwise ``correlation``.
    lowest, highest
        The smallest and the largest estimate over the specifications that were tried.
    largest_seen
        Largest value of the determinant in the panel, in its unit (logarithm to base 2 for moves): an effect
        of a unit beyond it is a stretch.
    places, cells
        Places and rows behind it.
    """

    side: Side
    determinant: str
    unit: str
    percent: float
    low: float
    high: float
    sure: Sure
    reading: Reading
    lowest: float
    highest: float
    largest_seen: float
    places: int
    cells: int


@dataclass(frozen=True)
class Specification:
    """One way of estimating the same effects."""

    years: tuple[int, int]
    year_effects: bool
    trends: bool
    capital: bool


@dataclass(frozen=True)
class Determinants:
    """Effects of the main specification, and the curve of all specifications.

    Attributes
    ----------
    effects
        One for each side and determinant.
    curve
        Columns side, determinant, first_year, last_year, year_effects, trends, capital, main, percent, low,
        high (cluster intervals, 95 per cent), quality.
    fits
        The main estimate of each side.
    """

    effects: tuple[MarginalEffect, ...]
    curve: pl.DataFrame
    fits: Mapping[Side, PlaceFit]
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per effect."""
        rows = [vars(effect) for effect in self.effects]
        return pl.DataFrame(rows).with_columns(pl.lit(str(self.quality)).alias("quality"))


def determinants(
    internal: InternalMigration,
    exposure: Exposure,
    *,
    main: Specification,
    others: Sequence[Specification] = (),
    capital: str | None = None,
    natural_experiment: Collection[Side] = (),
    draws: int = 399,
    seed: int = 0,
) -> Determinants:
    """What goes with leaving and arriving: losses of this year and last, and last year's moves the other way.

    Poisson regression with place and, in the main specification, year effects. Last year's moves the other
    way are arrivals for leavers (who came may go again) and departures for those who come (who left may
    return); their effect is per doubling. It is no experiment: the same places attract and release people for
    reasons not measured here, and with place effects a lagged count of the same register is not strictly
    exogenous (Nickell 1981, *Econometrica* 49; over 26 years the bias is small beside the intervals).

    Parameters
    ----------
    exposure
        Losses, for the same places as the margins.
    main, others
        The specification told in words, and those whose range is shown beside it.
    capital
        Left out where a specification says so.
    natural_experiment
        Sides on which the losses' pre-trends are flat (``dzud_effect``): only there may the effect of losses
        be read as one.
    """
    effects: list[MarginalEffect] = []
    curve: list[dict[str, object]] = []
    fits: dict[Side, PlaceFit] = {}
    for side, specification in product(("out", "in"), dict.fromkeys((main, *others))):
        is_main = specification == main
        fit = fit_one(internal, exposure, side, specification, capital, draws if is_main else 0, seed)
        curve += [
            {
                "side": side,
                "determinant": name,
                "first_year": specification.years[0],
                "last_year": specification.years[1],
                "year_effects": specification.year_effects,
                "trends": specification.trends,
                "capital": specification.capital,
                "main": is_main,
                **in_percent(fit, name, level=0.95, bootstrap=False),
            }
            for name in fit.names
        ]
        if is_main:
            fits[side] = fit
    table = pl.DataFrame(curve).with_columns(pl.lit(str(Quality.ESTIMATED)).alias("quality"))
    for side, fit in fits.items():
        for name in fit.names:
            found = table.filter(pl.col("side") == side, pl.col("determinant") == name)["percent"].to_numpy()
            experiment = side in natural_experiment and name != MOVES_BEFORE
            effects.append(
                marginal_effect(
                    side,
                    fit,
                    name,
                    exposure.unit,
                    found,
                    "natural_experiment" if experiment else "correlation",
                )
            )
    return Determinants(tuple(effects), table, fits)


def fit_one(
    internal: InternalMigration,
    exposure: Exposure,
    side: Side,
    specification: Specification,
    capital: str | None,
    draws: int,
    seed: int,
) -> PlaceFit:
    """The regression of one side and specification."""
    years = internal.years.tolist()
    other_way = internal.in_migrants if side == "out" else internal.out_migrants
    columns = {
        LOSSES_NOW: exposure.lag(0, years),
        LOSSES_BEFORE: exposure.lag(1, years),
        MOVES_BEFORE: np.log2(np.maximum(lagged(other_way, 1), SMALLEST)),
    }
    first, last = specification.years
    panel = place_panel(
        internal,
        side,
        columns,
        years=range(first, last + 1),
        leave_out=[capital] if capital and not specification.capital else [],
    )
    return fit_places(
        panel,
        year_effects=specification.year_effects,
        trends=specification.trends,
        draws=draws,
        seed=seed,
    )


def in_percent(fit: PlaceFit, name: str, *, level: float, bootstrap: bool) -> dict[str, float]:
    """A slope in per cent with the span of both intervals, or with the cluster interval alone."""
    effect = fit.effect(fit.pick(name), level)
    low, high = (effect.low, effect.high) if bootstrap else (effect.cluster_low, effect.cluster_high)
    found = {"percent": effect.estimate, "low": low, "high": high}
    return {key: 100 * float(np.expm1(value)) for key, value in found.items()}


def marginal_effect(
    side: Side, fit: PlaceFit, name: str, unit: str, over: Floats, reading: Reading
) -> MarginalEffect:
    """The effect of one determinant; ``over`` are its estimates in all specifications, per cent."""
    ninety_five = in_percent(fit, name, level=0.95, bootstrap=True)
    eighty = in_percent(fit, name, level=0.80, bootstrap=True)
    return MarginalEffect(
        side=side,
        determinant=name,
        unit="a doubling" if name == MOVES_BEFORE else unit,
        **ninety_five,
        sure="clear" if apart(ninety_five) else "likely" if apart(eighty) else "unclear",
        reading=reading,
        lowest=float(over.min()),
        highest=float(over.max()),
        largest_seen=float(fit.largest[fit.names.index(name)]),
        places=len(fit.places),
        cells=len(fit.fitted),
    )


def apart(interval: Mapping[str, float]) -> bool:
    """Whether the interval leaves out 0."""
    return interval["low"] > 0 or interval["high"] < 0
