"""A policy that was announced, as a scenario: what the user says it does to registered moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.backtests.backtest import checked_origins, outcome
from nuudel.model.backtests.history import SIDES, Floats, History, history_of
from nuudel.model.backtests.models import Model, model_of
from nuudel.model.backtests.rolling import RollingForecasts, one_thread
from nuudel.model.backtests.scores import crps, kept_quantiles, median
from nuudel.statistics.internal_migration import InternalMigration


@dataclass(frozen=True)
class Announcement:
    """Moves of one place and side are registered at ``factor`` times their usual number in some years.

    Attributes
    ----------
    place, side
        Place code; "in" or "out".
    first, last
        Years in force, inclusive; ``last`` is what the user expects.
    factor
        Above 0: an assumption of the user, not an estimate.
    known_from
        First origin at which it was announced, as the user says.
    """

    place: str
    side: str
    first: int
    last: int
    factor: float
    known_from: int

    def covers(self, year: int) -> bool:
        """Whether it is in force in a year."""
        return self.first <= year <= self.last


def checked_series(history: History, announcement: Announcement) -> int:
    """The series that an announcement concerns; ``MODEL-509`` where it makes no sense."""
    places = history.places
    if announcement.place not in places or announcement.side not in SIDES:
        raise ModelError(
            509,
            f"the announcement names {announcement.place!r} and side {announcement.side!r}.",
            f"Name a place of the margins{nearest(announcement.place, places)} and side 'in' or 'out'.",
            ("place", "side"),
        )
    if announcement.first > announcement.last or not 0 < announcement.factor < np.inf:
        raise ModelError(
            509,
            "the announcement ends before it begins, or its factor is not above 0.",
            "Correct its years or its factor.",
            ("first", "last", "factor"),
        )
    return places.index(announcement.place) + len(places) * SIDES.index(announcement.side)


def announced_values(
    history: History, model: Model, origin: int, horizons: int, announcements: Sequence[Announcement]
) -> Floats:
    """Equally likely values (H, S, K) under announcements known at the origin.

    Counts of years in force are set aside, so that they do not pull down the level that returns afterwards,
    and forecasts of years in force are multiplied by the factor.
    """
    known = history.until(origin)
    counts = known.counts.copy()
    active = [(checked_series(history, a), a) for a in announcements if a.known_from <= origin]
    for series, announcement in active:
        counts[[announcement.covers(int(year)) for year in known.years], series] = np.nan
    usual = History(known.years, known.places, counts, known.losses)
    values = RollingForecasts(usual, horizons).values(model, origin)
    for series, announcement in active:
        for step in range(horizons):
            if announcement.covers(origin + step + 1):
                values[step, series] *= announcement.factor
    return values


def score_announcements(
    internal: InternalMigration,
    losses: ArrayLike | None,
    model: str,
    announcements: Sequence[Announcement],
    *,
    origins: Sequence[int],
    horizons: int = 3,
) -> pl.DataFrame:
    """Forecasts with and without the announcements, for the series that they name.

    One row per origin, horizon, place and side: observed, median and crps without (``median``, ``crps``), and
    with (``announced_median``, ``announced_crps``). The factor is the user's: set with hindsight it shows
    what knowing would have been worth, and is no skill. It never enters a backtest.

    Raises
    ------
    ModelError
        As :func:`backtest.run_backtest`; ``MODEL-509``: an announcement makes no sense.
    """
    history = history_of(internal, losses)
    forecaster = model_of(model)
    concerned = sorted({checked_series(history, a) for a in announcements})
    n = len(history.places)
    rows = []
    for origin in checked_origins(history, origins, horizons):
        came = outcome(history, origin, horizons)
        with one_thread():
            plain = announced_values(history, forecaster, origin, horizons, ())
            told = announced_values(history, forecaster, origin, horizons, announcements)
        for step in range(horizons):
            for series in concerned:
                both = np.stack([plain[step, series], told[step, series]])
                middle, score = median(kept_quantiles(both)), crps(both, np.full(2, came[step, series]))
                rows.append(
                    {
                        "origin": origin,
                        "horizon": step + 1,
                        "year": origin + step + 1,
                        "place": history.places[series % n],
                        "side": SIDES[series // n],
                        "observed": came[step, series],
                        "median": middle[0],
                        "crps": score[0],
                        "announced_median": middle[1],
                        "announced_crps": score[1],
                    }
                )
    return pl.DataFrame(rows).fill_nan(None)
