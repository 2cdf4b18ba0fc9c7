"""The error model of a projection: errors that last and go together, and draws of them."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import SEXES, Array, Feedback, Paths, Rates
from nuudel.model.projection.uncertainty_process import ErrorProcess

COMPONENTS = ("fertility", "life_expectancy", "net_migration", "mobility")
# Philox counters of these draws start here, so that they share no number with other uses of a seed.
STREAM = 661
WINDOW = 10
"""Years whose mean is the level of moves from then on, as in the baseline."""


@dataclass(frozen=True, eq=False)
class ErrorModel:
    """Processes of the errors of a country's projection; all estimated.

    Attributes
    ----------
    fertility
        Errors of the logarithm of total fertility.
    life_expectancy
        Errors of life expectancy at birth, years.
    net_migration
        Errors of net international migration, persons a year.
    mobility
        Errors of the logarithm of internal moves per person.
    correlation
        4 x 4 correlations of their innovations, in the order of ``COMPONENTS``.
    target_weight
        How far the correlations were drawn towards zero, 0 to 1.
    places
        R codes.
    leaving, pull
        Processes of the places with a scale of 1.
    leaving_scales, pull_scales
        R scales of the innovations, logarithms.
    leaving_pull
        Correlation of the innovations of being left and of being sought, of the same place.
    corridor
        Errors of the logarithm of a corridor's weight in international migration, both directions alike.
    known_until
        Last year without errors: of national rates, and of internal moves.
    source
        ``both``, ``past`` or ``united_nations``: where the spread of the national components comes from.
    past, united_nations
        Processes of the first three of ``COMPONENTS`` by this country's past alone, and by the United
        Nations' intervals alone.
    problems
        What should be known, a sentence each.
    """

    fertility: ErrorProcess
    life_expectancy: ErrorProcess
    net_migration: ErrorProcess
    mobility: ErrorProcess
    correlation: Array
    target_weight: float
    places: tuple[str, ...]
    leaving: ErrorProcess
    pull: ErrorProcess
    leaving_scales: Array
    pull_scales: Array
    leaving_pull: float
    corridor: ErrorProcess
    known_until: tuple[int, int]
    source: str
    past: tuple[ErrorProcess, ...]
    united_nations: tuple[ErrorProcess, ...]
    problems: tuple[str, ...]

    def processes(self) -> tuple[ErrorProcess, ...]:
        """Those of ``COMPONENTS``."""
        return self.fertility, self.life_expectancy, self.net_migration, self.mobility

    def scaled(self, **factors: float) -> "ErrorModel":
        """The same with scales multiplied: names of ``COMPONENTS``, ``places`` or ``corridor``."""
        changed = {
            name: replace(getattr(self, name), scale=getattr(self, name).scale * factor)
            for name, factor in factors.items()
            if name != "places"
        }
        places = factors.get("places", 1.0)
        return replace(
            self,
            leaving_scales=self.leaving_scales * places,
            pull_scales=self.pull_scales * places,
            **changed,
        )

    def draw(
        self,
        rates: Rates,
        feedback: Feedback,
        draws: int,
        seed: int,
        *,
        parents: tuple[str, ...] | None = None,
    ) -> Paths:
        """Departures of D draws; draw i is the same whatever D, and years are the same whatever the last one.

        National rates have the baseline as their median; moves lie around it as single years around their
        mean (``around_mean``). Each draw has its own stream of a counter-based generator (Philox 4x64,
        Salmon et al. 2011), keyed by the seed and its number.

        Parameters
        ----------
        rates
            Their years, places, corridors and numbers of immigrants.
        draws
            D, at least 1.
        seed
            0 to 2^63.
        parents
            Of each place the one whose errors it takes (``Baseline.parents``); the place itself unless given.

        Raises
        ------
        ModelError
            ``MODEL-664``: no draws, or a seed below 0; ``MODEL-665``: a place is unknown to the model.
        """
        if draws < 1 or seed < 0:
            raise ModelError(
                664,
                f"{draws} draws with seed {seed} cannot be made.",
                "Ask for one draw or more and a seed of 0 or more.",
                ("draws", "seed"),
            )
        rows = self.rows_of(rates.places if parents is None else parents)
        years, count, kinds = rates.years, len(self.places), len(COMPONENTS)
        random = normals(draws, seed, (years.size, kinds + 2 * count + len(rates.corridors)))
        national, internal = (years > until for until in self.known_until)
        common = random[:, :, :kinds] @ np.linalg.cholesky(self.correlation).T
        fertility, living, net = (
            along(process, common[:, :, k], national) for k, process in enumerate(self.processes()[:3])
        )
        mobility = around_mean(self.mobility, common[:, :, 3], internal)
        left, own, beyond = np.split(random[:, :, kinds:], [count, 2 * count], axis=2)
        sought = self.leaving_pull * left + np.sqrt(1 - self.leaving_pull**2) * own
        leaving = around_mean(self.leaving, left, internal, self.leaving_scales)
        pull = around_mean(self.pull, sought, internal, self.pull_scales)
        corridor = along(self.corridor, beyond, national)
        shift = np.arcsinh(net / np.maximum(2 * rates.immigrants.sum(axis=1), 1.0))[:, :, None]
        shape = (draws, years.size, len(rates.places))
        return Paths(
            dying=living / life_expectancy_slope(rates),
            bearing=np.broadcast_to(fertility[:, :, None], shape),
            leaving=leaving[:, :, rows] + mobility[:, :, None],
            pull=pull[:, :, rows],
            emigrating=corridor - shift,
            immigrating=corridor + shift,
            capacity=np.broadcast_to(0.0, (draws, years.size, len(feedback.names), len(rates.places))),
        )

    def rows_of(self, places: tuple[str, ...]) -> NDArray[np.int64]:
        """Rows of places."""
        row = {place: at for at, place in enumerate(self.places)}
        missing = [place for place in places if place not in row]
        if missing:
            raise ModelError(
                665,
                f"No errors were learnt for place {missing[0]}.",
                "Learn them from margins that have it, or name the place that it lies in.",
                ("places", "parents"),
            )
        return np.array([row[place] for place in places], dtype=np.int64)

    def to_frame(self) -> pl.DataFrame:
        """The processes, one row each.

        Returns
        -------
        DataFrame
            component, rho, phi, scale, sd10, sd25 (standard deviation of the errors of year 10 and 25),
            past25, united_nations25 (that of year 25 by the past and by the United Nations alone, empty
            where there is no choice), unit, source, quality. Scales of places are medians.
        """
        rows = [
            ("fertility", self.fertility, "logarithm"),
            ("life_expectancy", self.life_expectancy, "years"),
            ("net_migration", self.net_migration, "persons a year"),
            ("mobility", self.mobility, "logarithm"),
            ("leaving", self.leaving.with_scale(float(np.median(self.leaving_scales))), "logarithm"),
            ("pull", self.pull.with_scale(float(np.median(self.pull_scales))), "logarithm"),
            ("corridor", self.corridor, "logarithm"),
        ]
        none = [None] * (len(rows) - len(self.past))
        return pl.DataFrame(
            {
                "component": [name for name, _, _ in rows],
                "rho": [process.rho for _, process, _ in rows],
                "phi": [process.phi for _, process, _ in rows],
                "scale": [process.scale for _, process, _ in rows],
                "sd10": [spread(process, 10) for _, process, _ in rows],
                "sd25": [spread(process, 25) for _, process, _ in rows],
                "past25": [*(spread(process, 25) for process in self.past), *none],
                "united_nations25": [*(spread(process, 25) for process in self.united_nations), *none],
                "unit": [unit for _, _, unit in rows],
                "source": [self.source if name in COMPONENTS[:3] else "past" for name, _, _ in rows],
                "quality": "estimated",
            },
            schema_overrides={"past25": pl.Float64, "united_nations25": pl.Float64},
        )

    def correlation_frame(self) -> pl.DataFrame:
        """first, second, correlation, quality."""
        pairs = [(i, j) for i in range(len(COMPONENTS)) for j in range(i)]
        rows = [(COMPONENTS[j], COMPONENTS[i], float(self.correlation[i, j])) for i, j in pairs]
        rows.append(("leaving", "pull", self.leaving_pull))
        frame = pl.DataFrame(rows, schema=["first", "second", "correlation"], orient="row")
        return frame.with_columns(quality=pl.lit("estimated"))


def spread(process: ErrorProcess, horizon: int) -> float:
    """Standard deviation of the error of one horizon."""
    return float(np.sqrt(process.variance(horizon)[-1]))


def normals(draws: int, seed: int, shape: tuple[int, int]) -> Array:
    """D x shape standard normal numbers, one stream of the generator for each draw."""
    found = np.empty((draws, *shape))
    for number in range(draws):
        key = np.array([seed, number], dtype=np.uint64)
        counter = np.array([0, 0, 0, STREAM], dtype=np.uint64)
        np.random.Generator(np.random.Philox(key=key, counter=counter)).standard_normal(out=found[number])
    return found


def along(process: ErrorProcess, random: Array, unknown: NDArray[np.bool_]) -> Array:
    """Errors along axis 1 of D x T (x K) numbers; zero until the first unknown year."""
    found = np.zeros(random.shape)
    first = unknown.size - int(unknown.sum())
    found[:, first:] = np.moveaxis(process.errors(np.moveaxis(random[:, first:], 1, -1)), -1, 1)
    return found


def around_mean(
    process: ErrorProcess, random: Array, unknown: NDArray[np.bool_], scales: Array | float = 1.0
) -> Array:
    """Errors of logarithms around the arithmetic mean of ``WINDOW`` years; K scales multiply them.

    The mean of years that vary lies above their median, by half of the variance within the window (of the
    logarithms); so much less is the median here. Without it the places that vary more would draw more people
    than they did.
    """
    shift = process.within(WINDOW) / 2 * np.square(scales)
    later = unknown.reshape(-1, *[1] * (random.ndim - 2))
    return np.asarray(along(process, random, unknown) * scales - np.where(later, shift, 0.0))


def life_expectancy_slope(rates: Rates) -> Array:
    """T years of life expectancy at birth (mean of the sexes) that one more in ``Paths.dying`` adds (< 0)."""
    step = 0.05
    longer, shorter = (
        life_expectancy(rates.dying * np.exp(rates.dying_response * sign), rates.dying_newborn)
        for sign in (-step, step)
    )
    slope = (shorter - longer) / (2 * step)
    # Where dying does not respond to the index, or hardly, no error can be expressed by it.
    return np.where(np.abs(slope) > 1e-6, slope, -np.inf)


def life_expectancy(dying: Array, dying_newborn: Array) -> Array:
    """T years at birth, mean of the sexes, from T x 2 x 101 and T x 2 probabilities of dying.

    Those who die live half of the year; a newborn is half a year old, on average, when the year of birth
    ends; at the open age everybody lives 1/q years on average, less half.
    """
    dying = np.minimum(dying, 1.0)
    alive = np.cumprod(1 - dying[..., :-1], axis=-1)
    reaching = np.concatenate([np.ones((*dying.shape[:-1], 1)), alive], axis=-1)
    lived = (reaching[..., :-1] * (1 - dying[..., :-1] / 2)).sum(axis=-1)
    lived = lived + reaching[..., -1] * (1 / np.maximum(dying[..., -1], 1e-3) - 0.5)
    years = 0.5 * (1 - dying_newborn / 2) + (1 - dying_newborn) * lived
    return np.asarray(years.sum(axis=-1) / len(SEXES))
