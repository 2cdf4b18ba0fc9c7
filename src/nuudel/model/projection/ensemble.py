"""Many draws of a projection: the kernel run over chunks of draws, on all cores or on a GPU."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any, Literal

import numpy as np

from nuudel.model.projection.ensemble_inputs import check_inputs, draws_of
from nuudel.model.projection.ensemble_size import chunk_size, demand_memory, threads
from nuudel.model.projection.inputs import (
    AGES,
    FEMALE,
    SEXES,
    Array,
    Feedback,
    Paths,
    Rates,
    StartingPopulation,
)
from nuudel.model.projection.result import Projection

Precision = Literal["single", "double"]
DTYPES: Mapping[str, type[np.floating[Any]]] = {"single": np.float32, "double": np.float64}


def ages_of(first: int, last: int, *sexes: int) -> Array:
    """Weights 2 x 101 of a group: 1 at the ages from ``first`` to ``last`` of these sexes (both if none)."""
    weights = np.zeros((len(SEXES), AGES))
    weights[list(sexes) or slice(None), first : last + 1] = 1
    return weights


# Ages of Mongolia's kindergartens, schools and working life; women of childbearing age as WHO counts them.
AGE_GROUPS: Mapping[str, Array] = {
    "preschool": ages_of(2, 5),
    "school": ages_of(6, 17),
    "working": ages_of(18, 59),
    "old": ages_of(60, AGES - 1),
    "women_15_49": ages_of(15, 49, FEMALE),
    "all": ages_of(0, AGES - 1),
}


def project(
    start: StartingPopulation,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    *,
    groups: Mapping[str, Array] = AGE_GROUPS,
    precision: Precision = "single",
    ages: bool = True,
    quality: str = "estimated",
) -> Projection:
    """Carry a population forward along each of D paths.

    Parameters
    ----------
    start
        R places, in the order of ``rates.places``.
    paths
        D paths, or a single one (D = 1).
    groups
        Weights 2 x 101 of the groups of people to be summed, by name.
    precision
        ``single`` (sums agree with ``account`` to 2e-5 of their size) or ``double`` (1e-10).
    ages
        Whether the country's pyramid by single year of age is kept.
    quality
        The word that goes with the figures: ``estimated``, ``scenario`` or ``synthetic``.

    Returns
    -------
    Projection
        The same figures whatever the number of cores; on a GPU the same to rounding.

    Raises
    ------
    ModelError
        ``MODEL-681`` to ``MODEL-686`` for inputs that do not belong together or results that do not fit.
    """
    check_inputs(start, rates, paths, feedback, groups, precision)
    draws = draws_of(paths)
    demand_memory(draws, rates, feedback, groups, precision, ages)
    chunk = chunk_size(draws, len(rates.places), DTYPES[precision]().itemsize)
    return project_chunks(start, rates, paths, feedback, groups, precision, ages, quality, chunk)


def project_chunks(
    start: StartingPopulation,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    groups: Mapping[str, Array],
    precision: Precision,
    ages: bool,
    quality: str,
    chunk: int,
    cores: int | None = None,
) -> Projection:
    """``project`` of checked inputs with a given number of draws at a time, which is part of the rounding."""
    from nuudel.model.projection.kernel import departures_of, ground_of
    from nuudel.model.projection.kernel_compiled import program_of

    dtype = DTYPES[precision]
    shared = ground_of(start, rates, feedback, groups, dtype)
    given = departures_of(paths, dtype)
    draws = len(given.dying)
    program = program_of(*shared, given, chunk, ages)
    shared = program.placed(*shared)
    kept: dict[str, Any] = {name: np.empty((draws, *tail), dtype) for name, tail in program.shapes.items()}

    def carry(first: int) -> None:
        size = min(chunk, draws - first)
        # The last chunk is filled up with its last draw, so that one compiled program serves all.
        rows = np.arange(first, first + chunk).clip(max=draws - 1)
        for name, array in program(*shared, type(given)(*(array[rows] for array in given))).items():
            kept[name][first : first + size] = array[:size]

    firsts = range(0, draws, chunk)
    with ThreadPoolExecutor(threads(len(firsts), cores)) as pool:
        list(pool.map(carry, firsts))
    if not ages:
        kept["pyramid"] = None
    return Projection(
        years=np.append(rates.years, rates.years[-1] + 1),
        places=rates.places,
        groups=tuple(groups),
        capacities=feedback.names,
        quality=quality,
        **{field.name: kept[field.name] for field in fields(Projection) if field.name in kept},
    )
