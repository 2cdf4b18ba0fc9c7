"""Individuals from counts: whole numbers, households and, where a table tells, education."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.microsimulation.household_assumptions import HouseholdAssumptions
from nuudel.model.microsimulation.joint_table import Margin, fit_joint
from nuudel.model.microsimulation.people import demand_memory, demand_seed
from nuudel.model.microsimulation.population import MOST_INDIVIDUALS, Population
from nuudel.model.projection.inputs import AGES, SEXES, Array, StartingPopulation


def synthesize(
    start: StartingPopulation,
    *,
    fraction: float = 1.0,
    seed: int = 0,
    households: HouseholdAssumptions | None = None,
    education: Sequence[Margin] = (),
    levels: Sequence[str] = (),
    sources: Sequence[str] = (),
) -> Population:
    """Individuals whose counts are those of a starting population, in households.

    Parameters
    ----------
    fraction
        Share of the people to make, above 0 and at most 1.
    seed
        0 to 2^32 - 1.
    households
        Who lives with whom; the assumptions of ``HouseholdAssumptions`` if None.
    education
        Tables over ``education`` and any of ``place``, ``sex`` and ``age``, with the totals of ``start``.
        Without one the population has no education: it is not invented.
    levels
        Names of the levels of education, in the order of the tables.
    sources
        What ``start`` and the tables were made from, kept with the population.

    Returns
    -------
    Population
        In order of place, sex and age. Every cell is its expected number rounded up or down at random,
        without bias, and every sum of consecutive cells is off by less than one.

    Raises
    ------
    ModelError
        ``MODEL-708`` the fraction; ``MODEL-704`` the seed; ``MODEL-705`` and ``MODEL-709`` too many;
        ``MODEL-711`` to ``MODEL-713`` the tables of education; ``MODEL-714`` their levels.
    """
    demand_fraction(fraction, seed)
    expected = float(start.persons.sum()) * fraction
    if expected >= MOST_INDIVIDUALS:
        raise ModelError(
            709,
            f"{expected:.0f} individuals are more than can be numbered ({MOST_INDIVIDUALS}).",
            "Make a smaller fraction of the people.",
            ("fraction",),
        )
    demand_memory(int(expected))
    random = np.random.default_rng(seed)
    counts = systematic_rounding(start.persons * fraction, random.random())
    cell = np.repeat(np.arange(counts.size, dtype=np.uint32), counts.ravel())
    place = (cell // (len(SEXES) * AGES)).astype(np.uint16)
    sex, age = ((cell // AGES) % len(SEXES)).astype(np.uint8), (cell % AGES).astype(np.uint8)
    assumed = households or HouseholdAssumptions()
    household, with_parents = house(counts.sum(axis=(1, 2)), sex, age, assumed, seed)
    return Population(
        year=start.year,
        places=start.places,
        place=place,
        sex=sex,
        age=age,
        household=household,
        with_parents=with_parents,
        education=draw_education(start, counts, education, levels, random),
        levels=tuple(levels),
        fraction=fraction,
        seed=seed,
        sources=tuple(sources),
    )


def systematic_rounding(expected: Array, uniform: float) -> NDArray[np.int64]:
    """Whole numbers with these expectations: differences of floor(cumulated sum + one uniform number).

    Each is the expected number rounded down or up, and so is each sum of consecutive cells (systematic
    sampling: Madow & Madow 1944, Annals of Mathematical Statistics 15, 1-24).
    """
    cumulated = np.floor(np.cumsum(expected.ravel()) + uniform).astype(np.int64)
    return np.diff(cumulated, prepend=np.int64(0)).reshape(expected.shape)


def house(
    persons: NDArray[np.int64],
    sex: NDArray[np.uint8],
    age: NDArray[np.uint8],
    assumed: HouseholdAssumptions,
    seed: int,
) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Households of all places, numbered on from place to place."""
    from nuudel.model.microsimulation.households import form_households

    household, child = np.empty(sex.size, np.uint32), np.empty(sex.size, np.bool_)
    home = np.empty(int(persons.max(initial=0)), np.int64)
    first = households = 0
    gaps = np.cumsum(assumed.mothers)
    for size in persons:
        here = slice(first, first + int(size))
        found, _ = form_households(
            np.uint32(seed),
            first,
            sex[here],
            age[here],
            assumed.with_parents,
            assumed.in_couples,
            gaps,
            assumed.mean_size,
            home[:size],
            child[here],
        )
        household[here] = home[:size] + households
        first, households = here.stop, households + found
    return household, child


def draw_education(
    start: StartingPopulation,
    counts: NDArray[np.int64],
    tables: Sequence[Margin],
    levels: Sequence[str],
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """A level for each individual, in the shares that the fitted table gives for place, sex and age."""
    if not tables:
        return np.empty(0, np.uint8)
    demand_levels(tables, levels)
    axes = ("place", "sex", "age", "education")
    pattern = np.repeat(start.persons[..., None], len(levels), axis=3)
    table = fit_joint(pattern, axes, (Margin(axes[:3], start.persons), *tables)).reshape(-1, len(levels))
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    ends = np.cumsum(shares * counts.reshape(-1, 1), axis=1)
    ends = np.floor(ends + random.random((len(ends), 1)))
    ends[:, -1] = counts.ravel()
    each = np.diff(ends, axis=1, prepend=0).astype(np.int64)
    level = np.repeat(np.tile(np.arange(len(levels), dtype=np.uint8), len(each)), each.ravel())
    cell = np.repeat(np.arange(len(each)), counts.ravel())
    # In a random order within each cell: households must not depend on the level.
    mixed = np.lexsort((random.random(level.size), cell))
    return level[mixed]


def demand_fraction(fraction: float, seed: int) -> None:
    if not 0 < fraction <= 1:
        raise ModelError(
            708,
            f"The fraction {fraction} is not above 0 and at most 1.",
            "Choose a share of the people, such as 0.1.",
            ("fraction",),
        )
    demand_seed(seed)


def demand_levels(tables: Sequence[Margin], levels: Sequence[str]) -> None:
    for table in tables:
        if "education" not in table.axes:
            raise ModelError(
                714,
                f"The table of {table.title} does not tell of education.",
                "Give tables that have the axis education.",
                ("education",),
            )
    sizes = {table.counts.shape[table.axes.index("education")] for table in tables}
    if sizes != {len(levels)} or len(set(levels)) != len(levels):
        raise ModelError(
            714,
            f"{len(levels)} levels of education are named, and the tables have {sorted(sizes)}.",
            "Name each level of the tables once, in their order.",
            ("education",),
        )
