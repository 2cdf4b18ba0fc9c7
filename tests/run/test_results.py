"""Kept results: read back as they were written; what is not one is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from nuudel.base.errors import RunError
from nuudel.base.provenance import Quality
from nuudel.base.results import read_result, write_result


@dataclass(frozen=True)
class Inner:
    table: pl.DataFrame
    named: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Outer:
    values: NDArray[np.float64]
    known: NDArray[np.bool_]
    places: tuple[str, ...]
    share: float
    inner: Inner | None
    quality: Quality = Quality.ESTIMATED


def test_a_result_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    inner = Inner(pl.DataFrame({"year": [1, 2], "place": ["a", "ө"]}), {"k": np.array([np.nan, 1.5])})
    kept = Outer(np.arange(6.0).reshape(2, 3).T, np.array([True, False]), ("a",), np.float64(0.1), inner)
    write_result(kept, tmp_path / "kept")
    back = read_result(Outer, tmp_path / "kept")
    assert np.array_equal(back.values, kept.values)
    assert back.known.tolist() == [True, False]
    assert (back.places, back.share, back.quality) == (("a",), 0.1, Quality.ESTIMATED)
    assert back.inner is not None
    assert back.inner.table.equals(inner.table)
    assert np.array_equal(back.inner.named["k"], inner.named["k"], equal_nan=True)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x81\xa6values\xc0", b"{}"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kept").write_bytes(content)
    with pytest.raises(RunError, match="RUN-107"):
        read_result(Outer, tmp_path / "kept")


def test_a_missing_file_and_an_array_of_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="RUN-107"):
        read_result(Outer, tmp_path / "none")
    kept = Outer(np.array(["x"], dtype=object), np.array([True]), (), 0.0, None)  # type: ignore[arg-type]
    write_result(kept, tmp_path / "kept")
    with pytest.raises(RunError, match="RUN-107"):
        read_result(Outer, tmp_path / "kept")


def test_what_a_result_cannot_hold_is_said_when_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="object"):
        write_result(Inner(pl.DataFrame(), {"x": object()}), tmp_path / "kept")  # type: ignore[dict-item]
