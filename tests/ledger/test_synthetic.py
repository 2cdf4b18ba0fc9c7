"""Synthetic movements: marked so, reproducible in any portions and threads, and all of them facts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger, synthetic_movements
from nuudel.ledger.synthetic import BLOCK_ROWS, block, plan_movements, write_synthetic

from .facts import PLACES

FACTS = 2 * BLOCK_ROWS + 1000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return pa.Table.from_batches(list(synthetic_movements(FACTS, PLACES, seed=7)))


def test_every_synthetic_movement_is_accepted_and_marked(table: pa.Table, tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, places=PLACES)
    result = ledger.append(table)
    assert (result.accepted, result.rejected) == (FACTS, 0)
    assert dict(ledger.counts("movement")["synthetic"].qualities) == {"synthetic": FACTS}


def test_threads_and_order_change_nothing(table: pa.Table, tmp_path: Path) -> None:
    plan = plan_movements(FACTS, PLACES, seed=7)
    with ThreadPoolExecutor(3) as pool:
        backwards = list(pool.map(lambda number: block(plan, number), reversed(range(plan.blocks))))
    assert pa.Table.from_batches(backwards[::-1]).equals(table)
    write_synthetic(tmp_path / "a.parquet", FACTS, PLACES, seed=7)
    assert pq.read_table(tmp_path / "a.parquet").cast(table.schema).equals(table)


def test_another_seed_gives_other_facts(table: pa.Table) -> None:
    other = pa.Table.from_batches(list(synthetic_movements(FACTS, PLACES, seed=8)))
    assert not other.column("id").equals(table.column("id"))
    assert not other.column("origin").equals(table.column("origin"))


def test_dates_follow_the_seasons_and_ids_the_dates(table: pa.Table) -> None:
    starts = table.column("start").to_numpy().astype("datetime64[D]")
    assert (np.diff(starts.astype(int)) >= 0).all()
    assert (starts[0].astype(object).year, starts[-1].astype(object).year) == (1985, 2024)
    months = np.bincount(starts.astype("datetime64[M]").astype(int) % 12, minlength=12)
    # Weights 13 and 5 of 100 a day; with 130 000 facts chance moves the ratio by less than a tenth.
    assert abs(months[7] / months[0] - 13 / 5) < 0.26
    ids = table.column("id").to_pylist()
    assert ids == sorted(ids)
    assert {i[6] >> 4 for i in ids[:100]} == {7}


def test_no_movement_stays_where_it_was_and_large_places_send_more(table: pa.Table) -> None:
    origins, ends = table.column("origin").to_pylist(), table.column("destination").to_pylist()
    assert all(a != b for a, b in zip(origins, ends, strict=True))
    assert set(origins) == set(PLACES) == set(ends)


def test_none_and_too_few_places() -> None:
    assert list(synthetic_movements(0, PLACES)) == []
    with pytest.raises(LedgerError, match="LEDGER-212"):
        plan_movements(10, ["MN11"])


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDGER-308"):
        write_synthetic(tmp_path / "no" / "a.parquet", 10, PLACES)
