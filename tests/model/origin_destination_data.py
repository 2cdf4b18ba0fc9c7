"""What the tests of origin-destination estimation share: the packs' evidence and Mongolia's margins."""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.packs import load_pack
from nuudel.base.provenance import Caveat
from nuudel.model.origin_destination import CountryEvidence, Deterrence, country_evidence, learn_deterrence
from nuudel.model.origin_destination.evidence import geography
from nuudel.places.boundaries import boundaries
from nuudel.places.contiguity import contiguity
from nuudel.places.distances import great_circle
from nuudel.places.gazetteer import read_gazetteer
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

Floats = NDArray[np.float64]
COUNTRIES = ("austria", "usa", "canada", "brazil", "uk", "australia")
AUSTRIAN_BORDERS = pl.DataFrame(
    [
        (f"AT{a}", f"AT{b}")
        for a, others in {11: (12, 22), 12: (13, 22, 31), 21: (22, 32, 33), 22: (31, 32)}.items()
        for b in others
    ]
    + [("AT31", "AT32"), ("AT32", "AT33"), ("AT33", "AT34")],
    schema=["place", "neighbour"],
    orient="row",
)


@cache
def evidence() -> tuple[CountryEvidence, ...]:
    """The full tables of the packs."""
    found = []
    for name in COUNTRIES:
        pack = load_pack(name)
        borders = pack.table("neighbours").frame if pack.has("neighbours") else AUSTRIAN_BORDERS
        found.append(country_evidence(name, pack.table("migration_flows").frame, borders=borders))
    return tuple(found)


@cache
def deterrence() -> Deterrence:
    """Learnt from all of them."""
    return learn_deterrence(evidence())


@cache
def mongolia() -> tuple[InternalMigration, Floats, NDArray[np.bool_], tuple[Caveat, ...]]:
    """Margins 1983-2022, distances, contiguity and caveats."""
    pack = load_pack("mongolia")
    table = pack.table("internal_migration")
    sides = [
        table.frame.select("year", "place", pl.col(side).alias("persons"))
        for side in ("in_migrants", "out_migrants")
    ]
    internal = arrange_margins(*sides, None, table.caveats)
    gazetteer = read_gazetteer(pack)
    km = great_circle(*gazetteer.coordinates(internal.places))
    borders = contiguity(boundaries(pack, "aimag", gazetteer), internal.places)
    return internal, km, borders, table.caveats


def simulated(countries: int, seed: int, places: int = 14) -> list[CountryEvidence]:
    """Countries of one law: gravity with a power of distance, log-normal pair residuals, Poisson counts.

    The decay is N(-1, 0.3²), the residual's standard deviation 0.45 times a log-normal factor.
    """
    random, found = np.random.default_rng(seed), []
    off = ~np.eye(places, dtype=bool)
    for number in range(countries):
        points = random.uniform(0, 1000, (places, 2))
        km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
        out, arrived = np.exp(random.normal(0, 0.9, (2, places)))
        decay, sigma = random.normal(-1.0, 0.3), 0.45 * np.exp(random.normal(0, 0.3))
        half, directed = random.standard_normal((2, places, places))
        symmetric = np.triu(half, 1) + np.triu(half, 1).T
        residual = sigma * (np.sqrt(0.6) * symmetric + np.sqrt(0.4) * directed)
        expected = np.where(off, np.outer(out, arrived) * (km + ~off) ** decay * np.exp(residual), 0.0)
        expected *= random.uniform(3e4, 3e5) / expected.sum()
        flows = random.poisson(expected).astype(float)
        where = geography([f"p{i}" for i in range(places)], km, None, flows.sum(axis=1), flows.sum(axis=0))
        found.append(CountryEvidence(f"c{number}", where, (2000,), flows[None]))
    return found
