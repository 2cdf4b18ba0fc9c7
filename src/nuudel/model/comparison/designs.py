"""What is held out: years after those known, or all flows to and from some regions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.gravity.protocol import Margins, pairs, positions
from nuudel.model.panel import FlowPanel

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Fold:
    """One held-out part.

    Attributes
    ----------
    known
        The cells that models may fit.
    cells
        The cells to predict: their flows are zeros, and their covariates hold nothing from a held-out year.
    margins
        Their margins, in tasks that take them as known.
    rows
        Shape (K,): numbers of these cells in the whole panel.
    years_ahead
        Shape (K,): years after the last known one; 0 where regions are held out.
    left_out
        Held-out cells that are not predicted, because their pair was never observed before.
    """

    known: FlowPanel
    cells: FlowPanel
    margins: Margins | None
    rows: Rows
    years_ahead: Rows
    left_out: int


class Design(Protocol):
    """A way to hold out."""

    @property
    def task(self) -> str: ...

    def folds(self, panel: FlowPanel) -> Iterator[Fold]: ...


@dataclass(frozen=True)
class HeldOutYears:
    """Rolling origin: fit up to a year, predict the next ones; then add a year.

    Attributes
    ----------
    first
        The first year up to which models are fitted.
    horizon
        How many of the panel's periods ahead are predicted.
    margins_known
        False: a forecast, nothing of the target years is known; covariates keep their last known value.
        True: a table estimated from the margins of the target year, a different and easier task.
    """

    first: int
    horizon: int = 1
    margins_known: bool = False

    @property
    def task(self) -> str:
        return "years ahead, margins known" if self.margins_known else "years ahead"

    def folds(self, panel: FlowPanel) -> Iterator[Fold]:
        """The folds of a panel.

        Raises
        ------
        ModelError
            ``MODEL-222``: no year lies after the first one, or no cell up to it.
        """
        years = np.array(panel.periods)
        year = years[panel.period]
        ends = [end for end in np.unique(year) if end >= self.first and (year > end).any()]
        if not ends or self.horizon < 1:
            raise ModelError(
                222,
                f"no year can be held out after {self.first}; the panel has {years[0]} to {years[-1]}.",
                "Name an earlier first year, and a horizon of at least one period.",
                ("first", "horizon"),
            )
        for end in ends:
            known = panel.keep(year <= end)
            ahead = years[years > end][: self.horizon]
            wanted = np.isin(year, ahead)
            rows = np.flatnonzero(wanted & np.isin(pairs(panel), pairs(known)))
            yield Fold(
                known,
                carried_on(panel, rows, known),
                Margins.of(panel.keep(mask(rows, year.size))) if self.margins_known else None,
                rows,
                (year[rows] - end).astype(np.int64),
                int(wanted.sum()) - rows.size,
            )


@dataclass(frozen=True)
class HeldOutRegions:
    """All flows to and from a group of regions are held out, in all years; then those of the next group.

    A flow between two groups is held out twice.

    Attributes
    ----------
    groups
        Number of groups of nearly equal size, drawn by ``seed``; None leaves out one region at a time.
    seed
        Of the drawing.

    Notes
    -----
    Populations and distances are taken as known. Margins are not: with all other flows known, those of a
    single region would give its flows exactly.
    """

    groups: int | None = None
    seed: int = 1

    @property
    def task(self) -> str:
        return "regions held out"

    def folds(self, panel: FlowPanel) -> Iterator[Fold]:
        """The folds of a panel.

        Raises
        ------
        ModelError
            ``MODEL-223``: fewer than two groups, more groups than regions, or a group leaves nothing known.
        """
        names = tuple(sorted({*panel.origins, *panel.destinations}))
        count = len(names) if self.groups is None else self.groups
        if not 2 <= count <= len(names):
            raise ModelError(
                223,
                f"{len(names)} regions cannot be held out in {count} groups.",
                "Use at least 2 groups, and no more than there are regions.",
                ("groups",),
            )
        order = np.random.default_rng(self.seed).permutation(len(names))
        origin = positions(panel.origins, names)[panel.origin]
        destination = positions(panel.destinations, names)[panel.destination]
        for group in np.array_split(order if self.groups is not None else np.sort(order), count):
            held = np.isin(origin, group) | np.isin(destination, group)
            rows = np.flatnonzero(held)
            if not rows.size:
                continue
            if held.all():
                raise ModelError(
                    223, "a group of regions leaves no known flow.", "Use more groups.", ("groups",)
                )
            ahead = np.zeros(rows.size, dtype=np.int64)
            yield Fold(panel.keep(~held), blank(panel.keep(held)), None, rows, ahead, 0)


def mask(rows: Rows, size: int) -> NDArray[np.bool_]:
    held = np.zeros(size, dtype=bool)
    held[rows] = True
    return held


def blank(panel: FlowPanel) -> FlowPanel:
    """The panel with zeros for flows: what a model gets of the cells it must predict."""
    return FlowPanel(
        panel.origins,
        panel.destinations,
        panel.periods,
        panel.origin,
        panel.destination,
        panel.period,
        np.zeros_like(panel.flow),
        panel.covariates,
    )


def carried_on(panel: FlowPanel, rows: Rows, known: FlowPanel) -> FlowPanel:
    """The cells of some rows, blank, each with the covariates of its pair in the last known year."""
    latest = np.full(panel.shape[1] * panel.shape[2], -1)
    in_time = np.argsort(known.period, kind="stable")
    latest[pairs(known)[in_time]] = in_time
    target = blank(panel.keep(mask(rows, panel.flow.size)))
    source = latest[pairs(target)]
    return target.with_covariates(**{name: values[source] for name, values in known.covariates.items()})
