"""What this process remembers of the rounds that it has checked, so that a minute reads only what came in it.

Nothing of it is stored: after a start, and every six hours, a round is read as a whole.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

import polars as pl

from nuudel.statistics.survey_quality import Checked, Limits

MOST = 6
"""Rounds that are remembered; 50,000 submissions take some 20 MB."""
HOLDS = timedelta(hours=6)
"""After so long a round is read as a whole: what was committed very late is found then."""


@dataclass(frozen=True)
class Remembered:
    """A round as it was when it was checked last.

    Attributes
    ----------
    read_at
        When it was read as a whole.
    checked_at
        When it was checked last, here. Another process may have checked it since.
    layouts
        The submissions of each layout, with what was found about them.
    """

    read_at: datetime
    checked_at: datetime
    limits: Limits
    layouts: Mapping[str, Checked]


@dataclass(frozen=True)
class Before:
    """The figures of the round before, and up to which change they are known."""

    read_at: datetime
    changed_at: datetime | None
    areas: pl.DataFrame


class Memory:
    """Rounds by their ids, and what later rounds are compared with; the eldest are forgotten."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.rounds: OrderedDict[UUID, Remembered] = OrderedDict()
        self.before: OrderedDict[UUID, Before] = OrderedDict()

    def round(self, pk: UUID, now: datetime, limits: Limits) -> Remembered | None:
        """What holds still of a round; other limits leave nothing."""
        with self.lock:
            found = self.rounds.get(pk)
        holds = found is not None and found.read_at > now - HOLDS and found.limits == limits
        return found if holds else None

    def keep(self, pk: UUID, found: Remembered) -> None:
        with self.lock:
            self.rounds[pk] = found
            self.rounds.move_to_end(pk)
            while len(self.rounds) > MOST:
                self.rounds.popitem(last=False)

    def figures(self, pk: UUID, now: datetime, changed_at: datetime | None) -> pl.DataFrame | None:
        """The figures of a round before, where it has not changed."""
        with self.lock:
            found = self.before.get(pk)
        holds = found is not None and found.read_at > now - HOLDS and found.changed_at == changed_at
        return found.areas if found is not None and holds else None

    def keep_figures(self, pk: UUID, found: Before) -> None:
        with self.lock:
            self.before[pk] = found
            self.before.move_to_end(pk)
            while len(self.before) > MOST:
                self.before.popitem(last=False)


MEMORY = Memory()
