"""How long Mongolia's origin-destination tables 1983-2022 take: 200 posterior draws from margins."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import load_pack, pack_names
from nuudel.base.provenance import Caveat
from nuudel.bench.harness import Figure, timed
from nuudel.model.origin_destination import (
    CountryEvidence,
    country_evidence,
    estimate_tables,
    learn_deterrence,
)
from nuudel.places.boundaries import boundaries
from nuudel.places.contiguity import contiguity
from nuudel.places.distances import great_circle
from nuudel.places.gazetteer import read_gazetteer
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

Floats = NDArray[np.float64]
DRAWS = 200
SEED = 20221231


def measure() -> dict[str, Figure]:
    """``margins_seconds`` (the draws) and ``deterrence_seconds`` (what other countries teach).

    The floor of the draws is their random numbers alone.
    """
    internal, km, borders, caveats = read_margins()
    evidence = read_evidence()
    learnt = learn_deterrence(evidence)
    estimated = timed(
        lambda: estimate_tables(internal, km, borders, learnt, caveats=caveats, draws=DRAWS, seed=SEED),
        rounds=3,
    )
    cells = DRAWS * len(internal.years) * len(internal.places) ** 2
    random = np.random.default_rng(SEED)
    return {
        "margins_seconds": Figure(
            value=estimated,
            unit="seconds",
            floor=timed(lambda: random.standard_gamma(np.full(cells, 50.0)), rounds=3),
        ),
        "deterrence_seconds": Figure(
            value=timed(lambda: learn_deterrence(evidence), rounds=1), unit="seconds"
        ),
    }


def read_margins() -> tuple[InternalMigration, Floats, NDArray[np.bool_], tuple[Caveat, ...]]:
    """Mongolia's margins, distances in km, contiguity of the aimags, and the margins' caveats."""
    pack = load_pack("mongolia")
    table = pack.table("internal_migration")
    arrivals, departures = (
        table.frame.select("year", "place", pl.col(side).alias("persons"))
        for side in ("in_migrants", "out_migrants")
    )
    internal = arrange_margins(arrivals, departures, None, table.caveats)
    gazetteer = read_gazetteer(pack)
    km = great_circle(*gazetteer.coordinates(internal.places))
    borders = contiguity(boundaries(pack, "aimag", gazetteer), internal.places)
    return internal, km, borders, table.caveats


def read_evidence() -> list[CountryEvidence]:
    """The full tables of all packs of the installation."""
    found = []
    for name in pack_names():
        pack = load_pack(name)
        if pack.has("migration_flows"):
            borders = pack.table("neighbours").frame if pack.has("neighbours") else None
            found.append(country_evidence(name, pack.table("migration_flows").frame, borders=borders))
    return found
