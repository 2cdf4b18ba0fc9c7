"""A small pack of three places and seven units, and tables of moves, for tests; synthetic."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nuudel.base.packs import Pack, load_pack
from nuudel.model.origin_destination.ipf import iterative_proportional_fitting
from nuudel.model.origin_destination.result import EstimatedFlows

PLACES = {"MNA": ("A1", "A2", "A3"), "MNB": ("B1", "B2"), "MNC": ("C1", "C2")}
RESIDENTS = {
    "A1": 500_000,
    "A2": 700_000,
    "A3": 300_000,
    "B1": 400_000,
    "B2": 600_000,
    "C1": 90_000,
    "C2": 410_000,
}
# Under 5; elsewhere a tenth of residents.
CHILDREN = {"B1": 60_000}
YEARS = range(2011, 2023)
IN = {"MNA": 20_000, "MNB": 9_000, "MNC": 4_000}
OUT = {"MNA": 6_000, "MNB": 15_000, "MNC": 12_000}
AGE_GROUPS = (*(f"{a}-{a + 4}" for a in range(0, 70, 5)), "70+")
SHARES = (12, 11, 9, 7, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 2)


def small_pack(folder: Path, *, more: dict[str, tuple[pl.DataFrame, dict[str, Any]]] | None = None) -> Pack:
    """Three places with the United Nations' tables of Mongolia."""
    model = load_pack("mongolia")
    tables = {name: dict(entry) for name, entry in model.manifest["tables"].items() if name.startswith("wpp")}
    for entry in tables.values():
        shutil.copy(model.folder / entry["file"], folder)
    for name, frame in own_tables().items():
        entry = {**model.manifest["tables"][name], "caveats": []}
        frame.write_csv(folder / entry["file"])
        tables[name] = entry
    for name, (frame, entry) in (more or {}).items():
        frame.write_csv(folder / entry["file"])
        tables[name] = entry
    manifest = {**model.manifest, "name": "small", "capital": "MNA", "tables": tables}
    return Pack(folder, manifest)


def own_tables() -> dict[str, pl.DataFrame]:
    """Places, residents, moves and stocks."""
    units = [unit for below in PLACES.values() for unit in below]
    moved = [(y, p, IN[p] + 10 * (y % 3), OUT[p] + 10 * (y % 3)) for y in YEARS for p in PLACES]
    ages = [
        (unit, age, RESIDENTS[unit] * share // 100)
        for unit in units
        if unit != "B2"
        for age, share in zip(AGE_GROUPS, SHARES, strict=True)
    ]
    counted = [
        (
            year,
            unit,
            round(RESIDENTS[unit] * (1.04 if year == 2020 and unit == "A1" else 1)),
            CHILDREN.get(unit, CHILDREN.get(unit, RESIDENTS[unit] // 10)),
        )
        for year in (2019, 2020)
        for unit in units
    ]
    stocks = [(2015, "MN", "KR", 20_000), (2019, "MN", "KR", 26_000), (2019, "CN", "MN", 12_000)]
    return {
        "places": place_table(),
        "internal_migration": frame_of(("year", "place", "in_migrants", "out_migrants"), moved),
        "resident_population_by_age": frame_of(("place", "age", "resident_population"), ages),
        "soum_indicators": frame_of(
            ("year", "place", "resident_population", "children_under_5"), counted
        ).with_columns(
            pl.lit(None, pl.Int64).alias(name)
            for name in ("herder_households", "livestock_head", "hay_harvest_tonnes")
        ),
        "migrant_stocks": frame_of(("year", "origin", "destination", "persons"), stocks).with_columns(
            pl.lit("x").alias("partner_en"), pl.lit("x").alias("partner_mn")
        ),
    }


def place_table() -> pl.DataFrame:
    columns = load_pack("mongolia").table("places").frame.columns
    upper = [(code, "aimag", "MN", 47.0, 100.0 + i) for i, code in enumerate(PLACES)]
    lower = [
        (unit, "soum", place, 47.0 + i / 4, 100.0 + j)
        for j, (place, units) in enumerate(PLACES.items())
        for i, unit in enumerate(units)
    ]
    rows = [
        {"code": code, "level": level, "parent": parent, "latitude": north, "longitude": east}
        | {"name_en": code, "name_mn": code}
        for code, level, parent, north, east in [("MN", "country", None, 47.0, 100.0), *upper, *lower]
    ]
    frame = pl.DataFrame(rows)
    return frame.with_columns(
        pl.lit(None, pl.String).alias(c) for c in columns if c not in frame.columns
    ).select(columns)


def frame_of(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row")


def flows_of(pack: Pack, years: range) -> EstimatedFlows:
    """Tables with the registered margins in which nearness is by order of the codes."""
    margins = pack.table("internal_migration").frame
    places = tuple(sorted(margins["place"].unique()))
    n = len(places)
    near = 1.0 / (1 + np.abs(np.arange(n)[:, None] - np.arange(n)))
    np.fill_diagonal(near, 0)
    tables = []
    for year in years:
        rows = margins.filter(pl.col("year") == year).sort("place")
        out = np.maximum(rows["out_migrants"].to_numpy(), 1.0)
        arrived = np.maximum(rows["in_migrants"].to_numpy(), 1.0)
        arrived = arrived * out.sum() / arrived.sum()
        tables.append(iterative_proportional_fitting(near, out, arrived).table)
    mean = np.array(tables)
    cells = dict.fromkeys(("median", "low50", "high50", "low80", "high80", "low95", "high95"), mean)
    sums = mean.sum(axis=(1, 2))
    totals = dict.fromkeys(("total_low80", "total_high80", "total_low95", "total_high95"), sums)
    return EstimatedFlows(
        years=tuple(years),
        places=places,
        mean=mean,
        **cells,
        out_migrants=mean.sum(axis=2),
        in_migrants=mean.sum(axis=1),
        printed_out=sums,
        printed_in=sums,
        total=sums,
        **totals,
        features=(),
        learnt_from=(),
        notes=(),
    )
