"""Linkage of a million synthetic records of the labelled set: seconds, memory, and what was found of it."""

import json
import resource
import sys
import time
from typing import Any

import polars as pl

from nuudel.bench.registration import LINKED

PERSONS = 0.845
"""Of the records so many are persons; the others repeat them with errors, or look alike and are others."""
SAMPLE = 2_000
SEED = 7
SURE = 0.9


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
    from nuudel.people.linkage.labelled import labelled
    from nuudel.people.linkage.linking import link
    from nuudel.people.linkage.measuring import measured

    given = labelled(round(max(SAMPLE, LINKED * scale) * PERSONS), SEED)
    start = time.perf_counter()
    linked = link(given.records)
    spent = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rival = naive_seconds(given.records, linked.records)
    found = measured(given, linked, [SURE]).by_threshold.row(0, named=True)
    return {
        "dedup_million_seconds": {
            "value": spent,
            "unit": f"seconds for {linked.records:,} records",
            "rival": "rapidfuzz, every pair",
            "ratio": spent / rival,
        },
        "dedup_memory_mb": {"value": memory, "unit": "MB at most"},
        **{
            f"dedup_{name}": {"value": found[name], "unit": f"share, at a probability of {SURE}"}
            for name in ("precision", "recall")
        },
    }


if __name__ == "__main__":
    print(json.dumps(measure_here(float(sys.argv[1]))))
