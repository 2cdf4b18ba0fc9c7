"""Rounds of assessments and flow points: a country's areas over ten rounds, and fifty thousand passings."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from nuudel.bench.harness import Figure, timed, timed_pair
from nuudel.statistics import assessment_rounds as rounds
from nuudel.statistics import flow_points

AREAS, PARENTS, ROUNDS = 1640, 340, 10
POINTS, DAYS, HOURS = 20, 26, 12
GROUPS = [(direction, mode) for direction in ("in", "out") for mode in ("car", "bus", "truck", "walk")]
GROUP = ("both", "new", "lost")
AREAS_OF = tuple(f"areas_{name}" for name in GROUP)
START = date(2026, 11, 2)


def made_rounds(random: np.random.Generator) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """A synthetic frame, and rounds of which each misses a tenth of the areas."""
    names = [f"a{n:04}" for n in range(AREAS)]
    parents = [f"p{n % PARENTS:03}" for n in range(AREAS)]
    population = random.integers(100, 3000, AREAS)
    frame = pl.DataFrame({"area": names, "parent": parents, "population": population})
    persons, found = population.astype(np.float64), []
    for _ in range(ROUNDS):
        persons = persons * np.exp(0.1 * random.standard_normal(AREAS))
        table = pl.DataFrame({"area": names, "persons": np.round(persons)})
        found.append(table.filter(pl.Series(random.random(AREAS) > 0.1)))
    return frame, found


def compare(frame: pl.DataFrame, told: list[pl.DataFrame]) -> None:
    last: rounds.Estimates | None = None
    for at, now in enumerate(told):
        before = told[at - 1] if at else None
        found = rounds.estimate(frame, now, before)
        if before is not None:
            rounds.change(frame, now, before, now_estimates=found, before_estimates=last)
        last = found


def plain(frame: pl.DataFrame, told: list[pl.DataFrame]) -> None:
    """The rival: the same tables, in loops over dictionaries."""
    parents = dict(frame.select("area", "parent").iter_rows())
    every = [dict(table.iter_rows()) for table in told]
    for before, now in pairwise(every):
        rows: list[tuple[object, ...]] = []
        sums: dict[str, dict[str, float]] = {}
        for area in sorted(before.keys() | now.keys()):
            was, found, parent = before.get(area), now.get(area), parents[area]
            group = "new" if was is None else "lost" if found is None else "both"
            moved = (found or 0.0) - (was or 0.0)
            rows.append((area, parent, was, found, group, moved))
            for key in ("", parent):
                row = sums.setdefault(key, dict.fromkeys(("before", "now", "change", *GROUP, *AREAS_OF), 0.0))
                row["before"] += was or 0.0
                row["now"] += found or 0.0
                row["change"] += moved
                row[group] += moved
                row[f"areas_{group}"] += 1
        pl.DataFrame(rows, orient="row")
        pl.DataFrame([{"parent": key, **row} for key, row in sums.items()])


def changes(frame: pl.DataFrame, told: list[pl.DataFrame]) -> None:
    for before, now in pairwise(told):
        rounds.change(frame, now, before)


def made_watches(random: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Synthetic watches of twelve hours; 49,920 rows of passings."""
    watches, rows = [], []
    for point in range(POINTS):
        for n in range(DAYS):
            first, name = int(random.integers(0, 13)), f"{point}-{n}"
            watches.append(
                (name, f"p{point:02}", START + timedelta(n), f"{first:02}:00", f"{first + HOURS:02}:00")
            )
            passed = random.poisson(random.gamma(3.0, 2.0, (HOURS, len(GROUPS))))
            rows += [
                (name, first + hour, *group, int(passed[hour, at]))
                for hour in range(HOURS)
                for at, group in enumerate(GROUPS)
            ]
    names = ["watch", "point", "day", "from", "to"], ["watch", "hour", "direction", "mode", "persons"]
    return pl.DataFrame(watches, names[0], orient="row"), pl.DataFrame(rows, names[1], orient="row")


def measure() -> dict[str, Figure]:
    """``rounds_compare_seconds``, ``rounds_change_seconds`` and ``flow_estimate_seconds``."""
    random = np.random.default_rng(1)
    frame, told = made_rounds(random)
    watches, rows = made_watches(random)
    period = (START, START + timedelta(29))
    ours, rival = timed_pair(lambda: changes(frame, told), lambda: plain(frame, told))
    whole = timed(lambda: compare(frame, told), rounds=3)
    flows = timed(lambda: flow_points.estimate(watches, rows, period=period), rounds=3)
    floor = timed(lambda: rows.group_by("watch", "hour").agg(pl.col("persons").sum()))
    return {
        "rounds_compare_seconds": Figure(whole, "seconds", floor=ours),
        "rounds_change_seconds": Figure(ours, "seconds", "loops over dictionaries", ours / rival),
        "flow_estimate_seconds": Figure(flows, "seconds", floor=floor),
    }
