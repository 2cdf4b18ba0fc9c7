"""How far the headlines hang on each assumption: one is changed at a time, with the same random numbers."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import Country
from nuudel.model.baseline.variants import VARIANTS
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.inputs import Array, Feedback
from nuudel.model.projection.reactions import project_reactions
from nuudel.model.projection.uncertainty import ErrorModel, learn_errors

REFERENCE = "reference"
FIGURES = ("capital_share", "capital_share_low80", "capital_share_high80")
COUNTRY = ("country", "country_low80", "country_high80")
LEVELS = (0.5, 0.1, 0.9)


ERROR_CASES = (
    ("error_source", "past"),
    ("error_source", "united_nations"),
    ("error_years", "from_1970"),
    ("error_correlation", "none"),
    ("error_places", "half"),
)


def sensitivity_of(
    pack: Pack,
    flows: EstimatedFlows | None,
    baseline: Baseline,
    reactions: Sequence[Feedback],
    errors: ErrorModel,
    *,
    year: int,
    draws: int,
    seed: int,
    country: Country | None = None,
    done: Callable[[int, int], None] = lambda count, total: None,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The capital's share and the country's population in a year under each other choice of each assumption.

    Parameters
    ----------
    pack, flows
        What the baseline was reconstructed from.
    baseline, reactions, errors
        Those of the outlook; its own choices are the first row, ``reference``.
    year
        Of the figures.
    country
        As for ``reconstruct``.
    done
        Called with how many cases are done, and how many there are.

    Returns
    -------
    tuple
        A table of assumption, choice, capital_share, capital_share_low80, capital_share_high80, country,
        country_low80, country_high80, capital_share_change, country_change (medians against the reference),
        quality; and a sentence for each choice that cannot be made.
    """
    rows, problems = [], []
    cases = [(REFERENCE, ""), *choices(baseline, flows), *ERROR_CASES]
    cases += [("feedback", "none")] if reactions[0].names else []
    for count, (assumption, choice) in enumerate(cases, start=1):
        try:
            made = changed(pack, country, flows, baseline, reactions, errors, assumption, choice)
        except ModelError as error:
            problems.append(f"The choice {choice} of {assumption} cannot be tried: {error.problem}")
        else:
            rows.append((assumption, choice, *headlines(*made, pack.capital, year, draws, seed)))
        done(count, len(cases))
    frame = pl.DataFrame(rows, schema=["assumption", "choice", *FIGURES, *COUNTRY], orient="row")
    frame = frame.with_columns(
        (pl.col(name) - pl.col(name).first()).alias(f"{name}_change") for name in ("capital_share", "country")
    )
    return frame.with_columns(quality=pl.lit("estimated")), tuple(problems)


def choices(baseline: Baseline, flows: EstimatedFlows | None) -> list[tuple[str, str]]:
    """Every assumption of the baseline with each choice that it did not make and that changes something."""
    made = dict(baseline.variant)
    # At the upper level there are no moves within places; without tables destinations follow arrivals.
    nested = set(baseline.parents) != set(baseline.start.places)
    idle = set() if nested else {("within", option) for option in VARIANTS.get("within", ())}
    idle |= {("destinations", "arrivals")} if flows is None else set()
    every = [(name, option) for name, options in VARIANTS.items() for option in options]
    return [case for case in every if case[1] != made.get(case[0]) and case not in idle]


def changed(
    pack: Pack,
    country: Country | None,
    flows: EstimatedFlows | None,
    baseline: Baseline,
    reactions: Sequence[Feedback],
    errors: ErrorModel,
    assumption: str,
    choice: str,
) -> tuple[Baseline, Sequence[Feedback], ErrorModel]:
    """The outlook's ingredients with one thing changed."""
    if assumption == REFERENCE:
        return baseline, reactions, errors
    if assumption == "feedback":
        still = np.zeros(len(reactions[0].names))
        return baseline, [replace(reactions[0], pull=still, push=still)], errors
    if assumption.startswith("error_"):
        return baseline, reactions, other_errors(pack, errors, assumption, choice)
    years = baseline.rates.years
    other = reconstruct(
        pack,
        flows,
        level=baseline.level,
        year=int(years[0]),
        until=int(years[-1]) + 1,
        variant={**dict(baseline.variant), assumption: choice},
        country=country,
    )
    return other, reactions, errors


def other_errors(pack: Pack, errors: ErrorModel, assumption: str, choice: str) -> ErrorModel:
    """The error model with one thing changed."""
    if assumption == "error_source":
        return learn_errors(pack, source=choice)
    if assumption == "error_years":
        return learn_errors(pack, first=1970, source=errors.source)
    if assumption == "error_correlation":
        return replace(errors, correlation=np.eye(len(errors.correlation)), leaving_pull=0.0)
    return errors.scaled(places=0.5)


def headlines(
    baseline: Baseline,
    reactions: Sequence[Feedback],
    errors: ErrorModel,
    capital: str | None,
    year: int,
    draws: int,
    seed: int,
) -> tuple[float, ...]:
    """Median and 80 % bounds of the capital's share, then of the country's population, in one year."""
    drawn = errors.draw(baseline.rates, reactions[0], draws, seed, parents=baseline.parents)
    paths = drawn + baseline.past
    found = project_reactions(baseline.start, baseline.rates, paths, reactions, groups={}, ages=False)
    persons: Array = found.persons[:, year - int(found.years[0])].astype(float)
    country = persons.sum(axis=1)
    inside = np.array([parent == capital for parent in baseline.parents])
    share = persons[:, inside].sum(axis=1) / country if inside.any() else np.full(draws, np.nan)
    return (
        *(float(v) for v in np.quantile(share, LEVELS)),
        *(float(v) for v in np.quantile(country, LEVELS)),
    )
