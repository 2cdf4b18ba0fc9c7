"""Corrections: a fact that supersedes another. The other must be there, and be superseded only once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from nuudel.ledger.fingerprint import Hashes
from nuudel.ledger.ids import Ids, from_arrow
from nuudel.ledger.known import KnownIds, run_of
from nuudel.ledger.manifest import Segment
from nuudel.ledger.rules import Fault, Mask, nulls


class Corrections:
    """Which facts have been superseded, in the ledger and in this load."""

    def __init__(self, folder: Path, segments: Sequence[Segment]) -> None:
        self.files = [str(folder / segment.file) for segment in segments if segment.corrections]
        self.superseded: set[bytes] | None = None

    def known(self) -> set[bytes]:
        """The superseded ids; read from the ledger when the first correction comes."""
        if self.superseded is None:
            self.superseded = set()
            if self.files:
                # Opened here, for it brings pandas.
                import pyarrow.dataset as ds

                table = ds.dataset(self.files).to_table(
                    columns=["supersedes"], filter=pc.field("supersedes").is_valid()
                )
                self.superseded.update(table.column("supersedes").to_pylist())
        return self.superseded

    def check(
        self, columns: Mapping[str, Any], ids: Ids, prints: Hashes, good: Mask, known: KnownIds
    ) -> list[Fault]:
        """Corrections of what is not there (on an earlier line), and of what has been corrected."""
        rows = np.flatnonzero(good & ~nulls(columns["supersedes"]))
        if not len(rows):
            return []
        targets = from_arrow(columns["supersedes"])[rows]
        there = known.has(targets)
        again = known.has_stored(ids[rows], prints[rows])
        here = row_of(targets, ids)
        missing, doubled = np.zeros((2, len(good)), np.bool_)
        superseded, now = self.known(), set()
        keys = columns["supersedes"].take(rows).to_pylist()
        for row, key, found, place, repeated in zip(rows, keys, there, here, again, strict=True):
            if repeated:
                continue
            earlier = 0 <= place < row and good[place] and not missing[place] and not doubled[place]
            if not (found or earlier):
                missing[row] = True
            elif key in superseded or key in now:
                doubled[row] = True
            else:
                now.add(key)
        return [Fault(113, ("supersedes",), missing), Fault(116, ("supersedes",), doubled)]

    def note(self, supersedes: Any, accepted: NDArray[np.int64]) -> None:
        """Remember what the accepted rows of a chunk supersede."""
        if supersedes.null_count < len(supersedes):
            self.known().update(key for key in supersedes.take(accepted).to_pylist() if key is not None)


def row_of(targets: Ids, ids: Ids) -> NDArray[np.int64]:
    """The first row of a chunk that has each id, -1 for none."""
    rows = np.arange(len(ids)).astype(np.uint64)
    run = run_of(ids[:, 0], ids[:, 1], rows, np.zeros(len(ids), np.bool_))
    place = run.find(targets[:, 0], targets[:, 1])
    return np.where(place >= 0, run.prints[place].astype(np.int64), -1)
