"""How speed is measured: groups of measurements, each figure with its unit, target, rival and floor.

A group names modules of this folder; each has one function ``measure()`` that returns its figures by name.
Figures are read by people and by machines; no test asserts a time.
"""

import gc
import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from nuudel.base.errors import RunError

GROUPS: Mapping[str, tuple[str, ...]] = {
    "core": (
        "nuudel.bench.startup",
        "nuudel.bench.core",
        "nuudel.bench.indicators",
        "nuudel.bench.ledger",
    ),
    "model": (
        "nuudel.bench.model_ppml",
        "nuudel.bench.model_origin_destination",
    ),
    "projection": ("nuudel.bench.projection",),
    "microsim": ("nuudel.bench.microsim",),
    "policy": ("nuudel.bench.policy",),
    "otor": ("nuudel.bench.pasture",),
    "survey": ("nuudel.bench.survey",),
    "rounds": ("nuudel.bench.rounds",),
    "web": ("nuudel.bench.web_serve", "nuudel.bench.web_audit", "nuudel.bench.web_facts"),
    "registration": ("nuudel.bench.registration",),
    "dtm": ("nuudel.bench.dtm",),
    "soak": ("nuudel.bench.web_soak",),
}
LONG = frozenset({"soak"})
"""Groups that take minutes: measured only when they are named."""
SCALED = frozenset({"nuudel.bench.registration", "nuudel.bench.dtm"})
"""Modules whose ``measure`` takes the share of the country's size that is measured."""

# What the figures are asked to be, on two cores: ("at most" or "at least", value in the figure's unit).
TARGETS: Mapping[str, tuple[str, float]] = {
    "run_seconds": ("at most", 30.0),
    "ledger_append_rows_per_second": ("at least", 1_000_000.0),
    "ledger_od_seconds": ("at most", 2.0),
    "distances_seconds": ("at most", 0.050),
    "indicators_seconds": ("at most", 0.100),
    "import_seconds": ("at most", 0.3),
    "help_seconds": ("at most", 0.3),
    "ppml_small_seconds": ("at most", 0.1),
    "margins_seconds": ("at most", 60.0),
    "projection_aimag_1000_seconds": ("at most", 0.5),
    "projection_soum_10_seconds": ("at most", 0.25),
    "microsim_national_seconds": ("at most", 0.6),
    "microsim_numpy_ratio": ("at least", 3.0),
    "microsim_national_memory_mb": ("at most", 300.0),
    "microsim_soum_seconds": ("at most", 1.2),
    "policy_gradient_ratio": ("at most", 5.0),
    "otor_assignment_seconds": ("at most", 10.0),
    "submissions_read_per_second": ("at least", 400.0),
    "rounds_compare_seconds": ("at most", 1.0),
    "flow_estimate_seconds": ("at most", 2.0),
    "web_first_view_ms": ("at most", 1000.0),
    "web_place_p99_ms": ("at most", 100.0),
    "web_api_p99_ms": ("at most", 100.0),
    "web_audited_reads_p99_ms": ("at most", 100.0),
    "web_audited_writes_per_second": ("at least", 300.0),
    "web_audited_writes_p99_ms": ("at most", 100.0),
    "registry_load_seconds": ("at most", 300.0),
    "registry_lookup_p99_ms": ("at most", 10.0),
    "registry_fuzzy_p99_ms": ("at most", 100.0),
    "dedup_million_seconds": ("at most", 300.0),
    "dedup_memory_mb": ("at most", 4096.0),
    "submissions_per_second": ("at least", 200.0),
    "round_replay_seconds": ("at most", 600.0),
    "dashboard_seconds": ("at most", 1.0),
    "minute_checked_seconds": ("at most", 1.0),
}


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes
    ----------
    value
        The measured value, in ``unit`` (the median of the rounds).
    unit
        ``seconds``, ``rows per second`` …
    rival
        What else does the same work, measured in the same run; empty where nothing does.
    ratio
        Ours divided by the rival's: under 1 means that ours needs less.
    floor
        What no program could do better on this machine, in ``unit``, measured in the same run.
    """

    value: float
    unit: str
    rival: str = ""
    ratio: float | None = None
    floor: float | None = None

    def entry(self) -> dict[str, Any]:
        """The figure as printed by ``--json``; what does not apply is left out."""
        entry: dict[str, Any] = {"value": self.value, "unit": self.unit}
        if self.rival:
            entry["rival"] = self.rival
        if self.ratio is not None:
            entry["ratio"] = self.ratio
        if self.floor is not None:
            entry["floor"] = self.floor
        return entry


def modules_of(groups: Sequence[str]) -> list[str]:
    """The modules to measure, in order; no group named means all but the long ones.

    Raises
    ------
    RunError
        ``RUN-301`` for a group that is not in ``GROUPS``.
    """
    for group in groups:
        if group not in GROUPS:
            raise RunError(
                301, f"there is no bench group {group!r}.", f"Name one of {', '.join(GROUPS)}.", ("group",)
            )
    wanted = groups or [group for group in GROUPS if group not in LONG]
    return list(dict.fromkeys(module for group in wanted for module in GROUPS[group]))


def measure_groups(
    groups: Sequence[str], scale: float | None = None
) -> Iterator[tuple[str, dict[str, Figure]]]:
    """Measure module by module; yields the module's name before (no figures yet) and after its work.

    Parameters
    ----------
    scale
        For modules of ``SCALED``: the share of the country's size; their own small one when not given.
    """
    for name in modules_of(groups):
        yield name, {}
        module = importlib.import_module(name)
        given = (scale,) if scale is not None and name in SCALED else ()
        figures: Mapping[str, Figure] = module.measure(*given)
        yield name, dict(figures)


def timed(call: Callable[[], object], rounds: int = 5) -> float:
    """Median seconds of ``rounds`` calls, after one that is not counted."""
    call()
    return median(seconds(call) for _ in range(rounds))


def timed_pair(
    ours: Callable[[], object], rival: Callable[[], object], rounds: int = 5
) -> tuple[float, float]:
    """Median seconds of both, in alternating rounds so that a busy machine slows both alike."""
    ours()
    rival()
    rows = [(seconds(ours), seconds(rival)) for _ in range(rounds)]
    return median(row[0] for row in rows), median(row[1] for row in rows)


def seconds(call: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def reached(name: str, value: float) -> bool | None:
    """Whether a figure reaches its target; None where it has none."""
    if name not in TARGETS:
        return None
    side, target = TARGETS[name]
    return value <= target if side == "at most" else value >= target
