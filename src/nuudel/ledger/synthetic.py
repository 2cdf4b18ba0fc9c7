"""Synthetic movements of any number, for tests and benchmarks; every fact is marked synthetic.

Flows follow a gravity model between places of Pareto sizes at random points; dates follow the seasons of
moving, ages a young adult peak. Facts come in blocks, each from its own counter-based random numbers
(Philox, Salmon et al. 2011), so that the same seed gives the same facts in any portions and threads.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nuudel.base.errors import LedgerError
from nuudel.ledger import codes
from nuudel.ledger.codes import CodeList
from nuudel.ledger.ids import to_arrow, version_7
from nuudel.ledger.schema import FIELDS, Fact

BLOCK_ROWS = 65_536
BLOCKS_PER_GROUP = 8
SERIES = "synthetic"
SOURCE = "Nuudel, synthetic facts"
INSTITUTION = "Nuudel"
# Moving in Mongolia peaks before winter camp and before the school year.
MONTH_WEIGHTS = np.array([5, 5, 7, 8, 9, 9, 8, 13, 13, 10, 7, 6], float)
KINDS = {"residence": 0.70, "seasonal": 0.15, "trip": 0.10, "crossing": 0.05}
DURATION_OF = {
    "residence": "12_months_and_more",
    "seasonal": "3_to_12_months",
    "trip": "under_3_months",
    "crossing": "unknown",
}
REASON_WEIGHTS = {"employment": 0.35, "education": 0.2, "family": 0.2, "herding": 0.15, "unknown": 0.1}
GRAVITY_POWER = 1.0
DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Plan:
    """What all blocks share.

    Attributes
    ----------
    pairs
        Cumulative share of each origin-destination pair, shape (places², ), row by row.
    first_day, days
        The period: days since 1970, and its length.
    """

    facts: int
    seed: int
    places: tuple[str, ...]
    pairs: NDArray[np.float64]
    first_day: int
    days: int
    season: NDArray[np.float64]

    @property
    def blocks(self) -> int:
        return -(-self.facts // BLOCK_ROWS)


def plan_movements(
    facts: int, places: Sequence[str], *, seed: int = 0, first_year: int = 1985, last_year: int = 2024
) -> Plan:
    """Decide sizes, points and seasons.

    Raises
    ------
    LedgerError
        ``LEDGER-212`` for fewer than two places, a negative number of facts or years out of order.
    """
    if facts < 0 or len(places) < 2 or last_year < first_year:
        raise LedgerError(
            212, "synthetic facts need two places, a number of 0 or more and years in order.", "Correct them."
        )
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, 2**64 - 1], np.uint64)))
    sizes = 0.1 + rng.pareto(1.2, len(places))
    points = rng.random((len(places), 2))
    distance = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    pull = np.outer(sizes, sizes) / (0.02 + distance) ** GRAVITY_POWER
    first = np.datetime64(f"{first_year}-01-01")
    days = int((np.datetime64(f"{last_year + 1}-01-01") - first).astype(int))
    months = (first + np.arange(days)).astype("datetime64[M]").astype(int) % 12
    weights = np.cumsum(MONTH_WEIGHTS[months])
    return Plan(
        facts=facts,
        seed=seed,
        places=tuple(places),
        pairs=np.cumsum(pull.ravel()) / pull.sum(),
        first_day=int(first.astype(int)),
        days=days,
        season=np.r_[0.0, weights / weights[-1]],
    )


def synthetic_movements(
    facts: int, places: Sequence[str], *, seed: int = 0, first_year: int = 1985, last_year: int = 2024
) -> Iterator[Any]:
    """Synthetic movements in the order of time, as record batches of at most ``BLOCK_ROWS`` facts."""
    plan = plan_movements(facts, places, seed=seed, first_year=first_year, last_year=last_year)
    for number in range(plan.blocks):
        yield block(plan, number)


def write_synthetic(
    path: Path,
    facts: int,
    places: Sequence[str],
    *,
    seed: int = 0,
    first_year: int = 1985,
    last_year: int = 2024,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write synthetic movements to a Parquet file, as a register would export them: in the order of time."""
    plan = plan_movements(facts, places, seed=seed, first_year=first_year, last_year=last_year)
    schema = block(plan, 0).schema
    temporary = path.with_name(f"{path.name}.new")
    try:
        with pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=1) as writer:
            for first in range(0, plan.blocks, BLOCKS_PER_GROUP):
                numbers = range(first, min(first + BLOCKS_PER_GROUP, plan.blocks))
                writer.write_table(pa.Table.from_batches([block(plan, number) for number in numbers]))
                advance(numbers.stop, plan.blocks)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise LedgerError(
            308,
            f"{path.name} cannot be written: {error.strerror}.",
            "Free the disk, set the permissions or name another file.",
            ("file",),
        ) from None


def block(plan: Plan, number: int) -> Any:
    """The facts of one block; a pure function of the plan and the number."""
    first = number * BLOCK_ROWS
    rows = min(BLOCK_ROWS, plan.facts - first)
    rng = np.random.Generator(np.random.Philox(key=np.array([plan.seed, number], np.uint64)))
    share = (first + np.arange(rows) + rng.random(rows)) / max(plan.facts, 1)
    moment = plan.first_day + np.interp(share, plan.season, np.arange(plan.days + 1))
    pair = np.minimum(np.searchsorted(plan.pairs, rng.random(rows), side="right"), len(plan.pairs) - 1)
    kind = drawn(rng, KINDS, codes.MOVEMENT_KINDS, rows)
    age = np.minimum(rng.gamma(2.2, 12.5, rows), 99).astype(np.int16)
    recorded = (moment * DAY_MICROSECONDS).astype(np.int64) + rng.integers(0, 30 * DAY_MICROSECONDS, rows)
    given = {
        "id": to_arrow(ids_at(moment, rng)),
        "series": one_word(SERIES, rows),
        "source": one_word(SOURCE, rows),
        "institution": one_word(INSTITUTION, rows),
        "kind": coded(kind, codes.MOVEMENT_KINDS),
        "start": pa.array(moment.astype(np.int32)).view(pa.date32()),
        "recorded_at": pa.array(recorded).view(pa.timestamp("us")),
        "persons": pa.array(np.ones(rows, np.int32)),
        "sex": coded(rng.integers(0, 2, rows).astype(np.int8), codes.SEXES),
        "age_from": pa.array(age),
        "age_to": pa.array(age),
        "reason": coded(drawn(rng, REASON_WEIGHTS, codes.REASONS, rows), codes.REASONS),
        "weight": pa.array(np.ones(rows)),
        "quality": coded(np.full(rows, codes.QUALITIES.names.index("synthetic"), np.int8), codes.QUALITIES),
        "origin": placed(pair // len(plan.places), plan.places),
        "destination": placed(pair % len(plan.places), plan.places),
        "mode": coded(np.full(rows, codes.MODES.names.index("unknown"), np.int8), codes.MODES),
        "duration": coded(durations(kind), codes.DURATIONS),
    }
    fields = [field for field in FIELDS[Fact.MOVEMENT] if field.name in given]
    schema = pa.schema([pa.field(field.name, field.type) for field in fields])
    return pa.record_batch([given[field.name] for field in fields], schema=schema)


def ids_at(moment: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.uint64]:
    """UUIDv7 whose twelve bits after the milliseconds are the fraction of the millisecond (RFC 9562, 6.2)."""
    milliseconds = moment * (DAY_MICROSECONDS / 1000)
    whole = np.floor(milliseconds)
    fraction = ((milliseconds - whole) * 4096).astype(np.uint64)
    low = rng.integers(0, 2**64, len(moment), dtype=np.uint64)
    return version_7(whole.astype(np.uint64), fraction, low)


def drawn(
    rng: np.random.Generator, weights: dict[str, float], codes_of: CodeList, rows: int
) -> NDArray[np.int8]:
    numbers = np.array([codes_of.names.index(name) for name in weights], np.int8)
    limits = np.cumsum(list(weights.values()))
    return numbers[np.minimum(np.searchsorted(limits, rng.random(rows), side="right"), len(numbers) - 1)]


def durations(kind: NDArray[np.int8]) -> NDArray[np.int8]:
    table = np.zeros(len(codes.MOVEMENT_KINDS.names), np.int8)
    for name, duration in DURATION_OF.items():
        table[codes.MOVEMENT_KINDS.names.index(name)] = codes.DURATIONS.names.index(duration)
    return table[kind]


def coded(numbers: NDArray[np.int8], codes_of: CodeList) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array(codes_of.names))


def placed(numbers: NDArray[np.int64], places: tuple[str, ...]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(places))


def one_word(word: str, rows: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word]))
