"""Leaving after a dzud: the year itself and the two after, with the three years before as a test."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import f as fisher

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.determinants.persons import Persons, excess
from nuudel.model.determinants.place_fit import Effect, PlaceFit, fit_places
from nuudel.model.determinants.place_panel import Side, lag_name, place_panel, with_migrants
from nuudel.model.experiments.lottery import lottery
from nuudel.model.panel import FlowPanel
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
BEFORE, AFTER, REFERENCE = 3, 2, 1
OFFSETS = tuple(range(-BEFORE, AFTER + 1))


@dataclass(frozen=True)
class DzudEffect:
    """Effects on migrants of the places that lost more than others did in the same year; K = 6 offsets.

    The effect of an offset is that of one unit of exposure, in logarithms; ``percent`` turns it into per
    cent.

    Attributes
    ----------
    event
        Name of the dzud, or ``all_losses``.
    side
        ``out`` for leavers, ``in`` for those who came.
    dzud_years
        Years whose losses count; all years of the sample where empty.
    sample
        First and last year of the panel.
    exposure, unit
        What one unit is.
    offsets : (K,) years after the loss; negative are years before it
    effects
        One for each offset.
    after
        Mean of offsets 0 to 2: the average of the year itself and the two after.
    before
        Mean of offsets -3 to -1.
    before_chance
        p-value that all three are 0 (F test with the larger covariance).
    lottery_chance
        p-value of ``after`` when exposure histories are dealt to places by lot.
    persons, persons_against_before
        More migrants in the years of the dzud and the two after than without these losses.
    counted
        Migrants in the same places and years.
    without : (G,) ``after`` without each place
    fit
        The estimate behind it.
    """

    event: str
    side: Side
    dzud_years: tuple[int, ...]
    sample: tuple[int, int]
    exposure: str
    unit: str
    offsets: NDArray[np.int_]
    effects: tuple[Effect, ...]
    after: Effect
    before: Effect
    before_chance: float
    lottery_chance: float
    persons: Persons
    persons_against_before: Persons
    counted: float
    without: Floats
    fit: PlaceFit
    quality: Quality = Quality.ESTIMATED

    @property
    def flat_before(self) -> bool:
        """No sign of an effect before the loss: the joint test at 10 per cent, and the mean's interval."""
        return self.before_chance > 0.1 and self.before.low < 0 < self.before.high

    def to_frame(self) -> pl.DataFrame:
        """One row per offset, in per cent for one unit of exposure."""
        rows = [
            {"offset": int(offset), **percent(effect)}
            for offset, effect in zip(self.offsets, self.effects, strict=True)
        ]
        about = {"event": self.event, "side": self.side, "exposure": self.exposure}
        return pl.DataFrame([{**about, **row, "quality": str(self.quality)} for row in rows])

    def without_frame(self) -> pl.DataFrame:
        """The average of the three years without each place, in per cent for one unit of exposure."""
        after = 100 * np.expm1(self.without)
        frame = pl.DataFrame({"without": self.fit.places, "percent": after}).sort("percent")
        return frame.with_columns(pl.lit(str(self.quality)).alias("quality"))


def percent(effect: Effect) -> dict[str, float]:
    """An effect in per cent, with its interval."""
    found = {"percent": effect.estimate, "percent_low": effect.low, "percent_high": effect.high}
    return {name: 100 * float(np.expm1(value)) for name, value in found.items()}


def dzud_effect(
    internal: InternalMigration,
    exposure: Exposure,
    dzud_years: Collection[int] = (),
    *,
    event: str,
    side: Side = "out",
    sample: tuple[int, int] | None = None,
    leave_out: Collection[str] = (),
    trends: bool = False,
    draws: int = 399,
    lots: int = 399,
    seed: int = 0,
) -> DzudEffect:
    """Poisson regression of migrants on losses three years ahead to two years back, by place and year.

    m[i, t] ~ exp(a[i] + c[t] + sum over k of b[k] x[i, t - k]), k from -3 to 2, a place and c year effects.
    What a dzud did to all places alike is in the year effects: the slopes compare places that lost more with
    places that lost less in the same year. Losses of years to come cannot have moved anybody, unless hard-hit
    places were on another path already: slopes of negative k test that (event study with continuous exposure;
    Freyaldenhoven, Hansen & Shapiro 2019, *American Economic Review* 109, section I; Wooldridge 1999,
    *Journal of Econometrics* 90, for Poisson regression with place effects).

    Parameters
    ----------
    dzud_years
        Only their losses count; the sample then runs from four years before the first to two after the last.
        Without them all losses count and ``sample`` must be given.
    lots
        How often exposure histories are dealt to places by lot.

    Raises
    ------
    ModelError
        ``MODEL-431``: the exposure is of other places; ``MODEL-432``: the margins do not cover the sample;
        and the errors of ``place_panel`` and ``fit_places``.
    """
    first, last = check_sample(internal, exposure, dzud_years, sample)
    only = set(dzud_years) if dzud_years else None
    columns = {lag_name(k): exposure.lag(k, internal.years.tolist(), only) for k in OFFSETS}
    years = range(first, last + 1)
    panel = with_migrants(place_panel(internal, side, columns, years=years, leave_out=leave_out))
    fit = fit_places(panel, trends=trends, draws=draws, seed=seed)
    after = fit.pick(*(lag_name(k) for k in range(AFTER + 1))) / (AFTER + 1)
    before = fit.pick(*(lag_name(-k) for k in range(1, BEFORE + 1))) / BEFORE
    struck = panel.keep(exposed(panel))
    rows = np.column_stack([struck.covariates[name] * (name.startswith("lag")) for name in fit.names])
    # The same, less what the slopes of the years before would give: a base that those years agree with.
    leads = np.array([not name.startswith("lag") for name in fit.names])
    against = np.where(leads, -rows.sum(axis=1)[:, None] / BEFORE, rows)
    return DzudEffect(
        event=event,
        side=side,
        dzud_years=tuple(sorted(dzud_years)),
        sample=(first, last),
        exposure=exposure.name,
        unit=exposure.unit,
        offsets=np.array(OFFSETS),
        effects=tuple(fit.effect(fit.pick(name)) for name in fit.names),
        after=fit.effect(after),
        before=fit.effect(before),
        before_chance=joint_chance(fit, before),
        lottery_chance=lottery(panel, exposure, OFFSETS, only, after, lots, seed, trends=trends),
        persons=excess(struck.flow, rows, fit),
        persons_against_before=excess(struck.flow, against, fit),
        counted=float(struck.flow.sum()),
        without=fit.leave_one_out @ after,
        fit=fit,
    )


def check_sample(
    internal: InternalMigration,
    exposure: Exposure,
    dzud_years: Collection[int],
    sample: tuple[int, int] | None,
) -> tuple[int, int]:
    """First and last year of the panel; ``MODEL-431``, ``MODEL-432``."""
    if exposure.places != internal.places:
        raise ModelError(
            431,
            "the exposure and the margins are not of the same places in the same order.",
            "Make the exposure with the places of the margins.",
            ("exposure",),
        )
    if sample is None and dzud_years:
        sample = (min(dzud_years) - BEFORE - REFERENCE, max(dzud_years) + AFTER)
    if sample is None or sample[0] < internal.years[0] or sample[1] > internal.years[-1]:
        raise ModelError(
            432,
            f"the margins run from {internal.years[0]} to {internal.years[-1]} and do not cover the sample "
            f"{sample or 'that was not given'}.",
            "Choose a dzud with four years of margins before it and two after it, or give a sample inside.",
            ("dzud_years", "sample"),
        )
    return sample


def exposed(panel: FlowPanel) -> NDArray[np.bool_]:
    """Rows in the year of a counted loss or the two after it."""
    now = [panel.covariates[lag_name(k)] > 0 for k in range(AFTER + 1)]
    found: NDArray[np.bool_] = np.any(now, axis=0)
    return found


def joint_chance(fit: PlaceFit, chosen: Floats) -> float:
    """p-value that the chosen slopes are all 0: the larger of the tests with the two covariances."""
    at = np.flatnonzero(chosen)
    slopes, freedom = fit.slopes[at], len(fit.places) - 1
    chances: Sequence[float] = [
        float(fisher.sf(slopes @ np.linalg.solve(v[np.ix_(at, at)], slopes) / len(at), len(at), freedom))
        for v in (fit.cluster_covariance, fit.jackknife_covariance)
    ]
    return max(chances)
