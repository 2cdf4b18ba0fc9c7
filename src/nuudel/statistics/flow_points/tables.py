"""Files of watches, passings and interviews, read strictly."""

from pathlib import Path

import polars as pl

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_points.watching import ROW, WATCH
from nuudel.statistics.input_tables import InputColumn, read_input

MISSED = ("none", "few", "many")
DIRECTIONS = ("both", "in", "out")
REGISTRY = (
    InputColumn("watch", needed=True, filled=True),
    InputColumn("point", needed=True, filled=True),
    InputColumn("day", "date", needed=True, filled=True),
    InputColumn("from", "clock", needed=True, filled=True),
    InputColumn("to", "clock", needed=True, filled=True),
    InputColumn("hour", "count", needed=True, highest=23),
    InputColumn("direction", needed=True),
    InputColumn("mode", needed=True),
    InputColumn("persons", "count", needed=True),
    InputColumn("break_minutes", "count"),
    InputColumn("observed_minutes", "count"),
    InputColumn("missed", codes=MISSED),
    InputColumn("directions", codes=DIRECTIONS),
    InputColumn("opens", "clock"),
    InputColumn("closes", "clock"),
)
SURVEY = (
    InputColumn("interview", needed=True, filled=True),
    InputColumn("point", needed=True, filled=True),
    InputColumn("hour", "count", needed=True, filled=True, highest=23),
    InputColumn("direction", needed=True, filled=True),
    InputColumn("mode", needed=True, filled=True),
)
OPTIONAL = ("break_minutes", "observed_minutes", "missed", "directions")


def read_registry(file: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Watches, passings and points of a file: a row a passing (``docs/reference/displacement-tables.md``).

    A watch in which nobody passed has one row without direction, mode and persons.

    Raises
    ------
    StatisticsError
        ``STATISTICS-501`` to ``STATISTICS-503``; ``STATISTICS-507`` two rows of a watch or point contradict
        each other.
    """
    told = read_input(file, REGISTRY)
    watches = told.select(*WATCH, *OPTIONAL).unique(maintain_order=True)
    points = told.select("point", "opens", "closes").unique(maintain_order=True)
    for table, key in ((watches, "watch"), (points, "point")):
        twice = table.filter(pl.col(key).is_duplicated())
        if twice.height:
            raise StatisticsError(
                507,
                f"{file.name}: rows of the {key} {twice[key][0]!r} contradict each other.",
                "Give each row of it the same hours.",
                (key,),
            )
    return watches, told.select(*ROW).filter(pl.col("persons") > 0), points


def read_survey(file: Path) -> pl.DataFrame:
    """Interviews; every further column is an answer, kept as text."""
    return read_input(file, SURVEY, others=True)
