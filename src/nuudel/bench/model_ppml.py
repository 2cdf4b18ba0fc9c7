"""How fast Poisson gravity with three sets of effects is, and how much memory it takes, against pyfixest."""

import importlib.util
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.bench.harness import Figure, seconds, timed
from nuudel.bench.startup import run_quietly
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.effects import EffectName, EffectSpace
from nuudel.model.ppml.solver import solve_ppml

Arrays = dict[str, NDArray[Any]]

LARGE, SMALL = (339, 10), (22, 20)  # places, years
ROUNDS = 3
TOLERANCE = 1e-8  # of both: relative change of the deviance
EFFECTS: tuple[EffectName, ...] = ("pair", "origin-year", "destination-year")
BACKENDS = (
    "rust",
    "numba",
)  # of pyfixest's alternating projections; its other backends took 10 times as long
SEED = 20221231
STEPS = 4  # Newton's method doubles the right digits in each: fewer cannot reach eight from none
COPIED = 16_000_000  # numbers copied to measure the bandwidth: far more than a cache holds


def measure() -> dict[str, Figure]:
    """``ppml_large_seconds``, ``ppml_large_memory_mb`` and ``ppml_small_seconds``; synthetic flows."""
    large, small = synthetic_panel(*LARGE), synthetic_panel(*SMALL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.npz"
        arrays: dict[str, Any] = {**arrays_of(large)}
        np.savez(path, **arrays)
        figures = {
            "ppml_large_seconds": against_pyfixest(large, floor_seconds(large)),
            "ppml_large_memory_mb": memory(path),
        }
    return {**figures, "ppml_small_seconds": against_pyfixest(small, floor_seconds(small))}


def against_pyfixest(panel: FlowPanel, floor: float) -> Figure:
    """Median seconds in alternating rounds; the rival's better backend counts."""
    calls: dict[str, Callable[[], object]] = {"ours": lambda: estimate(panel)}
    if has_pyfixest():
        frame = pandas_frame(arrays_of(panel))
        calls |= {backend: partial(rival, frame, backend) for backend in BACKENDS}
    for call in calls.values():
        call()
    rounds = [{name: seconds(call) for name, call in calls.items()} for _ in range(ROUNDS)]
    medians = {name: median(row[name] for row in rounds) for name in calls}
    ours = medians.pop("ours")
    if not medians:
        return Figure(value=ours, unit="seconds", floor=floor)
    best = min(medians, key=medians.__getitem__)
    return Figure(ours, "seconds", f"pyfixest, {best}", ours / medians[best], floor)


def memory(path: Path) -> Figure:
    """Peak memory of a fresh process during the estimate, less what it held before, MiB."""
    ours = peak_of("ours", path)
    if not has_pyfixest():
        return Figure(value=ours, unit="MiB")
    taken = {backend: peak_of(backend, path) for backend in BACKENDS}
    best = min(taken, key=taken.__getitem__)
    return Figure(ours, "MiB", f"pyfixest, {best}", ours / taken[best])


def peak_of(what: str, path: Path) -> float:
    program = f"from nuudel.bench.model_ppml import print_peak; print_peak({what!r}, {str(path)!r})"
    command = [sys.executable, "-c", program]
    run_quietly(command)  # compiles what is not yet compiled, and names the reason if it fails
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def print_peak(what: str, path: str) -> None:
    """Estimate once in this process, and print the growth of its peak memory over its present memory, MiB.

    A small estimate comes before, so that libraries and compiled loops are not counted.
    """
    tiny = arrays_of(synthetic_panel(*SMALL))
    with np.load(path) as stored:
        arrays = dict(stored)
    if what == "ours":
        estimate(panel_of(tiny))
        panel = panel_of(arrays)
        before = resident("VmRSS")
        estimate(panel)
    else:
        rival(pandas_frame(tiny), what)
        frame = pandas_frame(arrays)
        arrays.clear()
        before = resident("VmRSS")
        rival(frame, what)
    print(json.dumps(resident("VmHWM") - before))


def resident(key: str) -> float:
    """Present (``VmRSS``) or highest (``VmHWM``) resident memory of this process, MiB; Linux."""
    status = Path("/proc/self/status").read_text("utf-8")
    return float(status.split(f"{key}:")[1].split()[0]) / 1024.0


def estimate(panel: FlowPanel) -> object:
    """Ours: coefficients, and the covariates off all effects, from which their standard errors follow."""
    space = EffectSpace.of(panel, EFFECTS)
    columns = np.column_stack(list(panel.covariates.values()))
    solution = solve_ppml(panel.flow, columns, space, tolerance=TOLERANCE)
    return solution, space.residualise(solution.fitted, columns, TOLERANCE)


def has_pyfixest() -> bool:
    return importlib.util.find_spec("pyfixest") is not None


def rival(frame: Any, backend: str) -> object:
    """pyfixest on the same cells, which hold no separated ones, and without copies of the data."""
    import pyfixest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = " + ".join(name for name in frame.columns if name.startswith("x"))
        return pyfixest.fepois(
            f"flow ~ {names} | origin_year + destination_year + pair",
            frame,
            iwls_tol=TOLERANCE,
            demeaner=pyfixest.MapDemeaner(backend=backend),
            separation_check=[],
            vcov="iid",
            copy_data=False,
            store_data=False,
            lean=True,
        )


def pandas_frame(arrays: Arrays) -> Any:
    """The cells as pyfixest wants them: whole numbers for the levels of the effects."""
    import pandas as pd

    origin, destination, year = (arrays[name].astype(np.int64) for name in ("origin", "destination", "year"))
    levels = {
        "origin_year": origin * 1000 + year,
        "destination_year": destination * 1000 + year,
        "pair": origin * 1000 + destination,
    }
    return pd.DataFrame({name: arrays[name] for name in arrays if name == "flow" or name[0] == "x"} | levels)


def arrays_of(panel: FlowPanel) -> Arrays:
    codes = {"origin": panel.origin, "destination": panel.destination, "year": panel.period}
    return {**codes, "flow": panel.flow, **panel.covariates}


def panel_of(arrays: Arrays) -> FlowPanel:
    """The panel of ``arrays_of``, its places and years numbered."""
    origin, destination, year = (arrays[name] for name in ("origin", "destination", "year"))
    places = tuple(f"{place:04d}" for place in range(1 + int(max(origin.max(), destination.max()))))
    years = tuple(range(1 + int(year.max())))
    covariates = {name: values for name, values in arrays.items() if name[0] == "x"}
    return FlowPanel(places, places, years, origin, destination, year, arrays["flow"], covariates)


def synthetic_panel(places: int, years: int) -> FlowPanel:
    """Overdispersed gravity flows; pairs have lasting effects, places drift, three covariates; synthetic.

    Pairs between which nobody moved in any year are left out: no effect of theirs is finite.
    """
    generator = np.random.default_rng(SEED)
    points = generator.uniform(0.0, 1500.0, (places, 2))
    km = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    size = generator.normal(0.0, 0.8, places)
    lasting = size[:, None] + size[None, :] - 1.2 * np.log(km + 20.0) + generator.normal(0, 0.7, km.shape)
    leaving, coming = np.cumsum(generator.normal(0.0, 0.08, (2, years, places)), axis=1)
    shape = (years, places, places)
    x = np.cumsum(generator.normal(0.0, 0.3, (3, *shape)), axis=1)
    x += generator.normal(0.0, 1.0, (3, 1, places, places))
    logs = lasting + leaving[:, :, None] + coming[:, None, :] + np.tensordot([0.1, -0.05, 0.02], x, axes=1)
    apart = ~np.eye(places, dtype=bool)
    expected = np.exp(logs)
    expected *= 30.0 / expected[:, apart].mean()
    flows = generator.poisson(expected * generator.gamma(5.0, 0.2, shape)).astype(np.float64)
    flows[:, flows.sum(axis=0) == 0] = np.nan
    return FlowPanel.from_tensor(
        flows,
        origins=[f"{place:04d}" for place in range(places)],
        periods=range(2001, 2001 + years),
        covariates={f"x{k + 1}": values for k, values in enumerate(x)},
    )


def floor_seconds(panel: FlowPanel) -> float:
    """What the memory's bandwidth alone costs: input read once, ``STEPS`` steps, output written once.

    A step reads the covariates, and reads and writes the expected flows.
    """
    covariates = len(panel.covariates)
    given = 8 * (1 + covariates) + 3 * 4
    step = 8 * (covariates + 2)
    source, target = np.ones(COPIED), np.zeros(COPIED)
    per_byte = timed(lambda: np.copyto(target, source)) / (2 * source.nbytes)
    return panel.flow.size * (given + STEPS * step + 2 * 8) * per_byte
