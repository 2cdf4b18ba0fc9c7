"""The years after the last one: margins by place with intervals, by the model that won."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.backtests.announcement import Announcement, announced_values
from nuudel.model.backtests.backtest import FEWEST_YEARS
from nuudel.model.backtests.history import SIDES, Floats, history_of
from nuudel.model.backtests.models import usable_models
from nuudel.model.backtests.rolling import one_thread
from nuudel.model.backtests.scores import COVERAGES, interval, kept_quantiles, median
from nuudel.statistics.internal_migration import InternalMigration


@dataclass(frozen=True)
class MarginForecast:
    """Forecast margins; H years, n places.

    Attributes
    ----------
    model
        Name of the model.
    origin
        Last year known.
    years
        H years forecast.
    places
        n codes.
    quantiles
        Shape (H, 2n, 7) persons at 2.5, 10, 25, 50, 75, 90 and 97.5 per cent; in-migrants of all places,
        then out-migrants; NaN for a series that was never counted.
    announced
        Policies that the user takes as announced; with any, this is a scenario and no forecast that was
        tested.
    """

    model: str
    origin: int
    years: tuple[int, ...]
    places: tuple[str, ...]
    quantiles: Floats
    announced: tuple[Announcement, ...] = ()
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per year, place and side: median, low50 … high95, model, quality."""
        step, series = (index.ravel() for index in np.indices(self.quantiles.shape[:2]))
        low, high = interval(self.quantiles)
        n = len(self.places)
        columns = {
            "year": np.array(self.years)[step],
            "place": np.array(self.places)[series % n],
            "side": np.array(SIDES)[series // n],
            "median": median(self.quantiles).ravel(),
        }
        for number, level in enumerate(COVERAGES):
            columns[f"low{level}"] = low[..., number].ravel()
            columns[f"high{level}"] = high[..., number].ravel()
        frame = pl.DataFrame(columns).fill_nan(None)
        return frame.with_columns(
            pl.lit(self.model).alias("model"), pl.lit(str(self.quality)).alias("quality")
        )


def forecast(
    internal: InternalMigration,
    losses: ArrayLike | None,
    model: str,
    *,
    years: int = 3,
    announced: Sequence[Announcement] = (),
) -> MarginForecast:
    """Forecast the years after the last one of the margins; nothing is drawn, so no seed is wanted.

    Parameters
    ----------
    internal
        Margins by year and place.
    losses
        Shape (T, n), or None where the model does not need them.
    model
        Name from the list of models.
    years
        How many years ahead.
    announced
        Policies taken as announced: a scenario.

    Raises
    ------
    ModelError
        ``MODEL-501``, ``502``, ``506`` unusable input; ``503`` too few years; ``504`` no year ahead; ``505``
        unknown model; ``509`` an announcement makes no sense.
    """
    history = history_of(internal, losses)
    forecaster = usable_models(history, [model])[0]
    if years < 1:
        raise ModelError(504, "a forecast needs at least one year ahead.", "Ask for 1 or more.", ("years",))
    if history.years.size < max(FEWEST_YEARS, years + 3):
        raise ModelError(
            503,
            f"{history.years.size} years of margins are too few to forecast {years}.",
            f"Give at least {max(FEWEST_YEARS, years + 3)} years.",
            ("years",),
        )
    origin = int(history.years[-1])
    with one_thread():
        values = announced_values(history, forecaster, origin, years, announced)
    return MarginForecast(
        model=model,
        origin=origin,
        years=tuple(range(origin + 1, origin + years + 1)),
        places=history.places,
        quantiles=kept_quantiles(values),
        announced=tuple(announced),
    )
