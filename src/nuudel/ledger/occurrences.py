"""How often a load has said the same thing: equal rows of one file are facts of their own."""

import numpy as np

from nuudel.ledger.fingerprint import Hashes


class Occurrences:
    """Counts of fingerprints over the chunks of one load."""

    def __init__(self) -> None:
        self.prints: Hashes = np.empty(0, np.uint64)
        self.counts: Hashes = np.empty(0, np.uint64)

    def count(self, prints: Hashes) -> Hashes:
        """How often each fingerprint came before, in the chunks before and further up in this one."""
        if not len(prints):
            return prints.copy()
        order = np.argsort(prints, kind="stable")
        ordered = prints[order]
        begins = np.r_[True, ordered[1:] != ordered[:-1]]
        starts = np.flatnonzero(begins)
        group = np.cumsum(begins) - 1
        here = (np.arange(len(prints)) - starts[group]).astype(np.uint64)
        unique = ordered[starts]
        before = self.before(unique)
        times = np.empty(len(prints), np.uint64)
        times[order] = here + before[group]
        self.add(unique, np.diff(np.r_[starts, len(prints)]).astype(np.uint64))
        return times

    def before(self, unique: Hashes) -> Hashes:
        if not len(self.prints):
            return np.zeros(len(unique), np.uint64)
        place = np.minimum(np.searchsorted(self.prints, unique), len(self.prints) - 1)
        return np.where(self.prints[place] == unique, self.counts[place], np.uint64(0))

    def add(self, unique: Hashes, counts: Hashes) -> None:
        prints = np.concatenate([self.prints, unique])
        order = np.argsort(prints, kind="stable")
        ordered, summed = prints[order], np.concatenate([self.counts, counts])[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        self.prints, self.counts = ordered[starts], np.add.reduceat(summed, starts)
