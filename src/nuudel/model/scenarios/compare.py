"""All scenarios and the baseline on the same draws, and what differs."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates
from nuudel.model.projection.reactions import project_reactions
from nuudel.model.projection.result import Projection
from nuudel.model.scenarios.catalogue import Catalogue
from nuudel.model.scenarios.comparison import LEVELS, ScenarioComparison
from nuudel.model.scenarios.departures import Ground, departures
from nuudel.model.scenarios.evidence import evidence_frame
from nuudel.model.scenarios.expectations import expectation_frame
from nuudel.model.scenarios.indicators import cost_frame, cost_row, difference_frame
from nuudel.model.scenarios.lever import Concept
from nuudel.model.scenarios.read import BASELINE
from nuudel.model.scenarios.scenario import Scenario

Watch = Callable[[str, float], None]


def compare(
    scenarios: Sequence[Scenario],
    catalogue: Catalogue,
    baseline: Ground,
    reactions: Sequence[Feedback],
    draws: Paths,
    *,
    capital: str,
    seed: int,
    stated_years: Sequence[int] = (2030, 2040, 2050),
    watch: Watch | None = None,
) -> ScenarioComparison:
    """Carry the baseline and each scenario along the same draws, and compare them.

    Parameters
    ----------
    scenarios
        S; the first one must be the baseline, which has no uses.
    reactions
        Capacities with the weak, the central and the strong reaction to crowding (``project_reactions``), or
        with a single one.
    draws
        D departures of the baseline (``ErrorModel.draw``, with ``Baseline.past`` where years are counted
        already); each scenario's own are added to them.
    capital
        Code of the capital, one of the projection's places.
    seed
        Of the sizes of effects and of costs.
    stated_years
        Beginnings of years for which differences are told; flows are those of the year before.
    watch
        Called with a scenario's name and the share that is done.

    Raises
    ------
    ModelError
        ``MODEL-742`` to ``MODEL-744``, ``MODEL-749``: a scenario that the projection cannot follow;
        ``MODEL-748``: no baseline, a doubled name, an unknown capital or year, or a single path;
        ``MODEL-750``: an indicator or year is expected that is not told.
    """
    check_question(scenarios, baseline.rates, draws, capital, tuple(stated_years))
    feedback, size = reactions[len(reactions) // 2], len(draws.dying)
    ground: tuple[Projection, Paths] | None = None
    shares, frames, costs = [], [], []
    acts = catalogue if len(reactions) == 1 else catalogue.without_reactions()
    for i, scenario in enumerate(scenarios):
        own, spent = departures(scenario, acts, baseline, feedback, size, seed)
        followed = draws + own
        found = follow(baseline, followed, reactions)
        ground = ground or (found, followed)
        shares.append(found.share(capital).astype(np.float64))
        frame = difference_frame(
            scenario.name,
            ground,
            (found, followed),
            feedback,
            tuple(stated_years),
            catalogue.country,
            capital,
            concept_of(scenario, catalogue),
        )
        # The baseline beside itself gives the columns, and no rows.
        frames.append(frame if i > 0 else frame.clear())
        costs.append(cost_row(scenario.name, spent, ground[0], found, capital, tuple(stated_years)))
        if watch:
            watch(scenario.name, (i + 1) / len(scenarios))
    return gather(scenarios, catalogue, baseline, capital, tuple(stated_years), seed, shares, frames, costs)


def concept_of(scenario: Scenario, catalogue: Catalogue) -> Concept:
    """``registration`` where any of what is used changes who is registered."""
    concepts = {catalogue.lever(use.lever).concept for use in scenario.uses}
    return "registration" if "registration" in concepts else "movement"


def follow(baseline: Ground, paths: Paths, reactions: Sequence[Feedback]) -> Projection:
    """A projection whose groups are the users of the capacities.

    Single precision: differences of a scenario to its baseline then agree with double precision to about one
    person, because both round alike.
    """
    feedback = reactions[0]
    users: Mapping[str, Array] = dict(zip(feedback.names, feedback.users, strict=True))
    return project_reactions(
        baseline.start,
        baseline.rates,
        paths,
        reactions,
        groups=users,
        ages=False,
        quality="scenario",
    )


def gather(
    scenarios: Sequence[Scenario],
    catalogue: Catalogue,
    baseline: Ground,
    capital: str,
    stated_years: tuple[int, ...],
    seed: int,
    shares: list[Array],
    frames: list[pl.DataFrame],
    costs: list[dict[str, object]],
) -> ScenarioComparison:
    """Everything in one result."""
    years, differences = baseline.rates.years, pl.concat(frames)
    return ScenarioComparison(
        names=tuple(s.name for s in scenarios),
        titles={lang: tuple(s.title[lang] for s in scenarios) for lang in catalogue.languages},
        texts={lang: tuple(s.text[lang] for s in scenarios) for lang in catalogue.languages},
        years=np.append(years, years[-1] + 1),
        stated_years=stated_years,
        places=baseline.rates.places,
        capital=capital,
        levels=LEVELS,
        capital_share=np.stack([np.quantile(share, LEVELS, axis=0) for share in shares]),
        capital_share_difference=np.stack(
            [np.quantile(share - shares[0], LEVELS, axis=0) for share in shares]
        ),
        differences=differences,
        cost=cost_frame(costs).slice(1),
        evidence=evidence_frame(scenarios, catalogue),
        draws=len(shares[0]),
        seed=seed,
        expectations=expectation_frame(scenarios, differences),
    )


def check_question(
    scenarios: Sequence[Scenario], rates: Rates, draws: Paths, capital: str, stated_years: tuple[int, ...]
) -> None:
    """``MODEL-748`` where the question itself cannot be answered."""
    names = [scenario.name for scenario in scenarios]
    first, last = int(rates.years[0]) + 1, int(rates.years[-1]) + 1
    problem = next_step = ""
    if not scenarios or scenarios[0].uses:
        problem, next_step = (
            "The first scenario is not a baseline.",
            f"Put {BASELINE!r}, without uses, first.",
        )
    elif len(set(names)) < len(names):
        problem, next_step = "A scenario is there twice.", "Name each scenario once."
    elif capital not in rates.places:
        problem = f"The capital {capital!r} is not projected."
        next_step = f"Name one of the projection's places{nearest(capital, rates.places)}."
    elif not stated_years or not all(first <= year <= last for year in stated_years):
        problem = f"Not all of the stated years {stated_years} are from {first} to {last}."
        next_step = "Choose years of the projection after its first."
    elif draws.draws is None:
        problem, next_step = "The draws are a single path.", "Give departures with draws as the first axis."
    if problem:
        raise ModelError(748, problem, next_step)
