"""Ids and the index of known ids, against Python's own UUIDs and sets."""

import uuid

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from nuudel.ledger.fingerprint import mix
from nuudel.ledger.ids import from_arrow, id_bytes, new_id, parse, to_arrow
from nuudel.ledger.known import KnownIds, Stored
from nuudel.ledger.occurrences import Occurrences


def test_a_new_id_is_a_uuid_of_version_7_in_order_of_time() -> None:
    first, second = new_id(), new_id()
    assert first.version == 7
    assert first.variant == uuid.RFC_4122
    assert first.int >> 80 <= second.int >> 80
    assert first != second


@given(st.lists(st.one_of(st.none(), st.uuids())))
def test_texts_are_read_as_python_reads_them(values: list[uuid.UUID | None]) -> None:
    texts = pa.array(
        [None if v is None else str(v).upper() if v.int % 2 else str(v) for v in values], pa.string()
    )
    ids, readable = parse(texts)
    assert readable.tolist() == [v is not None for v in values]
    assert id_bytes(ids[readable]) == b"".join(v.bytes for v in values if v is not None)
    array = to_arrow(ids, ~readable)
    assert array.to_pylist() == [None if v is None else v.bytes for v in values]
    assert from_arrow(array)[readable].tolist() == ids[readable].tolist()


@given(st.text(max_size=40))
def test_what_is_no_uuid_is_not_read(value: str) -> None:
    try:
        right = str(uuid.UUID(value)) == value.lower()
    except ValueError:
        right = False
    assert parse(pa.array(["", value], pa.string()))[1].tolist() == [False, right]


# Few different halves: many ids share their high half, and many are met again.
halves = st.integers(0, 3) | st.sampled_from([2**63, 2**64 - 1])
ids_strategy = st.lists(st.tuples(halves, halves, st.integers(0, 1)), max_size=12)


@given(stored=st.lists(ids_strategy, max_size=3), chunks=st.lists(ids_strategy, max_size=6))
def test_known_ids_are_those_of_a_dictionary(
    stored: list[list[tuple[int, int, int]]], chunks: list[list[tuple[int, int, int]]]
) -> None:
    ledger: dict[tuple[int, int], int] = {}
    segments = []
    for given_rows in stored:
        rows = list({(a, b): (a, b, c) for a, b, c in given_rows if (a, b) not in ledger}.values())
        ledger |= {(a, b): c for a, b, c in rows}
        if rows:
            ids = np.array([row[:2] for row in rows], np.uint64)
            prints = np.array([row[2] for row in rows], np.uint64)
            segments.append(
                Stored(int(ids[:, 0].min()), int(ids[:, 0].max()), lambda i=ids, p=prints: (i, p))  # type: ignore[misc]
            )
    known, load = KnownIds(segments), set()
    for chunk in chunks:
        ids = np.array([row[:2] for row in chunk], np.uint64).reshape(-1, 2)
        prints = np.array([row[2] for row in chunk], np.uint64)
        expected = []
        for a, b, said in chunk:
            if (a, b) in ledger:
                expected.append("again" if ledger[a, b] == said else "changed")
            else:
                expected.append("doubled" if (a, b) in load else "new")
                load.add((a, b))
        stored_same = [ledger.get((a, b)) == c for a, b, c in chunk]
        assert known.has_stored(ids, prints).tolist() == stored_same
        met = known.meet(ids, prints)
        names = ("again", "changed", "doubled", "new")
        found = [[name for name in names if getattr(met, name)[row]] for row in range(len(chunk))]
        assert found == [[name] for name in expected]
        assert known.has(ids).all()


@given(st.lists(st.lists(st.integers(0, 4))))
def test_occurrences_are_counted_over_chunks(chunks: list[list[int]]) -> None:
    counts: dict[int, int] = {}
    occurrences = Occurrences()
    for chunk in chunks:
        expected = []
        for value in chunk:
            expected.append(counts.get(value, 0))
            counts[value] = expected[-1] + 1
        assert occurrences.count(np.array(chunk, np.uint64)).tolist() == expected


def test_mix_is_the_published_generator() -> None:
    # The first three numbers of SplitMix64 with seed 1234567 (the generator adds its constant before mixing).
    gamma, state, found = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(3):
        found.append(int(mix(np.array([state], np.uint64))[0]))
        state = (state + gamma) % 2**64
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]
