"""The outlook: what people, moves and shares may become, how that compares, and how much to trust it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import Country, read_country
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.back_projection import (
    BACK_YEAR,
    NO_BACK,
    ORIGINS,
    BackProjection,
    back_project,
    summary_of,
)
from nuudel.model.projection.inputs import Array, Feedback
from nuudel.model.projection.reactions import project_reactions
from nuudel.model.projection.result import Projection
from nuudel.model.projection.sensitivity import sensitivity_of
from nuudel.model.projection.uncertainty import ErrorModel
from nuudel.model.projection.wpp_comparison import (
    NO_COMPARISON,
    NO_REASONS,
    compare_with_wpp,
    explain_difference,
    has_projection,
)

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
# Year of the headlines whose reasons and sensitivity are shown; the last one where the outlook ends earlier.
HEADLINE_YEAR = 2050
# Draws of the back-projection and of each case of the sensitivity.
FEW_DRAWS = 200
Watch = Callable[[str, int, int], None]
"""Called with the name of a part, how much of it is done, and how much there is."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """Quantiles of a probabilistic projection; everything in it is estimated.

    Quantiles are of each figure by itself: those of places do not sum to those of the country.

    Attributes
    ----------
    years
        T + 1, of the stocks (beginning of the projection year); flows of a year lead from one to the next.
    places
        R codes.
    levels
        Q = 5 probabilities: 0.025, 0.1, 0.5, 0.9, 0.975.
    persons
        Q x T+1 x R.
    country
        Q x T+1 persons.
    capital
        Code of the capital, empty where the country has none among the places.
    capital_share
        Q x T+1, 0 to 1; NaN without a capital.
    net_internal
        Q x T x R: arrivals less departures.
    net_international
        Q x T: immigrants less emigrants of the country.
    groups
        G names of age groups (``AGE_GROUPS``).
    grouped
        Q x T+1 x G x R persons.
    pyramid
        Q x T+1 x 2 x 101 persons of the country (female, male).
    wpp
        year, median, low80, high80, wpp_median, wpp_low80, wpp_high80 (persons), quality; the bounds are
        empty for years that were estimated. No rows where the pack has no such projection.
    wpp_reasons
        component (``start``, ``births``, ``deaths``, ``migration``, ``spread``, ``rounding``, and ``total``,
        their sum), difference_persons (this outlook's median less the United Nations', in ``wpp_year``),
        explanation (key: the component), quality.
    wpp_year
        Year of the reasons.
    back, back_coverage, back_errors
        ``BackProjection.frame``, ``.coverage`` and ``.errors``: what was said from ``back_year`` with
        what was known then, what came, how often intervals held it, and how far simpler forecasts
        erred. Without rows where it was not made.
    back_origins
        The same from several years (``ORIGINS``), a row each with coverage and errors: origin, indicator,
        years, cells, covered80, covered95, outlook, no_change, linear (per cent), quality.
    back_year
        Year that the back-projection starts from; 0 where it was not made.
    sensitivity
        assumption, choice, capital_share, capital_share_low80, capital_share_high80, country,
        country_low80, country_high80 (in ``sensitivity_year``), capital_share_change, country_change (medians
        against the first row, ``reference``; same random numbers), quality.
    sensitivity_year
        Year of the sensitivity.
    errors
        The error model: component, rho, phi, scale, sd10, sd25, past25, united_nations25, unit, source,
        quality (``ErrorModel.to_frame``).
    correlations
        first, second, correlation of the yearly innovations, quality.
    problems
        What could not be done or should be known, a full sentence each.
    draws, seed
        How many draws, and where the random numbers start.
    quality
        ``estimated``.
    """

    years: NDArray[np.int64]
    places: tuple[str, ...]
    levels: Array
    persons: Array
    country: Array
    capital: str
    capital_share: Array
    net_internal: Array
    net_international: Array
    groups: tuple[str, ...]
    grouped: Array
    pyramid: Array
    wpp: pl.DataFrame
    wpp_reasons: pl.DataFrame
    wpp_year: int
    back: pl.DataFrame
    back_coverage: pl.DataFrame
    back_errors: pl.DataFrame
    back_year: int
    sensitivity: pl.DataFrame
    sensitivity_year: int
    errors: pl.DataFrame
    correlations: pl.DataFrame
    problems: tuple[str, ...]
    draws: int
    seed: int
    quality: str = "estimated"
    back_origins: pl.DataFrame = field(default_factory=lambda: summary_of([]))

    def at(self, year: int) -> int:
        """Row of a year among the stocks."""
        return int(year - self.years[0])

    def place_frame(self) -> pl.DataFrame:
        """place, year, median, low80, high80, low95, high95 (persons), quality."""
        low95, low80, median, high80, high95 = (level.ravel() for level in self.persons)
        return pl.DataFrame(
            {
                "place": list(self.places) * self.years.size,
                "year": np.repeat(self.years, len(self.places)),
                "median": median,
                "low80": low80,
                "high80": high80,
                "low95": low95,
                "high95": high95,
                "quality": self.quality,
            }
        )


def look_outlook(
    pack: Pack,
    baseline: Baseline,
    reactions: Sequence[Feedback],
    errors: ErrorModel,
    *,
    draws: int,
    seed: int,
    watch: Watch = lambda part, done, total: None,
    flows: EstimatedFlows | None = None,
) -> Outlook:
    """Project with errors, compare with the United Nations, look back, and exchange assumptions.

    Parameters
    ----------
    pack, flows
        What the baseline was reconstructed from; comparison, back-projection and sensitivity need them.
    baseline
        Reconstructed people and rates.
    reactions
        Capacities with the weak, the central and the strong reaction to crowding, which the draws share
        (``project_reactions``), or with a single one. The comparison is with the central one.
    errors
        From ``learn_errors``.
    draws, seed
        Of the projection; back-projection and sensitivity use ``FEW_DRAWS`` at most.
    watch
        Told of the progress of each part (``projection``, ``united_nations``, ``back_projection``,
        ``sensitivity``): its name, how much is done, how much there is.

    Raises
    ------
    ModelError
        What ``project``, ``reconstruct`` and ``learn_errors`` raise; a back-projection that the data do not
        allow becomes one of ``problems``.
    """
    watch("projection", 0, 1)
    feedback = reactions[len(reactions) // 2]
    drawn = errors.draw(baseline.rates, feedback, draws, seed, parents=baseline.parents)
    found = project_reactions(baseline.start, baseline.rates, drawn + baseline.past, reactions)
    figures = summarise(found, baseline, pack.capital or "")
    watch("projection", 1, 1)
    years, country = figures["years"], figures["country"]
    headline = min(HEADLINE_YEAR, int(years[-1]))
    wpp, reasons = NO_COMPARISON, NO_REASONS
    if has_projection(pack):
        wpp = compare_with_wpp(pack, years, country[1:4])
        median = float(country[2, headline - int(years[0])])
        reasons = explain_difference(pack, baseline, feedback, median, headline)
    watch("united_nations", 1, 1)
    few, known = min(draws, FEW_DRAWS), read_country(pack)
    back, origins, problems = look_back(
        pack, known, flows, few, seed, lambda done, total: watch("back_projection", done, total)
    )
    sensitivity, untried = sensitivity_of(
        pack,
        flows,
        baseline,
        reactions,
        errors,
        year=headline,
        draws=few,
        seed=seed,
        country=known,
        done=lambda done, total: watch("sensitivity", done, total),
    )
    return Outlook(
        **figures,
        wpp=wpp,
        wpp_reasons=reasons,
        wpp_year=headline,
        back=back.frame,
        back_coverage=back.coverage,
        back_errors=back.errors,
        back_year=back.year,
        back_origins=origins,
        sensitivity=sensitivity,
        sensitivity_year=headline,
        errors=errors.to_frame(),
        correlations=errors.correlation_frame(),
        problems=(*limits(reactions), *errors.problems, *problems, *untried),
        draws=draws,
        seed=seed,
    )


def limits(reactions: Sequence[Feedback]) -> tuple[str, ...]:
    """What no interval of the outlook holds."""
    told = ("Unregistered moves and errors of population counts are in no interval.",)
    if any(np.any(feedback.pull) or np.any(feedback.push) for feedback in reactions):
        return (
            *told,
            "How strongly people react to crowding is assumed, with a range; nobody has measured it.",
        )
    return told


def summarise(found: Projection, baseline: Baseline, capital: str) -> dict[str, Any]:
    """Quantiles over the draws, by the names of ``Outlook``."""
    country = found.persons.sum(axis=2)
    inside = [parent == capital for parent in baseline.parents]
    if any(inside):
        share = quantiles(found.persons[:, :, inside].sum(axis=2) / country)
    else:
        share = np.full((len(LEVELS), country.shape[1]), np.nan)
    return {
        "years": found.years,
        "places": found.places,
        "levels": np.array(LEVELS),
        "persons": quantiles(found.persons),
        "country": quantiles(country),
        "capital": capital if any(inside) else "",
        "capital_share": share,
        "net_internal": quantiles(found.values("net_internal")),
        "net_international": quantiles(found.country("net_international")),
        "groups": found.groups,
        "grouped": quantiles(found.grouped),
        "pyramid": quantiles(np.asarray(found.pyramid)),
    }


def quantiles(values: NDArray[Any]) -> Array:
    """Q quantiles along the first axis, interpolated between the nearest draws."""
    draws = np.ascontiguousarray(values.reshape(len(values), -1).T)
    draws.sort(axis=1)
    place = np.array(LEVELS) * (len(values) - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    part = place - low
    found = draws[:, low] * (1 - part) + draws[:, high] * part
    return np.asarray(found.T.reshape(len(LEVELS), *values.shape[1:]), dtype=np.float64)


def look_back(
    pack: Pack,
    country: Country | None,
    flows: EstimatedFlows | None,
    draws: int,
    seed: int,
    done: Callable[[int, int], None],
) -> tuple[BackProjection, pl.DataFrame, tuple[str, ...]]:
    """The back-projection, those from all origins summarised, and what they do not show.

    Where the first cannot be made it is empty, and the sentences say why; other origins are left out.
    """
    made: dict[int, BackProjection] = {}
    problems: list[str] = []
    for count, year in enumerate(ORIGINS, start=1):
        try:
            made[year] = back_project(pack, flows, year=year, draws=draws, seed=seed, country=country)
        except ModelError as error:
            problems.append(f"There is no back-projection from {year}: {error.problem}")
        done(count, len(ORIGINS))
    back = made.get(BACK_YEAR, NO_BACK)
    return back, summary_of(list(made.values())), (*back.problems, *problems)
