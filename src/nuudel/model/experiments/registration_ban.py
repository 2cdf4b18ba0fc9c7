"""What a refusal to register newcomers did to a place's registered arrivals: a range over counterfactuals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.experiments.companions import companions, expect, usable_models
from nuudel.model.experiments.counterfactuals import FEWEST_YEARS
from nuudel.model.experiments.placebo import Placebos, log_ratio, place_placebos
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
CANNOT_TELL: Mapping[str, str] = MappingProxyType(
    {
        "movement": "Whether fewer people moved to the place, or as many came and lived there unregistered.",
        "make_up": "Whether those who registered after the ban had come during it or came later.",
        "epidemic": "How much of the registrations after the ban belongs to the epidemic of the same years.",
        "bookkeeping": "How much is bookkeeping: arrivals and departures may be balanced differently later.",
        "chance": "A chance below one in the number of windows: there are no more years to compare with.",
    }
)


@dataclass(frozen=True)
class RegistrationBan:
    """Registered arrivals of a place during and after a ban; M models, W years of ban and after.

    Attributes
    ----------
    place, first, last
        Where, and the first and last year of the ban.
    years : (T,) of the series
    observed : (T,) registered arrivals
    models : M names
    ban_years : (W,) the years of the ban and after
    counterfactual : (M, W) registrations expected without the ban
    placebos, placebos_after
        The same models at earlier windows, at the lead of the ban and at that of the years after it.
    concept
        ``registration``: it is no estimate of movement.
    cannot_tell
        What these figures cannot say, by key.
    """

    place: str
    first: int
    last: int
    years: NDArray[np.int_]
    observed: Floats
    models: tuple[str, ...]
    ban_years: NDArray[np.int_]
    counterfactual: Floats
    placebos: Placebos
    placebos_after: Placebos
    concept: str = "registration"
    cannot_tell: Mapping[str, str] = field(default_factory=lambda: CANNOT_TELL)
    quality: Quality = Quality.ESTIMATED

    @property
    def central(self) -> Floats:
        """Median over the models, (W,)."""
        return np.asarray(np.median(self.counterfactual, axis=0))

    @property
    def low(self) -> Floats:
        """Lowest of the models, (W,)."""
        return np.asarray(self.counterfactual.min(axis=0))

    @property
    def high(self) -> Floats:
        """Highest of the models, (W,)."""
        return np.asarray(self.counterfactual.max(axis=0))

    def _sums(self, rows: NDArray[np.bool_]) -> tuple[float, Floats]:
        """Registered, and expected by each model (M,), over some of the ban's years and those after."""
        registered = self.observed[np.isin(self.years, self.ban_years[rows])].sum()
        return float(registered), np.asarray(self.counterfactual[:, rows].sum(axis=1))

    @property
    def missing(self) -> Floats:
        """Expected less registered over the ban, (M,)."""
        registered, expected = self._sums(self.ban_years <= self.last)
        return expected - registered

    @property
    def missing_range(self) -> tuple[Floats, Floats]:
        """Missing if each model errs as much as in its worst comparable placebo windows, (M,) each."""
        registered, expected = self._sums(self.ban_years <= self.last)
        least, largest = self.placebos.band()
        return expected * np.exp(least[:, 0]) - registered, expected * np.exp(largest[:, 0]) - registered

    @property
    def made_up(self) -> Floats:
        """Registered less expected in the years after the ban, (M,)."""
        registered, expected = self._sums(self.ban_years > self.last)
        return registered - expected

    @property
    def made_up_range(self) -> tuple[Floats, Floats]:
        """Made up if each model errs as much as in its worst comparable windows as far ahead, (M,) each."""
        registered, expected = self._sums(self.ban_years > self.last)
        least, largest = self.placebos_after.band()
        return registered - expected * np.exp(largest[:, 0]), registered - expected * np.exp(least[:, 0])

    @property
    def made_up_share(self) -> Floats:
        """Made up over missing, (M,); NaN where nothing is missing."""
        missing = np.where(self.missing > 0, self.missing, np.nan)
        return self.made_up / missing

    @property
    def log_ratio(self) -> Floats:
        """Logarithm of registered over expected in the ban, (M,)."""
        registered, expected = self._sums(self.ban_years <= self.last)
        return log_ratio(np.asarray(registered), expected)

    @property
    def chance_as_low(self) -> Floats:
        """Rank among all placebo windows as a p-value, (M,): one-sided, as a ban can only lower."""
        return self.placebos.chance_as_low(self.log_ratio[:, None])[:, 0]

    @property
    def chance_as_far(self) -> Floats:
        """The same in either direction, (M,)."""
        return self.placebos.chance_as_far(self.log_ratio[:, None])[:, 0]

    @property
    def largest_placebo(self) -> Floats:
        """The largest error of each model in comparable windows, persons, (M,)."""
        return self.placebos.largest()[:, 0]

    @property
    def steadiest(self) -> str:
        """The model whose worst comparable placebo window was the mildest in persons."""
        return self.models[int(self.largest_placebo.argmin())]

    def to_frame(self) -> pl.DataFrame:
        """One row per model."""
        names = ("log_ratio", "chance_as_low", "chance_as_far", "largest_placebo")
        frame = pl.DataFrame(
            {
                "model": self.models,
                "missing": self.missing,
                "missing_low": self.missing_range[0],
                "missing_high": self.missing_range[1],
                "made_up": self.made_up,
                "made_up_low": self.made_up_range[0],
                "made_up_high": self.made_up_range[1],
                "made_up_share": self.made_up_share,
                **{name: getattr(self, name) for name in names},
            }
        )
        return frame.with_columns(
            pl.lit(self.concept).alias("concept"), pl.lit(str(self.quality)).alias("quality")
        )

    def series_frame(self) -> pl.DataFrame:
        """One row per year: registered, and from the ban on the range of the counterfactuals.

        ``quality`` is that of the counterfactuals.
        """
        expected = {"central": self.central, "low": self.low, "high": self.high}
        ahead = pl.DataFrame(
            {"year": self.ban_years, **expected, "quality": [str(self.quality)] * len(self.ban_years)}
        )
        frame = pl.DataFrame({"year": self.years, "observed": self.observed})
        return frame.join(ahead, on="year", how="left", maintain_order="left")

    def placebo_frame(self) -> pl.DataFrame:
        """One row per model and placebo window."""
        windows, models = len(self.placebos.years), len(self.models)
        return pl.DataFrame(
            {
                "model": np.repeat(self.models, windows),
                "first_year": np.tile(self.placebos.years, models),
                "comparable": np.tile(self.placebos.comparable, models),
                "expected": self.placebos.expected[:, :, 0].ravel(),
                "observed": np.tile(self.placebos.observed[:, 0], models),
                "log_ratio": self.placebos.log_ratio[:, :, 0].ravel(),
                "quality": [str(self.quality)] * (windows * models),
            }
        ).fill_nan(None)


def registration_ban(
    internal: InternalMigration,
    place: str,
    *,
    first: int,
    last: int,
    until: int,
    comparable_since: int,
    losses: Floats | None = None,
) -> RegistrationBan:
    """The effect of a ban from ``first`` to ``last`` on registered arrivals, and what came back by ``until``.

    There is no donor for a synthetic control: whoever did not register here is missing from the departures of
    every other place. So the counterfactuals are the place's own past, carried on by stated models, and the
    scale of their errors comes from the same models at every earlier window (placebo in time; Abadie,
    Diamond & Hainmueller 2015, *American Journal of Political Science* 59, section 3; ranks as in Fisher's
    randomisation test).

    Parameters
    ----------
    internal
        Margins of n places in T consecutive years.
    place
        Code of the place that refused.
    comparable_since
        First year of placebo windows that give the bands and the largest placebo; ranks use all windows.
    losses
        (T, n) livestock lost, million head; without it the two regressions on losses are left out.

    Raises
    ------
    ModelError
        ``MODEL-401`` to ``MODEL-403``.
    """
    begin, width, after = check_window(internal, place, first, last, until)
    series = companions(internal, internal.column(place), losses)
    models = usable_models(series, begin)

    def forecast(start: int, horizon: int) -> Floats:
        return expect(models, series, start, horizon)[:, :, None]

    def placebos(years: int, skip: int) -> Placebos:
        return place_placebos(
            forecast,
            series.arrivals[:, None],
            internal.years,
            first=first,
            width=years,
            skip=skip,
            comparable_since=comparable_since,
        )

    return RegistrationBan(
        place=place,
        first=first,
        last=last,
        years=internal.years,
        observed=series.arrivals,
        models=models,
        ban_years=internal.years[begin : begin + width + after],
        counterfactual=expect(models, series, begin, width + after),
        placebos=placebos(width, 0),
        placebos_after=placebos(after, width),
    )


def check_window(
    internal: InternalMigration, place: str, first: int, last: int, until: int
) -> tuple[int, int, int]:
    """Row of the first year, years of the ban and years after it.

    Raises
    ------
    ModelError
        ``MODEL-401``: the place is not there, or lacks a count; ``MODEL-402``: the years do not follow each
        other, or too few lie before.
    """
    if place not in internal.places:
        raise ModelError(401, f"the margins have no place {place!r}.", "Name one of theirs.", ("place",))
    years = internal.years
    consecutive = bool((np.diff(years) == 1).all())
    if not (consecutive and years[0] + FEWEST_YEARS < first <= last < until <= years[-1]):
        raise ModelError(
            402,
            f"the margins do not have {FEWEST_YEARS + 1} years before {first} and every year to {until}.",
            "Choose years inside the series, in the order first, last, until.",
            ("first", "last", "until"),
        )
    if not np.isfinite(internal.in_migrants[:, internal.column(place)]).all():
        raise ModelError(
            401, f"arrivals of {place} are not known in every year.", "Choose another place.", ("place",)
        )
    begin = internal.at(first)
    return begin, last - first + 1, until - last
