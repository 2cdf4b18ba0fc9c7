"""Which ids are there already: an exact index over the ledger's segments and the load's own chunks.

Ids of version 7 come in order of time, so most chunks lie beyond everything seen and need no search. Only
runs whose range meets a chunk's are read into an open-addressing hash table over NumPy arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuudel.ledger.fingerprint import Hashes, mix
from nuudel.ledger.ids import Ids

Entries = NDArray[np.int64]
FIRST_SLOTS = 1 << 16
FULL = 0.5


@dataclass(frozen=True)
class Run:
    """Ids between two limits (of their high halves, inclusive), read when they are needed."""

    lowest: int
    highest: int
    read: Callable[[], tuple[Ids, Hashes]]
    stored: bool


class IdTable:
    """Ids in a hash table: each id has one entry, numbered in the order of coming."""

    def __init__(self) -> None:
        self.slots: Entries = np.full(FIRST_SLOTS, -1, np.int64)
        self.ids: Ids = np.empty((0, 2), np.uint64)
        self.prints: Hashes = np.empty(0, np.uint64)
        self.stored: NDArray[np.bool_] = np.empty(0, np.bool_)
        self.size = 0

    def reserve(self, rows: int) -> None:
        """Room for more ids; the slots are filled anew where they would be half full."""
        needed = self.size + rows
        if needed > len(self.ids):
            room = max(needed, 2 * len(self.ids))
            more = room - len(self.ids)
            self.ids = np.concatenate([self.ids, np.empty((more, 2), np.uint64)])
            self.prints = np.concatenate([self.prints, np.empty(more, np.uint64)])
            self.stored = np.concatenate([self.stored, np.empty(more, np.bool_)])
        if needed > FULL * len(self.slots):
            self.slots = np.full(1 << int(np.ceil(np.log2(needed / FULL))), -1, np.int64)
            self.place(np.arange(self.size))

    def add(self, ids: Ids, prints: Hashes, stored: bool) -> tuple[Entries, Entries]:
        """Enter ids; returns each row's own number and the entry that holds its id (the earliest)."""
        self.reserve(len(ids))
        own = np.arange(self.size, self.size + len(ids))
        self.ids[own], self.prints[own], self.stored[own] = ids, prints, stored
        self.size += len(ids)
        return own, self.place(own)

    def place(self, own: Entries) -> Entries:
        """Give each entry a slot, or find the earlier entry with the same id."""
        found = np.full(len(own), -1, np.int64)
        pending = np.arange(len(own))
        slot = self.home(self.ids[own])
        while len(pending):
            empty = self.slots[slot] < 0
            # Of rows that want one slot the last assignment stands: reversed, the earliest row.
            self.slots[slot[empty][::-1]] = own[pending[empty]][::-1]
            holder = self.slots[slot]
            same = (self.ids[holder] == self.ids[own[pending]]).all(axis=1)
            found[pending[same]] = holder[same]
            pending, slot = pending[~same], self.next_slot(slot[~same])
        return found

    def find(self, ids: Ids) -> Entries:
        """The entry of each id, -1 where there is none."""
        found = np.full(len(ids), -1, np.int64)
        pending, slot = np.arange(len(ids)), self.home(ids)
        while len(pending):
            holder = self.slots[slot]
            there = holder >= 0
            pending, slot, holder = pending[there], slot[there], holder[there]
            same = (self.ids[holder] == ids[pending]).all(axis=1)
            found[pending[same]] = holder[same]
            pending, slot = pending[~same], self.next_slot(slot[~same])
        return found

    def home(self, ids: Ids) -> Entries:
        hashes = mix(mix(ids[:, 0]) ^ ids[:, 1])
        return (hashes & np.uint64(len(self.slots) - 1)).astype(np.int64)

    def next_slot(self, slot: Entries) -> Entries:
        return (slot + 1) & (len(self.slots) - 1)


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

    again: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    doubled: NDArray[np.bool_]

    @property
    def new(self) -> NDArray[np.bool_]:
        return ~(self.again | self.changed | self.doubled)


class KnownIds:
    """The ids of the ledger and of the load so far."""

    def __init__(self, stored: list[Run]) -> None:
        self.runs = stored
        self.table = IdTable()
        self.lowest, self.highest = 1 << 64, -1

    def absorb(self, highs: Hashes) -> None:
        """Read the runs that may hold one of the sorted high halves into the table."""
        far = []
        for run in self.runs:
            if meets(highs, run.lowest, run.highest):
                ids, prints = run.read()
                self.table.add(ids, prints, run.stored)
                self.lowest, self.highest = min(self.lowest, run.lowest), max(self.highest, run.highest)
            else:
                far.append(run)
        self.runs = far

    def meet(self, ids: Ids, prints: Hashes) -> Met:
        """Enter a chunk's ids and say which were there."""
        nothing = np.zeros(len(ids), np.bool_)
        if not len(ids):
            return Met(nothing, nothing, nothing)
        highs = np.sort(ids[:, 0])
        self.absorb(highs)
        lowest, highest = int(highs[0]), int(highs[-1])
        if not meets(highs, self.lowest, self.highest) and bool((highs[1:] != highs[:-1]).all()):
            self.runs.append(Run(lowest, highest, lambda: (ids, prints), stored=False))
            return Met(nothing, nothing, nothing)
        own, holder = self.table.add(ids, prints, stored=False)
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        there = own != holder
        before = there & self.table.stored[holder]
        same = self.table.prints[holder] == prints
        return Met(again=before & same, changed=before & ~same, doubled=there & ~before)

    def entries(self, ids: Ids) -> Entries:
        """The entry of each id in ``table``, -1 for ids that neither the ledger nor this load has."""
        self.absorb(np.sort(ids[:, 0]))
        return self.table.find(ids)

    def stored_same(self, ids: Ids, prints: Hashes) -> NDArray[np.bool_]:
        """Whether the ledger has each id with this fingerprint."""
        own = self.entries(ids)
        same = np.zeros(len(ids), np.bool_)
        there = own[own >= 0]
        same[own >= 0] = self.table.stored[there] & (self.table.prints[there] == prints[own >= 0])
        return same


def meets(highs: Hashes, lowest: int, highest: int) -> bool:
    """Whether one of the sorted numbers lies between two limits."""
    if highest < 0 or not len(highs):
        return False
    first = int(np.searchsorted(highs, np.uint64(lowest)))
    return first < len(highs) and int(highs[first]) <= highest
