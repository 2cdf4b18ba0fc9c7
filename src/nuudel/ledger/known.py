"""Which ids are there already: an exact index over the ledger's segments and the load's own chunks.

Ids of version 7 come in order of time, so most chunks lie beyond everything seen and need no search. Runs of
sorted ids are searched only where their range meets a chunk's; runs that overlap are merged when they are of
similar size, so that there are few of them even for random ids.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.ledger.fingerprint import Hashes
from nuudel.ledger.ids import Ids

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
SIMILAR = 2


@dataclass(frozen=True)
class Stored:
    """The ids of a segment, read when a chunk comes near: the limits of their high halves, inclusive."""

    lowest: int
    highest: int
    read: Callable[[], tuple[Ids, Hashes]]


@dataclass(frozen=True)
class Run:
    """Ids in order, each with its fingerprint and whether the ledger had it before this load."""

    high: Hashes
    low: Hashes
    prints: Hashes
    stored: Mask
    ties: bool

    @property
    def lowest(self) -> int:
        return int(self.high[0])

    @property
    def highest(self) -> int:
        return int(self.high[-1])

    def find(self, high: Hashes, low: Hashes) -> Rows:
        """The place of each id in the run, -1 where it is not there."""
        place = np.searchsorted(self.high, high)
        if self.ties:
            place = self.among_ties(high, low, place)
        near = np.minimum(place, len(self.high) - 1)
        found = (self.high[near] == high) & (self.low[near] == low)
        return np.where(found, near, -1)

    def among_ties(self, high: Hashes, low: Hashes, first: Rows) -> Rows:
        """Binary search by the low half where many ids share their high half."""
        last = np.searchsorted(self.high, high, side="right")
        while (open_rows := np.flatnonzero(first < last)).size:
            middle = (first[open_rows] + last[open_rows]) // 2
            below = self.low[middle] < low[open_rows]
            first[open_rows] = np.where(below, middle + 1, first[open_rows])
            last[open_rows] = np.where(below, last[open_rows], middle)
        return first


def order_of(high: Hashes, low: Hashes) -> tuple[Rows, bool]:
    """Rows in the order of their ids, equal ids in the order of coming; and whether high halves repeat."""
    order = np.argsort(high, kind="stable")
    ordered = high[order]
    ties = bool((ordered[1:] == ordered[:-1]).any())
    return (np.lexsort((low, high)) if ties else order), ties


def run_of(high: Hashes, low: Hashes, prints: Hashes, stored: Mask) -> Run:
    order, ties = order_of(high, low)
    return Run(high[order], low[order], prints[order], stored[order], ties)


@dataclass(frozen=True)
class Met:
    """What became of a chunk's ids, shape (rows,) each.

    Attributes
    ----------
    again
        The ledger has this fact.
    changed
        The ledger has the id with another fingerprint.
    doubled
        The id was accepted earlier in this load.
    """

    again: Mask
    changed: Mask
    doubled: Mask

    @property
    def new(self) -> Mask:
        return ~(self.again | self.changed | self.doubled)


class KnownIds:
    """The ids of the ledger and of the load so far."""

    def __init__(self, stored: list[Stored]) -> None:
        self.far = stored
        self.runs: list[Run] = []

    def meet(self, ids: Ids, prints: Hashes) -> Met:
        """Enter a chunk's ids and say which were there."""
        again, changed, doubled = np.zeros((3, len(ids)), np.bool_)
        if not len(ids):
            return Met(again, changed, doubled)
        order, ties = order_of(ids[:, 0], ids[:, 1])
        high, low, said = ids[order, 0], ids[order, 1], prints[order]
        for run in self.near(high):
            place = run.find(high, low)
            there = place >= 0
            before = there & run.stored[place]
            same = run.prints[place] == said
            again[order[before & same]] = True
            changed[order[before & ~same]] = True
            doubled[order[there & ~before]] = True
        if ties:
            repeated = np.r_[False, (high[1:] == high[:-1]) & (low[1:] == low[:-1])]
            doubled[order[repeated]] |= ~(again | changed)[order[repeated]]
        met = Met(again, changed, doubled)
        kept = met.new[order]
        if kept.any():
            new = np.zeros(int(kept.sum()), np.bool_)
            self.enter(Run(high[kept], low[kept], said[kept], new, ties))
        return met

    def has(self, ids: Ids) -> Mask:
        """Whether the ledger or this load has each id."""
        return self.matches(ids, lambda run, place: np.ones(len(place), np.bool_))

    def has_stored(self, ids: Ids, prints: Hashes) -> Mask:
        """Whether the ledger had each id before this load, with this fingerprint."""
        order, _ = order_of(ids[:, 0], ids[:, 1])
        said = prints[order]
        return self.matches(ids, lambda run, place: run.stored[place] & (run.prints[place] == said))

    def matches(self, ids: Ids, accepts: Callable[[Run, Rows], Mask]) -> Mask:
        order, _ = order_of(ids[:, 0], ids[:, 1])
        found = np.zeros(len(ids), np.bool_)
        high, low = ids[order, 0], ids[order, 1]
        for run in self.near(high):
            place = run.find(high, low)
            found[order] |= (place >= 0) & accepts(run, place)
        return found

    def near(self, high: Hashes) -> list[Run]:
        """The runs that may hold one of the sorted high halves; segments among them are read."""
        far = []
        for segment in self.far:
            if meets(high, segment.lowest, segment.highest):
                ids, prints = segment.read()
                self.enter(run_of(ids[:, 0], ids[:, 1], prints, np.ones(len(ids), np.bool_)))
            else:
                far.append(segment)
        self.far = far
        return [run for run in self.runs if meets(high, run.lowest, run.highest)]

    def enter(self, run: Run) -> None:
        """Add a run, merged with those of similar size that it overlaps."""
        while True:
            for other in self.runs:
                overlap = other.lowest <= run.highest and run.lowest <= other.highest
                if overlap and len(other.high) <= SIMILAR * len(run.high):
                    break
            else:
                self.runs.append(run)
                return
            self.runs = [kept for kept in self.runs if kept is not other]
            run = run_of(*(np.concatenate(pair) for pair in zip(parts(run), parts(other), strict=True)))


def parts(run: Run) -> tuple[Hashes, Hashes, Hashes, Mask]:
    return run.high, run.low, run.prints, run.stored


def meets(high: Hashes, lowest: int, highest: int) -> bool:
    """Whether one of the sorted numbers lies between two limits."""
    first = int(np.searchsorted(high, np.uint64(lowest)))
    return first < len(high) and int(high[first]) <= highest
