"""The same dzud estimated in other ways: other places, another exposure, trends, and looking ahead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.determinants.exposure import Exposure
from nuudel.model.determinants.persons import Persons, excess
from nuudel.model.determinants.place_panel import Side, lag_name
from nuudel.model.experiments.dzud import AFTER, DzudEffect, dzud_effect, percent
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]


def dzud_variants(
    internal: InternalMigration,
    exposures: Sequence[Exposure],
    dzud_years: Collection[int],
    *,
    event: str,
    sets_left_out: Mapping[str, Collection[str]],
    trends: Sequence[bool] = (False,),
    sample: tuple[int, int] | None = None,
    side: Side = "out",
    draws: int = 199,
    seed: int = 0,
) -> pl.DataFrame:
    """One row for each exposure, set of places left out, and with or without trends of places.

    Columns event, side, exposure, left_out, trends, places, percent, percent_low, percent_high (mean of the
    year itself and the two after, for one unit), persons, persons_low, persons_high, before_percent,
    before_chance, quality.

    Parameters
    ----------
    sets_left_out
        Name of each variant to the places that it leaves out.
    trends
        Without and with a trend for each place. In the short sample around one dzud a trend is drawn by the
        dzud itself: ask for it only in a long sample.
    """
    rows = []
    for exposure in exposures:
        for name, places in sets_left_out.items():
            for trend in trends:
                found = dzud_effect(
                    internal,
                    exposure,
                    dzud_years,
                    event=event,
                    side=side,
                    sample=sample,
                    leave_out=places,
                    trends=trend,
                    draws=draws,
                    lots=0,
                    seed=seed,
                )
                rows.append(variant_row(found, name, trend))
    return pl.DataFrame(rows)


def variant_row(found: DzudEffect, left_out: str, trends: bool) -> dict[str, object]:
    """What a variant says about the three years after and before."""
    return {
        "event": found.event,
        "side": found.side,
        "exposure": found.exposure,
        "left_out": left_out,
        "trends": trends,
        "places": len(found.fit.places),
        **percent(found.after),
        "persons": found.persons.estimate,
        "persons_low": found.persons.low,
        "persons_high": found.persons.high,
        "before_percent": percent(found.before)["percent"],
        "before_chance": found.before_chance,
        "quality": str(found.quality),
    }


@dataclass(frozen=True)
class DzudForecast:
    """Leavers that a dzud after the end of the margins would add, if it works as those before did.

    Attributes
    ----------
    years
        The dzud's and the two after.
    persons
        More leavers by year, and the sum over all years.
    total
        The sum.
    base : (n,) leavers a year without the dzud: the mean of ``base_years``
    beyond_seen
        Places that lost more in a year than any place in the estimate's sample: there the estimate is
        stretched beyond what it has seen.
    concept
        ``forecast``: no count of these years exists yet.
    """

    event: str
    years: tuple[int, ...]
    persons: tuple[Persons, ...]
    total: Persons
    places: tuple[str, ...]
    base: Floats
    base_years: tuple[int, ...]
    beyond_seen: tuple[str, ...]
    exposure: str
    concept: str = "forecast"
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per year."""
        return pl.DataFrame(
            {
                "year": self.years,
                "persons": [p.estimate for p in self.persons],
                "low": [p.low for p in self.persons],
                "high": [p.high for p in self.persons],
                "concept": [self.concept] * len(self.years),
                "quality": [str(self.quality)] * len(self.years),
            }
        )


def dzud_forecast(
    internal: InternalMigration,
    exposure: Exposure,
    effect: DzudEffect,
    dzud_years: Collection[int],
    *,
    event: str,
    base_years: Collection[int],
) -> DzudForecast:
    """Carry an estimated effect over to a dzud whose migration is not counted yet.

    It supposes that the dzud works as those of the estimate did, that registration stays as in
    ``base_years``, and says nothing about what all places have in common. The interval is that of the effect
    alone.

    Parameters
    ----------
    effect
        The estimate, with the same exposure.

    Raises
    ------
    ModelError
        ``MODEL-433``: the exposure is another one than the estimate's, or not known for these years.
    """
    years = range(min(dzud_years), max(dzud_years) + AFTER + 1)
    here = [exposure.places.index(place) for place in effect.fit.places]
    lags = {k: exposure.lag(k, list(years), set(dzud_years))[:, here] for k in range(AFTER + 1)}
    if exposure.name != effect.exposure or not all(np.isfinite(values).all() for values in lags.values()):
        raise ModelError(
            433,
            "the exposure is not the one of the estimate, or is not known in every place and year.",
            "Give the same exposure, with the years of the dzud.",
            ("exposure",),
        )
    counts = internal.out_migrants if effect.side == "out" else internal.in_migrants
    base = counts[np.isin(internal.years, list(base_years))][:, here].mean(axis=0)
    order = {lag_name(k): values for k, values in lags.items()}
    columns = np.stack([order.get(name, np.zeros_like(lags[0])) for name in effect.fit.names], axis=-1)
    sample = range(effect.sample[0], effect.sample[1] + 1)
    seen = float(np.nanmax(exposure.lag(0, list(sample), set(effect.dzud_years) or None)[:, here]))
    beyond = np.nanmax(exposure.lag(0, sorted(dzud_years))[:, here], axis=0) > seen
    return DzudForecast(
        event=event,
        years=tuple(years),
        persons=tuple(excess(base, rows, effect.fit, ahead=True) for rows in columns),
        total=excess(
            np.tile(base, len(years)), columns.reshape(-1, columns.shape[-1]), effect.fit, ahead=True
        ),
        places=effect.fit.places,
        base=base,
        base_years=tuple(sorted(base_years)),
        beyond_seen=tuple(place for place, more in zip(effect.fit.places, beyond, strict=True) if more),
        exposure=exposure.name,
    )
