"""A synthetic register in the form of the files that are loaded, to try and time everything with."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from nuudel.base.packs import Pack
from nuudel.domains.registration.load.columns import PERSONS
from nuudel.domains.registration.load.reading import ABOUT
from nuudel.people.synthetic import Population, persons

SOURCE = "Nuudel, synthetic register"
PERSONS_A_HOUSEHOLD = 3.4 / 0.9  # 3.4 million persons, 900 thousand households
KINDS, KIND_SHARES = ("apartment", "house", "ger"), (0.4, 0.3, 0.3)
HERDERS = 0.25
LEVEL, COUNTED = "soum", "resident_population_by_age"


def write_synthetic(folder: Path, size: int, seed: int, places: Mapping[str, float], day: date) -> Population:
    """Draw a population and write it as a register; the same seed writes the same rows.

    Parameters
    ----------
    places
        Soums and districts with their weights.
    day
        The opening day of the register; nobody is born after it.
    """
    drawn = persons(size, max(1, round(size / PERSONS_A_HOUSEHOLD)), seed, places, day)
    folder.mkdir(parents=True, exist_ok=True)
    households_of(drawn).write_parquet(folder / "households.parquet")
    persons_of(drawn).write_parquet(folder / "persons.parquet")
    about = {"day": day.isoformat(), "source": SOURCE, "synthetic": True}
    (folder / ABOUT).write_text(json.dumps(about), "utf-8")
    return drawn


def persons_of(drawn: Population) -> pl.DataFrame:
    """The persons by the columns of a register's file; the file's names of them are row numbers."""
    rows = drawn.persons.with_row_index("person")
    keys = ("person", "household", "mother", "father")
    known = [name for name in PERSONS if name in rows.columns]
    return rows.with_columns(pl.col(name).cast(pl.String) for name in keys).select(known)


def households_of(drawn: Population) -> pl.DataFrame:
    """The households, each in a dwelling of its own."""
    rng = np.random.default_rng(drawn.seed)
    count = len(drawn.households)
    rows = drawn.households.with_row_index("household")
    return rows.with_columns(
        pl.col("household").cast(pl.String),
        (pl.col("bagh").cast(pl.String) + "-" + pl.col("household").cast(pl.String)).alias("address"),
        pl.Series("dwelling_kind", rng.choice(KINDS, count, p=KIND_SHARES)),
        pl.Series("herder", rng.random(count) < HERDERS),
    ).select("household", "place", "bagh", "address", "dwelling_kind", "herder")


def weights(pack: Pack) -> dict[str, float]:
    """Soums and districts of a pack by their latest counted residents; one each where nobody was counted."""
    places = pack.table("places").frame.filter(pl.col("level") == LEVEL)["code"]
    found = dict.fromkeys(places, 1.0)
    if pack.has(COUNTED):
        counted = pack.table(COUNTED).frame
        latest = counted.filter(pl.col("year") == pl.col("year").max())
        sums = latest.group_by("place").agg(pl.col("resident_population").sum())
        found |= {place: float(count) for place, count in sums.iter_rows() if place in found and count}
    return found
