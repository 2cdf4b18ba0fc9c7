"""The same rows into PostgreSQL and into a folder: the same verdicts, the same content."""

import itertools
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger, Series
from nuudel.ledger.codes import REASONS, SEXES
from nuudel.web.access.context import acting
from nuudel.web.facts import snapshot, store
from nuudel.web.facts.rows import batch_of
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses

STOCK = Series("stock", "Stock", fact="presence")
IDS = st.one_of(st.none(), st.integers(0, 5))
row = st.fixed_dictionaries(
    {
        "id": IDS,
        "supersedes": st.one_of(st.none(), st.none(), IDS),
        "place": st.sampled_from(["MN11", "MN81", "nowhere", None]),
        "persons": st.sampled_from([0, 1, 2, 2, 3, -1]),
        "start": st.integers(0, 900).map(lambda days: date(2023, 1, 1) + timedelta(days)),
        "sex": st.sampled_from([*SEXES.names, None, "nonsense"]),
        "reason": st.sampled_from(REASONS.names),
        "weight": st.sampled_from([1.0, 1 / 3, 0.1, 1e-7, 12345.678, None]),
        "age_from": st.sampled_from([None, 0, 130, 131]),
        "round": st.sampled_from([None, "2024", 'a "quoted", round', "Нэг"]),
        "pseudonym": st.one_of(st.none(), st.text(max_size=5)),
        "quality": st.sampled_from(["observed", "estimated"]),
        "source": st.sampled_from(["Stock"] * 5 + ["Another"]),
    }
)
portions = st.lists(st.lists(row, min_size=1, max_size=6), min_size=1, max_size=5)
KNOWN = {"kind": "register", "series": "stock", "institution": "Office"}
_examples = itertools.count(1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A ledger that is told the same as the database, over all examples."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def numbered(rows: list[dict[str, Any]], example: int) -> list[dict[str, Any]]:
    """The rows with ids of this example alone: no fact of an earlier one can be taken away."""

    def named(number: int | None) -> str | None:
        return None if number is None else f"0190{example:04x}-0000-7000-8000-{number:012x}"

    recorded = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=example)
    return [
        KNOWN
        | values
        | {
            "id": named(values["id"]),
            "supersedes": named(values["supersedes"]),
            "recorded_at": recorded,
            "households": example,
        }
        for values in rows
    ]


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(given_portions=portions, one_by_one=st.booleans())
def test_the_same_facts_in_both(
    given_portions: list[list[dict[str, Any]]], one_by_one: bool, database: Addresses, folder: Path
) -> None:
    example = next(_examples)
    file = Ledger.open(folder / "file")
    service = service_user()
    for rows in given_portions:
        for portion in [[one] for one in rows] if one_by_one else [rows]:
            batch = batch_of(store.Fact.PRESENCE, numbered(portion, example))
            expected = file.append([batch], "presence", series=[STOCK])
            if one_by_one:
                with acting(service, "test"):
                    check_one(numbered(portion, example)[0], expected)
                continue
            with acting(service, "test"):
                got = store.append_table("presence", [batch], STOCK)
            assert (got.accepted, got.already_there, got.rejected) == (
                expected.accepted,
                expected.already_there,
                expected.rejected,
            )
            assert got.rejects.equals(expected.rejects)
    frozen = snapshot.write_snapshot(folder / "frozen")
    assert frozen.name == file.name == file.snapshot().name
    assert Ledger.open(frozen).counts("presence") == file.counts("presence")
    assert contents(frozen) == contents(folder / "file" / "snapshots" / file.name)


def check_one(values: dict[str, Any], expected: Any) -> None:
    """One fact of a record: entered, there already, or the error of the first rule that it breaks."""
    if not expected.rejected:
        assert store.append("presence", [values], STOCK, "Office") == expected.accepted
        return
    with pytest.raises(LedgerError) as told:
        store.append("presence", [values], STOCK, "Office")
    assert told.value.code == expected.rejects.sort("line", "code")["code"][0]


def contents(root: Path) -> dict[str, bytes]:
    """The files of a snapshot: equal facts give equal bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.parquet")}


def test_a_frame_is_read_as_rows_are(database: Addresses) -> None:
    values = numbered(
        [{"place": "MN11", "start": date(2024, 1, 1), "quality": "observed", "id": 1, "supersedes": None}], 0
    )
    frame = pl.DataFrame([values[0] | {"source": "Stock"}])
    with acting(service_user(), "test"):
        assert store.append_table("presence", frame, STOCK).accepted == 1
        assert store.append("presence", values, STOCK, "Office") == 0
