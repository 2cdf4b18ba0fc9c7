"""The backtest: every model, every origin, scored on what came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.backtests.history import SIDES, Floats, History, Mask, history_of
from nuudel.model.backtests.models import Model, usable_models
from nuudel.model.backtests.rolling import RollingForecasts, one_thread
from nuudel.model.backtests.scores import COVERAGES, KEPT, covered, crps, interval, kept_quantiles, median
from nuudel.statistics.internal_migration import InternalMigration

MOST_ORIGINS = 25
FEWEST_YEARS = 5
TRAINING_SHARE = 0.3
PERIODS = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Backtest:
    """Forecasts and scores; M models, O origins, H horizons, S = 2n series (in, then out).

    Attributes
    ----------
    models
        M names; ``parts``: what each is made of, counted.
    origins
        O last years known.
    horizons
        H: forecasts are for 1 … H years after the origin.
    places
        n codes; series s is the in-migration of place s, series n + s its out-migration.
    apart
        Shape (S,): series of the places that are reported apart (the capital).
    distorted
        Shape (O, H, S): target or origin lies in a year in which the count is not comparable.
    observed
        Shape (O, H, S) persons, NaN where not counted or after the last year.
    quantiles
        Shape (M, O, H, S, 7) persons at 2.5, 10, 25, 50, 75, 90 and 97.5 per cent.
    crps, absolute_error
        Shape (M, O, H, S) persons; the error is that of the median.
    seed
        Of the bootstrap on differences.
    """

    models: tuple[str, ...]
    parts: tuple[int, ...]
    origins: tuple[int, ...]
    horizons: int
    places: tuple[str, ...]
    apart: Mask
    distorted: Mask
    observed: Floats
    quantiles: Floats
    crps: Floats
    absolute_error: Floats
    seed: int

    def number(self, model: str) -> int:
        """Place of a model in the arrays; ``MODEL-505`` if it was not run."""
        if model not in self.models:
            raise ModelError(
                505,
                f"model {model!r} is not in this backtest.",
                f"Name one that was run{nearest(model, self.models)}.",
                ("models",),
            )
        return self.models.index(model)

    def to_frame(self) -> pl.DataFrame:
        """One row per model, origin, horizon, place and side that could be scored."""
        shape = self.crps.shape
        model, origin, step, series = (index.ravel() for index in np.indices(shape))
        years = np.array(self.origins)[origin]
        low, high = interval(self.quantiles)
        inside = covered(self.quantiles, np.broadcast_to(self.observed, shape))
        n = len(self.places)
        columns = {
            "model": np.array(self.models)[model],
            "origin": years,
            "horizon": step + 1,
            "year": years + step + 1,
            "place": np.array(self.places)[series % n],
            "side": np.array(SIDES)[series // n],
            "period": np.array(self.periods())[origin],
            "apart": self.apart[series],
            "distorted": np.broadcast_to(self.distorted, shape).ravel(),
            "observed": np.broadcast_to(self.observed, shape).ravel(),
            "median": median(self.quantiles).ravel(),
            "crps": self.crps.ravel(),
            "absolute_error": self.absolute_error.ravel(),
        }
        for number, level in enumerate(COVERAGES):
            columns[f"low{level}"] = low[..., number].ravel()
            columns[f"high{level}"] = high[..., number].ravel()
            columns[f"inside{level}"] = inside[..., number].ravel()
        return pl.DataFrame(columns).filter(pl.col("crps").is_not_nan())

    def periods(self) -> list[str]:
        """The period of each origin: three of about the same length, by origin year."""
        parts = np.array_split(np.array(self.origins), min(PERIODS, len(self.origins)))
        return [f"{part[0]}-{part[-1]}" for part in parts for _ in part]


def run_backtest(
    internal: InternalMigration,
    losses: ArrayLike | None = None,
    *,
    origins: Sequence[int] | None = None,
    horizons: int = 3,
    models: Sequence[str] | None = None,
    apart: Sequence[str] = (),
    distorted: Mask | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Backtest:
    """Fit every model up to each origin, forecast the years after it, and score the forecasts.

    A forecast of an origin uses counts and losses up to that year only; so do its intervals. Every model
    gives 200 equally likely values, so that scores are comparable.

    Parameters
    ----------
    internal
        Margins by year and place, NaN where not counted.
    losses
        Shape (T, n) livestock lost, thousand head; without them the models that need them are left out.
    origins
        Last years known; by default the last 25 that leave three tenths of the years (at least five) before
        and the horizons after.
    horizons
        Years ahead.
    models
        Names from the list of models; by default all that the input allows.
    apart
        Places that are reported apart, such as the capital.
    distorted
        Shape (T, S): counts not comparable with their neighbours (:func:`history.distorted_cells`).
    seed
        Of the bootstrap on differences; the forecasts themselves draw nothing.
    progress
        Called with (done, total) after each model and origin.

    Raises
    ------
    ModelError
        ``MODEL-501``, ``502`` and ``506`` unusable input; ``503`` too few years; ``504`` an origin, a number
        of horizons or a mask that does not fit the years; ``505`` unknown model; ``507`` unknown place.
    """
    history = history_of(internal, losses)
    chosen = usable_models(history, models)
    when = checked_origins(history, origins, horizons)
    observed = np.stack([outcome(history, origin, horizons) for origin in when])
    with one_thread():
        kept, score = forecast_all(RollingForecasts(history, horizons), chosen, when, observed, progress)
    return Backtest(
        models=tuple(model.name for model in chosen),
        parts=tuple(model.parts for model in chosen),
        origins=when,
        horizons=horizons,
        places=history.places,
        apart=series_apart(history, apart),
        distorted=distorted_targets(history, distorted, when, horizons),
        observed=observed,
        quantiles=kept,
        crps=score,
        absolute_error=np.abs(median(kept) - observed),
        seed=seed,
    )


def forecast_all(
    rolling: RollingForecasts,
    models: tuple[Model, ...],
    origins: tuple[int, ...],
    observed: Floats,
    progress: Progress | None,
) -> tuple[Floats, Floats]:
    """Kept quantiles (M, O, H, S, 7) and CRPS (M, O, H, S) of every model and origin."""
    shape = (len(models), *observed.shape)
    kept, score = np.empty((*shape, KEPT.size)), np.empty(shape)
    for at, model in enumerate(models):
        for number, origin in enumerate(origins):
            values = rolling.values(model, origin)
            score[at, number] = crps(values, observed[number])
            kept[at, number] = kept_quantiles(values)
            if progress is not None:
                progress(at * len(origins) + number + 1, len(models) * len(origins))
    return kept, score


def checked_origins(history: History, origins: Sequence[int] | None, horizons: int) -> tuple[int, ...]:
    """Origins in ascending order, each with years before and after it."""
    first, last = int(history.years[0]), int(history.years[-1])
    lead = max(FEWEST_YEARS, round(TRAINING_SHARE * history.years.size))
    if horizons < 1:
        raise ModelError(
            504, "a forecast needs at least one year ahead.", "Ask for 1 or more.", ("horizons",)
        )
    if origins is None:
        found = range(max(first + lead, last - horizons - MOST_ORIGINS + 1), last - horizons + 1)
        if not found:
            raise ModelError(
                503,
                f"{history.years.size} years of margins are too few for a backtest.",
                f"Give at least {lead + horizons + 1} years, or fewer years ahead.",
                ("origins", "horizons"),
            )
        return tuple(found)
    when = tuple(sorted({int(origin) for origin in origins}))
    for origin in when:
        if not first + FEWEST_YEARS - 1 <= origin < last:
            raise ModelError(
                504,
                f"origin {origin} does not have {FEWEST_YEARS} years up to it and one after it.",
                f"Choose origins from {first + FEWEST_YEARS - 1} to {last - 1}.",
                ("origins",),
            )
    if not when:
        raise ModelError(504, "there is no origin.", "Give at least one year.", ("origins",))
    return when


def outcome(history: History, origin: int, horizons: int) -> Floats:
    """What came after an origin, (H, S); NaN after the last year."""
    row = history.row(origin) + 1
    came = np.full((horizons, history.counts.shape[1]), np.nan)
    after = history.counts[row : row + horizons]
    came[: len(after)] = after
    return came


def series_apart(history: History, apart: Sequence[str]) -> Mask:
    """Shape (S,): the series of the places that are reported apart."""
    for place in apart:
        if place not in history.places:
            raise ModelError(
                507,
                f"{place!r} is no place of the margins.",
                f"Name one of them{nearest(place, history.places)}.",
                ("apart",),
            )
    return np.tile(np.isin(history.places, tuple(apart)), 2)


def distorted_targets(
    history: History, distorted: Mask | None, origins: tuple[int, ...], horizons: int
) -> Mask:
    """Shape (O, H, S): whether the target's or the origin's count is not comparable."""
    size = history.counts.shape
    if distorted is not None and distorted.shape != size:
        raise ModelError(
            504,
            f"the mask of distorted counts does not have the shape {size} of the margins.",
            "Give years x series, in-migrants of all places first.",
            ("distorted",),
        )
    mask = np.zeros(size, dtype=bool) if distorted is None else distorted
    rows = np.array([history.row(origin) for origin in origins])
    targets = np.minimum(rows[:, None] + np.arange(1, horizons + 1), size[0] - 1)
    found: Mask = mask[targets] | mask[rows][:, None]
    return found
