"""A file of submissions over rounds: read strictly, one round compared with the one before."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from nuudel.base.errors import StatisticsError
from nuudel.statistics.assessment_rounds.change import OUTCOMES, change, coverage
from nuudel.statistics.assessment_rounds.estimates import OUTSIDE, estimate
from nuudel.statistics.assessment_rounds.triangulation import triangulate
from nuudel.statistics.input_tables import InputColumn, once, read_input

DONE, LEFT = "done", "left"
ROUNDS = (
    InputColumn("round", "count", needed=True, filled=True),
    InputColumn("area", needed=True, filled=True),
    InputColumn("parent", needed=True, filled=True),
    InputColumn("persons", "count", needed=True),
    InputColumn("outcome", codes=OUTCOMES),
    InputColumn("operation"),
    InputColumn("reported_on", "date"),
    InputColumn("households", "count"),
    InputColumn("informants", "count"),
    InputColumn("credibility", "number"),
    InputColumn("least_said", "count"),
    InputColumn("most_said", "count"),
    InputColumn("population", "count"),
)
FRAME = (
    InputColumn("area", needed=True, filled=True),
    InputColumn("parent", needed=True, filled=True),
    InputColumn("population", "count"),
)


@dataclass(frozen=True)
class Comparison:
    """A round beside the one before.

    Attributes
    ----------
    number, before
        Numbers of the rounds; ``before`` is None for the first one.
    areas
        Each area of the frame: outcome, figure of the last round, group, the figure with its label and
        intervals, and lowest, highest, cv, submissions, informants and parts of what was said. Areas of the
        last round that are in the frame no more have the label ``left`` and no figure.
    totals
        By ``parent``, ``""`` first: change, coverage and estimates together.
    """

    number: int
    before: int | None
    areas: pl.DataFrame
    totals: pl.DataFrame


def read_rounds(file: Path) -> pl.DataFrame:
    """Submissions of rounds (``docs/reference/displacement-tables.md``).

    Raises
    ------
    StatisticsError
        ``STATISTICS-501`` to ``STATISTICS-503``; ``STATISTICS-507`` an area has two parents or populations.
    """
    return read_input(file, ROUNDS)


def read_frame(file: Path) -> pl.DataFrame:
    """The areas that are to be covered: ``area``, ``parent``, ``population``."""
    frame = read_input(file, FRAME)
    once(frame, file.name, "area")
    return frame


def frame_of(told: pl.DataFrame) -> pl.DataFrame:
    """Every area that a file names, with its parent and its last population."""
    areas = told.group_by("area").agg(
        pl.col("parent").n_unique().alias("parents"),
        pl.col("parent").first(),
        pl.col("population").drop_nulls().last(),
    )
    twice = areas.filter(pl.col("parents") > 1).sort("area")
    if twice.height:
        raise StatisticsError(
            507,
            f"area {twice['area'][0]!r} has {twice['parents'][0]} parents.",
            "Give each area one parent in all rounds.",
            ("parent",),
        )
    return areas.select("area", "parent", "population").sort("area")


def compare_round(
    told: pl.DataFrame, frame: pl.DataFrame | None = None, number: int | None = None, *, seed: int = 1
) -> Comparison:
    """Triangulate, cover, compare and estimate a round; the last one where none is named.

    Raises
    ------
    StatisticsError
        ``STATISTICS-507``; ``STATISTICS-508`` there is no such round, or none at all.
    """
    rounds = sorted(set(told["round"].to_list()))
    if not rounds or (number is not None and number not in rounds):
        raise StatisticsError(
            508,
            f"there is no round {number}." if rounds else "there is no row of any round.",
            f"Name one of them: {', '.join(str(one) for one in rounds)}." if rounds else "Give one at least.",
            ("round",),
        )
    chosen = rounds[-1] if number is None else number
    last = rounds[rounds.index(chosen) - 1] if chosen != rounds[0] else None
    areas = frame_of(told) if frame is None else frame
    said = {one: triangulate(covered(told, one)) for one in (chosen, last) if one is not None}
    now, before = said[chosen], None if last is None else said[last]
    found = estimate(areas, now, before, seed=seed)
    framed = areas.join(outcomes(told, chosen), on="area", how="left").with_columns(
        pl.col("outcome").fill_null("missing")
    )
    details = ["lowest", "highest", "cv", "submissions", "informants", "parts"]
    rows = found.areas.join(framed.select("area", "outcome"), on="area", how="left")
    rows = rows.join(now.select("area", *details), on="area", how="left")
    totals = coverage(framed).drop("areas")
    if before is not None:
        moved = change(areas, now, before)
        moves = moved.areas.select("area", "before", "group", "change")
        rows = rows.join(moves, on="area", how="full", coalesce=True).with_columns(
            pl.col("parent").fill_null(OUTSIDE), pl.col("label").fill_null(LEFT)
        )
        totals = moved.totals.join(totals, on="parent", how="full", coalesce=True)
    totals = found.totals.join(totals, on="parent", how="full", coalesce=True).sort(
        pl.col("parent") != "", pl.col("parent") == OUTSIDE, "parent"
    )
    totals = totals.with_columns(pl.col("label").fill_null(LEFT), pl.col("why").fill_null(""))
    empty = [pl.col(name).fill_null(0) for name in totals.columns if name in ZERO_WHERE_NOTHING]
    return Comparison(chosen, last, rows.sort("area"), totals.with_columns(empty))


ZERO_WHERE_NOTHING = frozenset(
    (
        "areas",
        "observed_areas",
        "estimated_areas",
        "not_estimated_areas",
        "observed",
        "estimated",
        "before",
        "now",
        "change",
        "both",
        "new",
        "lost",
        "areas_both",
        "areas_new",
        "areas_lost",
        *OUTCOMES,
        "share",
    )
)


def covered(told: pl.DataFrame, number: int) -> pl.DataFrame:
    """Rows of a round that tell a figure; without an outcome a figure means done."""
    return told.filter(pl.col("round") == number, pl.col("outcome").fill_null(DONE) == DONE)


def outcomes(told: pl.DataFrame, number: int) -> pl.DataFrame:
    """One outcome an area: done where any submission has a figure, else the last one told."""
    figure = pl.col("persons").is_not_null() & (pl.col("outcome").fill_null(DONE) == DONE)
    told_last = pl.col("outcome").filter(pl.col("outcome") != DONE).last()
    outcome = pl.when(figure.any()).then(pl.lit(DONE)).otherwise(told_last)
    return told.filter(pl.col("round") == number).group_by("area").agg(outcome.alias("outcome"))
