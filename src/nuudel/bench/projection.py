"""How fast ensembles of projections are, against NumPy, the machine's peak and themselves at other sizes."""

import os
import subprocess
import sys
import tempfile
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from nuudel.bench.harness import Figure, seconds, timed, timed_pair
from nuudel.bench.projection_case import case, departures
from nuudel.bench.projection_numpy import CELLS, numpy_project
from nuudel.model.projection.ensemble import AGE_GROUPS, project

AIMAGS, SOUMS, YEARS = 22, 339, 30
ROUNDS = 3
# Draws at a time that the rival may choose from: one by one, as ours, and more.
RIVAL_CHUNKS = (1, 8, 32)
MULTIPLIED = 2048  # rows of the square matrices whose product shows the machine's peak
# Operations on each cell and year besides products: flows 16, moves 3, closing 5, two corridors 4.
ELEMENTWISE = 28

Inputs = tuple[Any, Any, Any, Any]


def measure() -> dict[str, Figure]:
    """The two ensembles, their shares of the machine's peak, whether cost is linear, and compiling."""
    peak = peak_flops()
    aimags, soums = inputs(AIMAGS, YEARS, 1000), inputs(SOUMS, YEARS, 10)
    figures = {
        "projection_aimag_1000_seconds": against_numpy(aimags, peak),
        "projection_soum_10_seconds": against_numpy(soums, peak),
    }
    shares = {"projection_aimag_1000_peak_share": aimags, "projection_soum_10_peak_share": soums}
    for (name, given), ours in zip(shares.items(), list(figures.values()), strict=True):
        figures[name] = Figure(products(given) / ours.value / peak, "of the peak of matrix products")
    figures["projection_draws_linearity"] = linearity(aimags, inputs(AIMAGS, YEARS, 500))
    figures["projection_years_linearity"] = linearity(aimags, inputs(AIMAGS, YEARS // 2, 1000))
    return {**figures, **compiling()}


def inputs(places: int, years: int, draws: int) -> Inputs:
    start, rates, feedback = case(places, years)
    return start, rates, departures(rates, feedback, draws), feedback


def against_numpy(given: Inputs, peak: float) -> Figure:
    """Median seconds in alternating rounds; the rival's best number of draws at a time counts."""
    start, rates, paths, feedback = given
    rival = partial(numpy_project, start, rates, paths, feedback, AGE_GROUPS)
    few = partial(numpy_project, start, rates, paths_of(paths, 10), feedback, AGE_GROUPS)
    chunk = min(RIVAL_CHUNKS, key=lambda size: timed(partial(few, size), 1))
    ours, theirs = timed_pair(lambda: project(*given), lambda: rival(chunk), ROUNDS)
    return Figure(
        ours, "seconds", f"NumPy, {chunk} draws at a time", ours / theirs, floor=operations(given) / peak
    )


def paths_of(paths: Any, draws: int) -> Any:
    """The first draws; all of them where there are fewer."""
    return type(paths)(**{f.name: getattr(paths, f.name)[:draws] for f in fields(paths)})


def peak_flops() -> float:
    """Floating-point operations a second of a large product in single precision, on all cores."""
    left = np.ones((MULTIPLIED, MULTIPLIED), np.float32)
    product = np.empty_like(left)
    best = min(seconds(lambda: np.matmul(left, left, out=product)) for _ in range(ROUNDS))
    return 2.0 * MULTIPLIED**3 / best


def products(given: Inputs) -> float:
    """Operations in products of matrices: moves, and sums of users, groups, everybody and the pyramid."""
    _, rates, _, feedback = given
    places, columns = len(rates.places), len(feedback.names) + len(AGE_GROUPS) + 1
    return 2.0 * cell_years(given) * (places + columns + 1)


def operations(given: Inputs) -> float:
    """All operations: as if each ran at the peak of products."""
    return products(given) + ELEMENTWISE * cell_years(given)


def cell_years(given: Inputs) -> float:
    _, rates, paths, _ = given
    return float(len(rates.places) * CELLS * rates.years.size * len(paths.dying))


def linearity(whole: Inputs, half: Inputs) -> Figure:
    """Seconds of the whole by twice those of the half: 1 where the cost is linear."""
    one, other = timed_pair(lambda: project(*whole), lambda: project(*half), ROUNDS)
    return Figure(one / (2 * other), "of twice the half")


def compiling() -> dict[str, Figure]:
    """Seconds of the first projection beyond the second, in a new process: cold, and with the cache."""
    with tempfile.TemporaryDirectory() as folder:
        cold, kept = (first_call(folder) for _ in range(2))
    return {
        "projection_compile_seconds": Figure(cold, "seconds"),
        "projection_compile_kept_seconds": Figure(kept, "seconds"),
    }


def first_call(folder: str) -> float:
    program = "from nuudel.bench.projection import print_first_call; print_first_call()"
    environment = {**os.environ, "XDG_CACHE_HOME": folder}
    environment.pop("JAX_COMPILATION_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def print_first_call() -> None:
    """Print how much longer the first projection of this process takes than the second; JAX is loaded."""
    import jax

    jax.devices()
    given = inputs(AIMAGS, YEARS, 8)
    first, second = (seconds(lambda: project(*given)) for _ in range(2))
    print(first - second)
