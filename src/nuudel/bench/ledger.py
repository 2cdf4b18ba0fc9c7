"""The ledger's speed: appending with every check, and a table over many movements.

The facts are synthetic (seed 0), between 343 places over forty years, written by ``ledger generate`` and
loaded as a user loads a file.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from nuudel.bench.harness import Figure, timed, timed_pair
from nuudel.ledger import Ledger, LedgerConnection, origin_destination
from nuudel.ledger.codes import MIGRATION_KINDS
from nuudel.ledger.queries import BREAKDOWNS, movements
from nuudel.ledger.schema import Fact
from nuudel.ledger.segments import layout
from nuudel.ledger.synthetic import SERIES, write_synthetic

MOVEMENTS = 50_000_000
FLOOR_ROWS = 2_000_000
PLACES = tuple(f"MN{aimag}{soum:03d}" for aimag in range(11, 60) for soum in range(1, 8))
LONG = "12_months_and_more"
BY = ("year", "sex")
assert len(PLACES) == 343
assert set(BY) <= set(BREAKDOWNS[Fact.MOVEMENT])


def measure(size: int = MOVEMENTS, rounds: int = 3) -> dict[str, Figure]:
    """Both figures over one ledger; 50 million movements need about 6 GB of disk in the temporary folder."""
    with loaded(size) as (file, ledger, seconds):
        return {
            "ledger_append_rows_per_second": Figure(
                value=size / seconds,
                unit="rows per second",
                floor=copied_rows_per_second(file, min(size, FLOOR_ROWS)),
            ),
            "ledger_od_seconds": od_seconds(ledger, rounds),
        }


@contextmanager
def loaded(size: int) -> Iterator[tuple[Path, Ledger, float]]:
    """A file of synthetic movements, the ledger it has been loaded into, and the seconds that took."""
    with tempfile.TemporaryDirectory(prefix="nuudel-bench-") as folder:
        file = Path(folder) / "movements.parquet"
        write_synthetic(file, size, PLACES)
        ledger = Ledger.open(Path(folder) / "ledger", places=PLACES)
        start = time.perf_counter()
        result = ledger.load_file(file)
        seconds = time.perf_counter() - start
        assert result.accepted == size, result
        yield file, ledger, seconds


def copied_rows_per_second(file: Path, rows: int) -> float:
    """What reading and writing the same columns in the ledger's layout costs without looking at them."""
    target = file.with_name("copy.parquet")
    names = pq.read_schema(file).names
    stored = layout(Fact.MOVEMENT)
    stored["compression"] = {name: stored["compression"][name] for name in names}
    stored["use_dictionary"] = [name for name in stored["use_dictionary"] if name in names]

    def copy() -> None:
        done = 0
        with (
            pq.ParquetFile(file) as source,
            pq.ParquetWriter(target, source.schema_arrow, **stored) as writer,
        ):
            for batch in source.iter_batches(262_144):
                if done >= rows:
                    break
                writer.write_batch(batch)
                done += batch.num_rows
        assert done >= rows

    return rows / timed(copy, rounds=3)


def od_seconds(ledger: Ledger, rounds: int) -> Figure:
    """Seconds of the origin x destination x year x sex table, beside Polars on the same files."""
    connection = ledger.connect()
    files = [str(ledger.folder / segment.file) for segment in ledger.manifest.of(Fact.MOVEMENT)]
    agree(our_table(connection), polars_table(files))
    ours, rival = timed_pair(lambda: our_table(connection), lambda: polars_table(files), rounds)
    floor = timed(lambda: filtered_sum(connection), rounds)
    return Figure(value=ours, unit="seconds", rival="Polars, streaming", ratio=ours / rival, floor=floor)


def our_table(connection: LedgerConnection) -> pa.Table:
    return origin_destination(connection, SERIES, durations=[LONG], by=BY).to_pyarrow()


def polars_table(files: list[str]) -> pl.DataFrame:
    """The same table as a user of Polars writes it: same rows, same columns, its fastest engine."""
    return (
        pl.scan_parquet(files, hive_partitioning=True)
        .filter(
            pl.col("series") == SERIES,
            pl.col("duration") == LONG,
            pl.col("kind").is_in(MIGRATION_KINDS),
            pl.col("origin").is_not_null(),
            pl.col("destination").is_not_null(),
        )
        .group_by("origin", "destination", *BY)
        .agg(pl.col("persons").sum().cast(pl.Float64))
        .collect(engine="streaming")
    )


def agree(ours: pa.Table, rival: pl.DataFrame) -> None:
    """Two tables that differ have no speeds to compare."""
    keys = ["origin", "destination", *BY]
    mine = pl.from_arrow(ours)
    assert isinstance(mine, pl.DataFrame)
    texts = pl.col("origin", "destination", "sex").cast(pl.String)
    sides = [
        frame.select(*keys, "persons").with_columns(texts, pl.col("year").cast(pl.Int64)).sort(keys)
        for frame in (mine, rival)
    ]
    assert sides[0].equals(sides[1])


def filtered_sum(connection: LedgerConnection) -> pa.Table:
    """The same facts read and chosen, summed without any grouping."""
    facts = movements(connection, SERIES, [LONG], MIGRATION_KINDS, None)
    facts = facts.filter(facts.origin.notnull(), facts.destination.notnull())
    return facts.aggregate(persons=facts.persons.sum()).to_pyarrow()
