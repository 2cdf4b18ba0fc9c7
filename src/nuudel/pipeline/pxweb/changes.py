"""What an update would change in a table: cell by cell, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

MOST_LISTED = 5


@dataclass(frozen=True)
class Revision:
    """One figure before and after; after is null where the source has it no more."""

    year: int
    place: str
    column: str
    before: float
    after: float | None


@dataclass(frozen=True)
class Changes:
    """How the table at the source differs from the one in the pack.

    Attributes
    ----------
    new_years, lost_years
        Years that only the source, or only the pack has.
    new_figures
        Figures that only the source has.
    revised, lost
        Figures that differ, largest difference first, and figures that only the pack has.
    """

    new_years: tuple[int, ...]
    lost_years: tuple[int, ...]
    new_figures: int
    revised: tuple[Revision, ...]
    lost: tuple[Revision, ...]

    @property
    def none(self) -> bool:
        """Whether both are the same."""
        return not (self.new_figures or self.revised or self.lost)


def compare(before: pl.DataFrame, after: pl.DataFrame, year: str, place: str) -> Changes:
    """Compare two tables with the same columns and the key (year, place)."""
    measures = [column for column in before.columns if column not in (year, place)]
    old, new = (
        frame.unpivot(measures, index=[year, place], variable_name="column", value_name="value")
        .with_columns(pl.col("value").cast(pl.Float64))
        .drop_nulls("value")
        .rename({year: "year", place: "place"})
        for frame in (before, after)
    )
    both = old.join(new, on=["year", "place", "column"], how="full", suffix="_new", coalesce=True)
    revised = both.filter(pl.col("value") != pl.col("value_new")).sort(
        (pl.col("value_new") - pl.col("value")).abs(), "year", "place", descending=[True, False, False]
    )
    lost = both.filter(pl.col("value_new").is_null()).sort("year", "place", "column")
    old_years, new_years = set(old["year"]), set(new["year"])
    return Changes(
        tuple(sorted(new_years - old_years)),
        tuple(sorted(old_years - new_years)),
        both.filter(pl.col("value").is_null()).height,
        revisions(revised),
        revisions(lost),
    )


def revisions(frame: pl.DataFrame) -> tuple[Revision, ...]:
    rows = frame.select("year", "place", "column", "value", "value_new").iter_rows()
    return tuple(Revision(*row) for row in rows)


def describe(changes: Changes) -> list[str]:
    """The changes as sentences, the largest ones by name."""
    if changes.none:
        return ["The source has the same figures; nothing changes."]
    told = [
        f"{count(len(changes.new_years), 'new year')}{spans(changes.new_years)}, "
        f"{count(changes.new_figures, 'new figure')}, {count(len(changes.revised), 'revised figure')}, "
        f"{count(len(changes.lost), 'figure')} lost{spans(changes.lost_years)}."
    ]
    told += [
        f"Revised: {r.place} {r.year}, {r.column}: {number(r.before)} is now {number(r.after)} "
        f"({number((r.after or 0) - r.before, sign=True)})."
        for r in changes.revised[:MOST_LISTED]
    ]
    told += [
        f"Lost: {r.place} {r.year}, {r.column}: was {number(r.before)}." for r in changes.lost[:MOST_LISTED]
    ]
    return told


def count(items: int, name: str) -> str:
    return f"{items:,} {name}{'' if items == 1 else 's'}"


def number(value: float | None, *, sign: bool = False) -> str:
    """A figure as people write it: thousands with commas, a true minus."""
    return "nothing" if value is None else format(value, "+,g" if sign else ",g").replace("-", "−")


def spans(years: Sequence[int]) -> str:
    """`` (2023–2025)``: the years as ranges, or nothing."""
    parts: list[list[int]] = []
    for year in years:
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    named = [f"{part[0]}–{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts]
    return f" ({', '.join(named)})" if named else ""
