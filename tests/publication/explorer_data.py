"""Material of real packs without a run: margins and flows from the pack, routes made up to meet them."""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl

from nuudel.base.packs import load_pack
from nuudel.model.findings import Routes
from nuudel.model.origin_destination.ipf import iterative_proportional_fitting
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.origin_destination.validation import TableValidation
from nuudel.places.gazetteer import read_gazetteer
from nuudel.publication.report.material import Flows, Material
from nuudel.publication.report.words import load_words
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

from .prospects_data import make_outlook, make_scenarios


@cache
def material_of(pack_name: str) -> Material:
    """What a run would know of a pack, with routes, an outlook and scenarios where Mongolia has them."""
    pack = load_pack(pack_name)
    gazetteer = read_gazetteer(pack)
    words = load_words("en")
    if pack.has("migration_flows"):
        table = pack.table("migration_flows")
        frame = table.frame.filter(pl.col("origin") != pl.col("destination"))
        sides = [
            frame.group_by("year", side)
            .agg(pl.col("migrants").sum())
            .rename({side: "place", "migrants": "persons"})
            for side in ("destination", "origin")
        ]
        keys = pl.concat([side.select("year", "place") for side in sides]).unique()
        arrivals, departures = (
            keys.join(side, on=["year", "place"], how="left").with_columns(pl.col("persons").fill_null(0))
            for side in sides
        )
        internal = arrange_margins(arrivals, departures, None, table.caveats)
        none = np.zeros((0, 0))
        flows = Flows(int(internal.years[-1]), internal.places, none, none)
        return Material(pack, gazetteer, words, "0", internal, flows)
    table = pack.table("internal_migration")
    sides = [
        table.frame.select("year", "place", pl.col(column).alias("persons"))
        for column in ("in_migrants", "out_migrants")
    ]
    internal = arrange_margins(*sides, pack.table("national_population").frame, table.caveats)
    words = replace(words, units="aimags")
    return Material(
        pack, gazetteer, words, "0", internal, None,
        routes=routes_of(internal), outlook=make_outlook(), scenarios=make_scenarios(),
    )  # fmt: skip


def routes_of(internal: InternalMigration) -> Routes:
    """Tables that meet the margins of 2020 to 2022, which agree, with ranges of a fifth to both sides."""
    years = (2020, 2021, 2022)
    rows = [internal.at(year) for year in years]
    out, arrived = internal.out_migrants[rows], internal.in_migrants[rows]
    n = len(internal.places)
    mean = np.stack(
        [
            iterative_proportional_fitting(1.0 - np.eye(n), o, a * o.sum() / a.sum()).table
            for o, a in zip(out, arrived, strict=True)
        ]
    )
    same = {
        f"{side}{level}": mean * (0.8 if side == "low" else 1.2)
        for side in ("low", "high")
        for level in (50, 80, 95)
    }
    total = out.sum(axis=1)
    bounds = {f"total_{side}{level}": total for side in ("low", "high") for level in (80, 95)}
    flows = EstimatedFlows(
        years=years, places=internal.places, mean=mean, median=mean, **same,
        out_migrants=out, in_migrants=arrived, printed_out=total, printed_in=arrived.sum(axis=1), total=total,
        **bounds, features=("borders",), learnt_from=("austria", "usa"), notes=(),
    )  # fmt: skip
    return Routes(flows, TableValidation(()))
