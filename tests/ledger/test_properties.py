"""Whatever the order, portions and repetitions of loading: one content, one name, the same figures."""

import random
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger, margins_in, margins_out, origin_destination
from nuudel.ledger.codes import DURATIONS

from .facts import PLACES, movements, uuid7

place = st.sampled_from([*PLACES, None])
row = st.fixed_dictionaries(
    {
        "origin": place,
        "destination": place,
        "persons": st.integers(-1, 3),
        "sex": st.sampled_from(["female", "male"]),
        "start": st.integers(0, 800).map(lambda days: date(2018, 1, 1) + timedelta(days)),
        "duration": st.sampled_from(DURATIONS.names),
        "series": st.sampled_from(["register", "survey"]),
        "quality": st.sampled_from(["observed", "estimated"]),
    }
)
rows_strategy = st.lists(row, min_size=1, max_size=25)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**values, "id": uuid7(number)} for number, values in enumerate(rows)]


def good(values: dict[str, Any]) -> bool:
    ends = (values["origin"], values["destination"])
    return values["persons"] >= 0 and ends != (None, None) and ends[0] != ends[1]


@few
@given(rows=rows_strategy, seed=st.integers(0, 2**32))
def test_order_portions_and_repetitions_change_nothing(rows: list[dict[str, Any]], seed: int) -> None:
    facts = numbered(rows)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        whole = Ledger.open(Path(folder) / "whole", places=PLACES)
        result = whole.append(movements(*facts))
        assert result.accepted == sum(map(good, facts))
        assert result.accepted + result.rejected == len(facts)
        parts = Ledger.open(Path(folder) / "parts", places=PLACES)
        shuffled = rng.sample(facts, len(facts))
        accepted = 0
        while shuffled:
            size = rng.randint(1, len(shuffled))
            portion, shuffled = shuffled[:size], shuffled[size:]
            accepted += parts.append(movements(*portion)).accepted
            assert parts.append(movements(*portion)).accepted == 0
        assert accepted == result.accepted
        assert parts.name == whole.name
        assert parts.counts("movement") == whole.counts("movement")
        frozen = [ledger.snapshot() for ledger in (whole, parts)]
        contents = [
            {
                path.relative_to(root).as_posix(): path.read_bytes()
                for path in root.rglob("*")
                if path.is_file()
            }
            for root in frozen
        ]
        assert contents[0] == contents[1]
        assert {root.name for root in frozen} == {whole.name} == {Ledger.open(frozen[0]).name}


@few
@given(rows=rows_strategy)
def test_figures_are_those_of_a_count_by_hand(rows: list[dict[str, Any]]) -> None:
    facts = numbered(rows)
    flows: Counter[tuple[Any, ...]] = Counter()
    arrivals: Counter[tuple[Any, ...]] = Counter()
    departures: Counter[tuple[Any, ...]] = Counter()
    for values in filter(good, facts):
        if values["duration"] != "12_months_and_more" or values["series"] != "register":
            continue
        origin, destination, year = values["origin"], values["destination"], values["start"].year
        if origin and destination:
            flows[origin, destination, year, values["sex"]] += values["persons"]
        if destination:
            arrivals[destination, year] += values["persons"]
        if origin:
            departures[origin, year] += values["persons"]
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(folder, places=PLACES)
        ledger.append(movements(*facts))
        ends = ledger.counts("movement")["register"].ends if "register" in ledger.counts("movement") else {}
        connection = ledger.connect()
        found: dict[str, Counter[tuple[Any, ...]]] = {}
        for name, query, needed, by in (
            ("flows", origin_destination, ("both",), ("year", "sex")),
            ("arrivals", margins_in, ("both", "destination"), ("year",)),
            ("departures", margins_out, ("both", "origin"), ("year",)),
        ):
            if not any(ends.get(end) for end in needed):
                continue
            table = query(connection, "register", durations=["12_months_and_more"], by=by).to_pyarrow()
            found[name] = Counter()
            for line in table.to_pylist():
                key = tuple(line[k] for k in (*("origin", "destination", "place"), *by) if k in line)
                found[name][key] += round(line["persons"])
        for name, expected in (("flows", flows), ("arrivals", arrivals), ("departures", departures)):
            assert +found.get(name, Counter()) == +expected
        # Nobody is lost or made: with both ends known, all arrivals are all departures.
        if "flows" in found:
            total = sum(found["flows"].values())
            one_end = Counter({"in": 0, "out": 0})
            for values in filter(good, facts):
                if values["duration"] == "12_months_and_more" and values["series"] == "register":
                    one_end["in"] += values["persons"] if values["origin"] is None else 0
                    one_end["out"] += values["persons"] if values["destination"] is None else 0
            assert sum(found["arrivals"].values()) - one_end["in"] == total
            assert sum(found["departures"].values()) - one_end["out"] == total


def test_a_snapshot_is_a_ledger_with_sorted_files(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, places=PLACES)
    for number in (3, 1, 2):
        ledger.append(movements({"id": uuid7(number), "persons": number}))
    folder = ledger.snapshot()
    assert ledger.snapshot() == folder
    frozen = Ledger.open(folder)
    assert len(frozen.manifest.segments) == 1
    with pytest.raises(LedgerError, match="LEDGER-309"):
        frozen.append(movements({}))
    ids = pq.read_table(folder / frozen.manifest.segments[0].file, partitioning=None).column("id").to_pylist()
    assert ids == sorted(ids)
    assert len(ids) == 3
    query = {"durations": ["12_months_and_more"]}
    assert (
        origin_destination(frozen.connect(), "register", **query).to_pyarrow()
        == origin_destination(ledger.connect(), "register", **query).to_pyarrow()
    )
