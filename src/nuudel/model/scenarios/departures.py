"""From a scenario to departures and costs, draw by draw."""

from typing import Protocol

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.scenarios.catalogue import Catalogue
from nuudel.model.scenarios.levers import (
    Basis,
    Lever,
    central_sizes,
    draw_costs,
    draw_sizes,
    lever_departures,
)
from nuudel.model.scenarios.scenario import Scenario, Use


class Ground(Protocol):
    """A starting population and its rates, such as ``nuudel.model.baseline.result.Baseline``."""

    @property
    def start(self) -> StartingPopulation: ...

    @property
    def rates(self) -> Rates: ...


def departures(
    scenario: Scenario, catalogue: Catalogue, baseline: Ground, feedback: Feedback, draws: int, seed: int
) -> tuple[Paths, Array]:
    """What a scenario adds to the logarithms of rates, and what it costs.

    Parameters
    ----------
    draws
        D.
    seed
        Of the sizes of effects and the costs; the same lever draws the same in every scenario.

    Returns
    -------
    tuple
        D departures, to be added to those of the baseline, and D x T costs, MNT in prices of the year that
        the catalogue states.

    Raises
    ------
    ModelError
        ``MODEL-742`` to ``MODEL-744``: a lever, place or year that the projection does not have.
    """
    levers, amounts, units, basis = doings(scenario, catalogue, baseline, feedback)
    paths = lever_departures(levers, amounts, draw_sizes(levers, draws, seed), basis)
    return paths, draw_costs(levers, draws, seed) @ units


def central_departures(
    scenario: Scenario, catalogue: Catalogue, baseline: Ground, feedback: Feedback
) -> Paths:
    """The single path of a scenario with every size at its median; errors as for ``departures``."""
    levers, amounts, _, basis = doings(scenario, catalogue, baseline, feedback)
    return lever_departures(levers, amounts, central_sizes(levers), basis)


def doings(
    scenario: Scenario, catalogue: Catalogue, baseline: Ground, feedback: Feedback
) -> tuple[tuple[Lever, ...], Array, Array, Basis]:
    """The L levers in use, L x T x R amounts, L x T units to be paid for, and their measure."""
    names = tuple(dict.fromkeys(use.lever for use in scenario.uses))
    levers = tuple(catalogue.lever(name) for name in names)
    years, places = baseline.rates.years.size, baseline.rates.places
    basis = Basis.of(baseline.start, baseline.rates, feedback)
    amounts, units = np.zeros((len(levers), years, len(places))), np.zeros((len(levers), years))
    for use in scenario.uses:
        rows, at = years_of(use, scenario.name, baseline.rates), names.index(use.lever)
        amounts[at, rows] += spread_out(use, levers[at], catalogue, places, basis.first_year["persons"])
        units[at, rows] += sum(use.amounts.values())
    return levers, amounts, units, basis


def years_of(use: Use, scenario: str, rates: Rates) -> slice:
    """Rows of the years of a use; ``MODEL-744`` where the projection does not have them all."""
    first, last = int(rates.years[0]), int(rates.years[-1])
    if not first <= use.first <= use.last <= last:
        raise ModelError(
            744,
            f"The scenario {scenario!r} uses {use.lever!r} from {use.first} to {use.last}, outside the "
            f"projection's years {first} to {last}.",
            "Move the years, or project longer.",
            ("from", "to"),
        )
    return slice(use.first - first, use.last - first + 1)


def spread_out(
    use: Use, lever: Lever, catalogue: Catalogue, places: tuple[str, ...], persons: Array
) -> Array:
    """R amounts a year: those of larger places are shared by people among their parts, or are the same."""
    amounts = np.zeros(len(places))
    for code, amount in use.amounts.items():
        inside = np.array([code in (p, catalogue.parents.get(p), catalogue.country) for p in places])
        if not inside.any():
            raise ModelError(
                743,
                f"The projection has no place {code!r} and none of its parts, which {use.lever!r} needs.",
                f"Use its places{nearest(code, places)}.",
                ("amounts",),
            )
        shares = persons * inside / (persons * inside).sum() if lever.shared else 1.0 * inside
        amounts += amount * shares
    return amounts
