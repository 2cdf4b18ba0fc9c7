"""Linkage of a million synthetic records, one in a hundred there twice with errors; seconds and memory."""

import json
import resource
import sys
import time
from typing import Any

import numpy as np
import polars as pl

from nuudel.bench.registration import LINKED
from nuudel.people.synthetic import persons

TWICE = 0.01
SAMPLE = 2_000
SEED = 7


def population(size: int) -> pl.DataFrame:
    """Records as linkage reads them; some of them again, with a letter of the given name or number wrong."""
    drawn = persons(size, max(1, round(size / 3.8)), SEED).persons
    columns = ("given_name", "patronymic", "birth_date", "sex", "number", "mother")
    records = drawn.select(*columns).with_columns(pl.col("mother").cast(pl.String))
    rng = np.random.default_rng(SEED)
    again = records[rng.choice(size, max(2, round(size * TWICE)), replace=False).tolist()]
    number, name = pl.col("number").str, pl.col("given_name").str
    again = again.with_columns(
        name.slice(0, name.len_chars() - 1),
        number.slice(0, 8) + number.slice(9, 1) + number.slice(8, 1),
    )
    whole: pl.DataFrame = pl.concat([records, again]).with_row_index("id")
    return whole.with_columns(pl.col("id").cast(pl.String))


def naive_seconds(records: pl.DataFrame, size: int) -> float:
    """The rival: every pair compared by rapidfuzz, measured on a sample and scaled by the number of pairs."""
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import cdist

    sample = records.head(SAMPLE)
    start = time.perf_counter()
    for column in ("given_name", "patronymic", "number"):
        texts = sample[column].fill_null("").to_list()
        cdist(texts, texts, scorer=DamerauLevenshtein.normalized_similarity, workers=2)
    spent = time.perf_counter() - start
    return spent * (size / len(sample)) ** 2


def measure_here(scale: float) -> dict[str, Any]:
    from nuudel.people.linkage.linking import link

    size = max(SAMPLE, round(LINKED * scale))
    records = population(size)
    start = time.perf_counter()
    linked = link(records)
    spent = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rival = naive_seconds(records, len(records))
    return {
        "dedup_million_seconds": {
            "value": spent,
            "unit": f"seconds for {linked.records:,} records",
            "rival": "rapidfuzz, every pair",
            "ratio": spent / rival,
        },
        "dedup_memory_mb": {"value": memory, "unit": "MB at most"},
    }


if __name__ == "__main__":
    print(json.dumps(measure_here(float(sys.argv[1]))))
