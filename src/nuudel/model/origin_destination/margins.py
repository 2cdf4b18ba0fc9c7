"""In- and out-migrants that should be the same moves and are not: draws of margins that agree.

The national total comes from the model of ``statistics.reconciliation.margins``; each place's two margins are
scaled to it with errors of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Caveat, Effect
from nuudel.model.origin_destination.ipf import overfull
from nuudel.statistics.internal_migration import InternalMigration
from nuudel.statistics.reconciliation.margins import PRIOR_YEARS, ReconciledMargins, reconcile_margins

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SIDES = ("out_migrants", "in_migrants")
DOUBTFUL = 3.0
"""How many times the usual error a doubtful margin has: an assumption, not an estimate."""
REDRAWS = 500


@dataclass(frozen=True)
class MarginNote:
    """What was done to one margin.

    Attributes
    ----------
    side
        ``in_migrants`` or ``out_migrants``.
    treatment
        ``left out`` (not counted at all that year), ``filled`` (counted on the other side only),
        ``wider error`` (a caveat calls it doubtful), ``as registered`` (it measures something else).
    caveat
        Key of the caveat, or empty.
    """

    year: int
    place: str
    side: str
    treatment: str
    caveat: str = ""


@dataclass(frozen=True)
class MarginDraws:
    """Margins that agree.

    Attributes
    ----------
    rows, columns
        Shape (D, T, n): out- and in-migrants; for each draw and year their sums are the same.
    counted
        Shape (T, n): whether the place was counted that year.
    printed
        Shape (2, T): national totals of departures and of arrivals, filled margins included.
    national
        The model of the two totals; None where they agree in all years.
    errors
        Shape (T,): standard deviation of the logarithm of one printed margin, before caveats.
    """

    rows: Floats
    columns: Floats
    counted: Flags
    printed: Floats
    national: ReconciledMargins | None
    errors: Floats
    notes: tuple[MarginNote, ...]


def draw_margins(
    internal: InternalMigration, caveats: Sequence[Caveat], draws: int, random: np.random.Generator
) -> MarginDraws:
    """Draw the national totals and the places' margins.

    The logarithm of a year's total is Student's t with 5 degrees of freedom about the mean of the two printed
    totals' logarithms (``reconcile_margins``). A place's printed margin is its true one times an error, with
    the same standard deviation as that year's national count; the margins of a side are then scaled to the
    drawn total. In years whose two totals are the same figure the margins are taken as printed. Draws in
    which a place has more in- and out-migrants than all moves are drawn again: no table has such margins.

    Raises
    ------
    ModelError
        ``MODEL-321``: a place's margins leave room for no table; ``MODEL-322``: a margin is negative, a year
        has no moves, or a place has no margin on one side in any year.
    """
    printed = np.array([internal.out_migrants, internal.in_migrants])
    counted = ~np.isnan(printed).all(axis=0)
    if (printed < 0).any() or not (np.nansum(printed, axis=2) > 0).all():
        raise ModelError(
            322, "a margin is negative, or in some year nobody moved.", "Leave out that year.", SIDES
        )
    values, spreads, filled = fill_sides(internal, printed, counted)
    totals = values.sum(axis=2)
    out_totals, in_totals = totals
    national = (
        None
        if np.allclose(out_totals, in_totals)
        else reconcile_margins(internal.years, in_totals, out_totals)
    )
    errors, total = draw_totals(national, in_totals, draws, random)
    doubtful, notes = read_caveats(internal, caveats)
    usual = np.log1p(national.error_percent / 100) if national else 0.0
    wider = np.where(errors > 0, DOUBTFUL * np.maximum(errors, usual), 0.0)
    deviations = np.where(doubtful, wider[None, :, None], errors[None, :, None])
    deviations = np.hypot(deviations, spreads)
    rows, columns = draw_places(internal, values, deviations, random, draws)
    absent = [
        MarginNote(int(internal.years[t]), internal.places[i], side, "left out")
        for t, i in np.argwhere(~counted)
        for side in SIDES
    ]
    return MarginDraws(
        rows * total[:, :, None],
        columns * total[:, :, None],
        counted,
        totals,
        national,
        errors,
        tuple(sorted([*absent, *filled, *notes], key=lambda note: (note.year, note.place, note.side))),
    )


def fill_sides(
    internal: InternalMigration, printed: Floats, counted: Flags
) -> tuple[Floats, Floats, list[MarginNote]]:
    """Margins (2, T, n) with 0 where not counted, and one-sided gaps filled from the years around.

    A gap is filled with the geometric mean of the nearest counted years before and after; the error of its
    logarithm is the usual change of that margin from year to year. Second result: those errors, 0 elsewhere.
    """
    values, spreads, notes = np.nan_to_num(printed, nan=0.0), np.zeros_like(printed), []
    for side, t, i in np.argwhere(np.isnan(printed) & counted[None]):
        series = printed[side, :, i]
        known = np.flatnonzero(series > 0)
        if not known.size:
            raise ModelError(
                322,
                f"{internal.places[i]} has no {SIDES[side]} in any year.",
                "Leave out the place, or give the margin.",
                (SIDES[side],),
            )
        around = [*known[known < t][-1:], *known[known > t][:1]]
        logs = np.log(series[known])
        values[side, t, i] = np.exp(np.log(series[around]).mean())
        spreads[side, t, i] = np.diff(logs).std() if known.size > 2 else 1.0
        notes.append(MarginNote(int(internal.years[t]), internal.places[i], SIDES[side], "filled"))
    return values, spreads, notes


def draw_totals(
    national: ReconciledMargins | None, in_totals: Floats, draws: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Error (T,) of one printed margin's logarithm, and totals (D, T)."""
    freedom = PRIOR_YEARS + 1
    normal = random.standard_t(freedom, (draws, len(in_totals)))
    if national is None:
        return np.zeros(len(in_totals)), np.broadcast_to(in_totals, normal.shape)
    known = ~national.balanced
    log_range = np.log(np.where(known, national.high80 / national.low80, 1.0))
    spread = log_range / 2 / student.ppf(0.9, freedom)
    # the total is the mean of two logarithms, whose errors are √2 as large
    return np.sqrt(2) * spread, national.total * np.exp(spread * normal)


def draw_places(
    internal: InternalMigration, values: Floats, deviations: Floats, random: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    """Shares of departures and of arrivals, each (D, T, n) with sum 1 over the places."""

    def shares(times: NDArray[np.intp], draws: int) -> Floats:
        normal = random.standard_normal((2, draws, len(times), values.shape[2]))
        drawn = values[:, None, times] * np.exp(deviations[:, None, times] * normal)
        scaled: Floats = drawn / drawn.sum(axis=3, keepdims=True)
        return scaled

    both = shares(np.arange(values.shape[1]), draws)
    for _ in range(REDRAWS):
        crowded = overfull(both[0], both[1])
        if not crowded.any():
            return both[0], both[1]
        d, t = np.nonzero(crowded)
        both[:, d, t] = shares(t, 1)[:, 0]
    year = internal.years[t[0]]
    share = (values[:, t[0]] / values[:, t[0]].sum(axis=1, keepdims=True)).sum(axis=0)
    place = internal.places[int(np.argmax(share))]
    raise ModelError(
        321,
        f"in {year} no table has these margins: {place} has {share.max():.0%} of all departures and arrivals "
        "together, and all of them must have their other end elsewhere.",
        "Correct the margins of that place and year.",
        SIDES,
    )


def read_caveats(internal: InternalMigration, caveats: Sequence[Caveat]) -> tuple[Flags, list[MarginNote]]:
    """Margins (2, T, n) that a caveat calls doubtful, and notes of all caveats on single places.

    A caveat on all places is told by the national totals already.
    """
    doubtful = np.zeros((2, len(internal.years), len(internal.places)), dtype=np.bool_)
    treatments = {Effect.DOUBTFUL: "wider error", Effect.NOT_COMPARABLE: "as registered"}
    notes = []
    for caveat in (c for c in caveats if c.places and c.effect in treatments):
        for s, side in enumerate(SIDES):
            for t, year in enumerate(internal.years):
                for i, place in enumerate(internal.places):
                    if caveat.covers(column=side, place=place, year=int(year)):
                        doubtful[s, t, i] |= caveat.effect is Effect.DOUBTFUL
                        notes.append(
                            MarginNote(int(year), place, side, treatments[caveat.effect], caveat.key)
                        )
    return doubtful, notes
