"""What a ban in one place did to the registers of all others, and how it adds up with the national totals."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.experiments.counterfactuals import COUNTERFACTUALS, FEWEST_YEARS
from nuudel.model.experiments.placebo import log_ratio, place_placebos
from nuudel.model.experiments.registration_ban import check_window
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
SIDES = ("in", "out")
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Spillovers:
    """Registered migrants of other places during a ban, against their own past; n series, both sides.

    Arrays have shape (2, n): arrivals first, departures second; persons over the years of the ban.

    Attributes
    ----------
    places
        n codes: all places, the one of the ban among them, and ``elsewhere``, the sum of the others.
    years : (T,)
    registered : (2, n, T) by year
    ban_years : (W,)
    path, path_low, path_high : (2, n, W) median, lowest and highest of the models by year
    expected
        Median over the models of the sum over the ban.
    low, high
        Observed less expected, lowest and highest of the models.
    placebo_low, placebo_high
        Observed less expected that the worst comparable placebo windows would have made of the median.
    chance_as_low, chance_as_high
        Rank of the median's log ratio among the placebo windows. Of 42 such ranks about two are below 0.05
        by chance.
    filled
        Years of each series that were missing inside it and were filled with their neighbours' mean.
    """

    banned: str
    places: tuple[str, ...]
    years: NDArray[np.int_]
    registered: Floats
    ban_years: NDArray[np.int_]
    path: Floats
    path_low: Floats
    path_high: Floats
    expected: Floats
    low: Floats
    high: Floats
    placebo_low: Floats
    placebo_high: Floats
    chance_as_low: Floats
    chance_as_high: Floats
    filled: NDArray[np.int_]
    concept: str = "registration"
    quality: Quality = Quality.ESTIMATED

    @property
    def observed(self) -> Floats:
        """Registered over the years of the ban."""
        return np.asarray(self.registered[:, :, np.isin(self.years, self.ban_years)].sum(axis=2))

    @property
    def effect(self) -> Floats:
        """Observed less expected."""
        return self.observed - self.expected

    @property
    def beyond_placebo(self) -> NDArray[np.bool_]:
        """Where the effect is larger than in any comparable placebo window."""
        return (self.effect < self.placebo_low) | (self.effect > self.placebo_high)

    def series_frame(self, place: str) -> pl.DataFrame:
        """One row per side and year of a place: registered, and in the ban the range of the models.

        ``quality`` is that of the models.
        """
        at = self.places.index(place)
        frames = []
        for number, side in enumerate(SIDES):
            paths = {"central": self.path, "low": self.path_low, "high": self.path_high}
            ahead = pl.DataFrame(
                {
                    "year": self.ban_years,
                    **{name: path[number, at] for name, path in paths.items()},
                    "quality": [str(self.quality)] * len(self.ban_years),
                }
            )
            counted = pl.DataFrame({"year": self.years, "registered": self.registered[number, at]})
            joined = counted.join(ahead, on="year", how="left", maintain_order="left")
            frames.append(joined.with_columns(pl.lit(side).alias("side")))
        return pl.concat(frames)

    def to_frame(self) -> pl.DataFrame:
        """One row per place and side."""
        names = ["observed", "expected", "effect", "low", "high", "placebo_low", "placebo_high"]
        names += ["chance_as_low", "chance_as_high", "beyond_placebo", "filled"]
        return pl.DataFrame(
            {
                "place": self.places * 2,
                "side": np.repeat(SIDES, len(self.places)),
                **{name: getattr(self, name).ravel() for name in names},
                "concept": [self.concept] * (2 * len(self.places)),
                "quality": [str(self.quality)] * (2 * len(self.places)),
            }
        )


@dataclass(frozen=True)
class BanAccounts:
    """The ban's effects on the four national parts, by model (M,), persons over the years of the ban.

    ``in_banned + in_elsewhere - (out_banned + out_elsewhere)`` equals ``mismatch_observed -
    mismatch_expected``: what the two national totals differ by is accounted for, not hidden.

    Attributes
    ----------
    in_banned, in_elsewhere, out_banned, out_elsewhere
        Observed less expected.
    mismatch_observed
        National arrivals less departures, as registered.
    mismatch_expected
        The same, as the models carry it on.
    """

    models: tuple[str, ...]
    in_banned: Floats
    in_elsewhere: Floats
    out_banned: Floats
    out_elsewhere: Floats
    mismatch_observed: float
    mismatch_expected: Floats
    concept: str = "registration"
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per model."""
        names = ("in_banned", "in_elsewhere", "out_banned", "out_elsewhere")
        return pl.DataFrame(
            {
                "model": self.models,
                **{name: getattr(self, name) for name in names},
                "mismatch_observed": [self.mismatch_observed] * len(self.models),
                "mismatch_expected": self.mismatch_expected,
                "quality": [str(self.quality)] * len(self.models),
            }
        )


def ban_spillovers(
    internal: InternalMigration, place: str, *, first: int, last: int, comparable_since: int
) -> tuple[Spillovers, BanAccounts]:
    """Effects of a ban in ``place`` on all places' registered arrivals and departures, and their accounts.

    Errors as in ``registration_ban``; ``MODEL-404``: a series has gaps of more than a year after its start.
    """
    begin, width, _ = check_window(internal, place, first, last, int(internal.years[-1]))
    here = internal.column(place)
    sides = [fill_gaps(table, here) for table in (internal.in_migrants, internal.out_migrants)]
    series = np.concatenate([side[0] for side in sides], axis=1)
    begun = np.concatenate([side[1] for side in sides])
    ban = slice(begin, begin + width)

    def all_models(start: int, horizon: int) -> Floats:
        found = np.stack([model(series[:start], horizon) for model in COUNTERFACTUALS.values()])
        return np.where(start - begun >= FEWEST_YEARS, found, np.nan)

    def median(start: int, horizon: int) -> Floats:
        return np.asarray(np.median(all_models(start, horizon), axis=0, keepdims=True))

    paths = all_models(begin, width)
    observed = series[ban].sum(axis=0)
    expected = median(begin, width).sum(axis=1)[0]
    placebos = place_placebos(
        median, series, internal.years, first=first, width=width, comparable_since=comparable_since
    )
    ratio = log_ratio(observed, expected)[None]
    least, largest = placebos.band()
    spread = observed - paths.sum(axis=1)

    def by_side(values: Floats) -> Floats:
        """From (..., 2n) to (2, n, ...)."""
        both = values.reshape(*values.shape[:-1], 2, -1)
        return np.moveaxis(both, (-2, -1), (0, 1))

    found = Spillovers(
        banned=place,
        places=(*internal.places, ELSEWHERE),
        years=internal.years,
        registered=by_side(series),
        ban_years=internal.years[ban],
        path=by_side(np.median(paths, axis=0)),
        path_low=by_side(paths.min(axis=0)),
        path_high=by_side(paths.max(axis=0)),
        expected=by_side(expected),
        low=by_side(spread.min(axis=0)),
        high=by_side(spread.max(axis=0)),
        placebo_low=by_side(expected * np.expm1(least[0])),
        placebo_high=by_side(expected * np.expm1(largest[0])),
        chance_as_low=by_side(placebos.chance_as_low(ratio)[0]),
        chance_as_high=by_side(placebos.chance_as_high(ratio)[0]),
        filled=np.stack([side[2] for side in sides]),
    )
    return found, accounts(spread, observed, here)


def accounts(spread: Floats, observed: Floats, here: int) -> BanAccounts:
    """The four parts of the effects (M, 2n) of all series; the last of each side is the sum elsewhere."""
    half = spread.shape[1] // 2
    came, came_elsewhere, left, left_elsewhere = (spread[:, at] for at in (here, half - 1, half + here, -1))
    mismatch = float(observed[here] + observed[half - 1] - observed[half + here] - observed[-1])
    return BanAccounts(
        models=tuple(COUNTERFACTUALS),
        in_banned=came,
        in_elsewhere=came_elsewhere,
        out_banned=left,
        out_elsewhere=left_elsewhere,
        mismatch_observed=mismatch,
        mismatch_expected=mismatch - (came + came_elsewhere - left - left_elsewhere),
    )


def fill_gaps(table: Floats, here: int) -> tuple[Floats, NDArray[np.int_], NDArray[np.int_]]:
    """Series (T, n + 1) without gaps, the row in which each begins, and how many gaps were filled in each.

    The last series is the sum of all but column ``here``. A single missing year gets its neighbours' mean.
    The years before a series begins repeat its first value, so that all have one length; callers use no
    forecast that rests on fewer than ten true years.

    Raises
    ------
    ModelError
        ``MODEL-404``: more than one year in a row is missing.
    """
    full = table.copy()
    for row in range(1, len(table) - 1):
        gap = np.isnan(table[row]) & np.isfinite(table[row - 1]) & np.isfinite(table[row + 1])
        full[row, gap] = (table[row - 1, gap] + table[row + 1, gap]) / 2
    begun = np.isfinite(full).argmax(axis=0)
    before = np.arange(len(table))[:, None] < begun
    if not (np.isfinite(full) | before).all():
        raise ModelError(
            404,
            "a place's margins lack two or more years in a row.",
            "Leave out that place, or fill its margins.",
            ("internal",),
        )
    filled = (np.isnan(table) & np.isfinite(full)).sum(axis=0)
    rest = np.nansum(np.delete(full, here, axis=1), axis=1, keepdims=True)
    whole = np.where(before, full[begun, np.arange(table.shape[1])], full)
    return np.hstack([whole, rest]), np.append(begun, 0), np.append(filled, 0)
