"""Figures that cannot all be true: parts that are more than the whole, hours outside the watch."""

from collections.abc import Sequence

import polars as pl

from nuudel.statistics.survey_quality.flags import DOUBTFUL, IMPOSSIBLE, flags, together
from nuudel.statistics.survey_quality.tables import Tables

AGES = ("girls", "boys", "women", "men", "older_women", "older_men")
STATUS = ("displaced", "returned", "migrants")
DAY = 24 * 60


def area_sums(tables: Tables) -> pl.DataFrame:
    """Parts of the persons of an area."""
    now = tables.now
    return together(
        [
            more(now, AGES, "persons", "sum_ages"),
            fewer(now, AGES, "persons", "sum_ages_less"),
            more(now, STATUS, "persons", "sum_status"),
            more(now, ("households",), "persons", "sum_households"),
            more(now, ("arrived",), "persons", "sum_arrived"),
            *(group_sums(tables, name, f"sum_{name}_rows") for name in ("arrivals", "departures")),
            settlements(tables),
        ]
    )


def event_sums(tables: Tables) -> pl.DataFrame:
    """Parts of the persons who were affected, and of those who had to move."""
    found = [more(tables.now, ("households",), "persons", "sum_households")]
    if "moved" in tables.rows:
        moved = tables.rows["moved"]
        found.append(more(moved, AGES[:4], "persons", "sum_moved_rows"))
        found.append(more(moved, ("households",), "persons", "sum_moved_households"))
    return together(found)


def traveller_sums(tables: Tables) -> pl.DataFrame:
    """Children are a part of the group; an age class ends where it begins or later."""
    return together(
        [
            more(tables.now, ("children",), "group_size", "sum_children"),
            more(tables.now, ("age_from",), "age_to", "age_class"),
        ]
    )


def watch_sums(tables: Tables) -> pl.DataFrame:
    """What was counted in a watch against its rows, and hours outside it."""
    return together([counted(tables), *hours(tables), watch_length(tables)])


def total(parts: Sequence[str], like: pl.DataFrame) -> pl.Expr:
    return pl.sum_horizontal(pl.lit(0), *(part for part in parts if part in like.columns))


def more(rows: pl.DataFrame, parts: Sequence[str], whole: str, finding: str) -> pl.DataFrame:
    """Parts that are more than the whole."""
    found = rows.with_columns(parts=total(parts, rows)).filter(pl.col("parts") > pl.col(whole))
    return flags(found, finding, IMPOSSIBLE, parts="parts", whole=whole)


def fewer(rows: pl.DataFrame, parts: Sequence[str], whole: str, finding: str) -> pl.DataFrame:
    """Parts that are to make the whole, all of them answered, and make less."""
    answered = pl.all_horizontal(pl.col(part).is_not_null() for part in parts)
    found = rows.with_columns(parts=total(parts, rows)).filter(answered & (pl.col("parts") < pl.col(whole)))
    return flags(found, finding, DOUBTFUL, 1 - pl.col("parts") / pl.col(whole), parts="parts", whole=whole)


def group_sums(tables: Tables, name: str, finding: str) -> pl.DataFrame:
    """Rows of arrivals or departures with more women and men, or more households, than persons."""
    rows = tables.rows.get(name)
    if rows is None:
        return together(())
    return together(
        [
            more(rows, ("women", "men"), "persons", finding),
            more(rows, ("households",), "persons", finding),
        ]
    )


def settlements(tables: Tables) -> pl.DataFrame:
    """The persons of all settlements of an area."""
    rows = tables.rows.get("settlements")
    if rows is None:
        return together(())
    inside = rows.group_by("submission").agg(parts=pl.col("persons").sum())
    found = tables.now.join(inside, on="submission").filter(pl.col("parts") > pl.col("persons"))
    return flags(found, "sum_settlements", IMPOSSIBLE, parts="parts", whole="persons")


def counted(tables: Tables) -> pl.DataFrame:
    """What was counted in a watch, and the sum of its rows; parts of a row that are more than the row."""
    rows = tables.rows.get("passing")
    if rows is None:
        return together(())
    summed = rows.group_by("submission").agg(parts=pl.col("persons").sum())
    both = tables.now.join(summed, on="submission").filter(pl.col("parts") != pl.col("counted"))
    gap = (pl.col("parts") - pl.col("counted")).abs() / pl.max_horizontal("parts", "counted")
    return together(
        [
            flags(both, "sum_watch", IMPOSSIBLE, gap, parts="parts", whole="counted"),
            more(rows, AGES[:4], "persons", "sum_passing_rows"),
            more(rows, ("foreigners",), "persons", "sum_passing_rows"),
        ]
    )


def clock(name: str) -> pl.Expr:
    """Minutes after midnight of a text HH:MM."""
    parts = pl.col(name).str.split(":")
    return parts.list.get(0).cast(pl.Int64) * 60 + parts.list.get(1).cast(pl.Int64)


def with_times(now: pl.DataFrame) -> pl.DataFrame:
    """Begin and length of each watch in minutes; one that ends before it begins goes over midnight."""
    known = now.filter(pl.col("from").is_not_null() & pl.col("to").is_not_null())
    start, end = clock("from"), clock("to")
    length = pl.when(end > start).then(end - start).otherwise(end - start + DAY)
    return known.with_columns(start=start, length=length)


def hours(tables: Tables) -> list[pl.DataFrame]:
    """Passages in hours in which nobody watched."""
    rows = tables.rows.get("passing")
    if rows is None:
        return []
    watches = with_times(tables.now).select("submission", "start", "length")
    hour = pl.col("hour") * 60
    # Minutes from the watch's begin to the end of the row's hour, and to its begin; over midnight too.
    to_end = (hour + 60 - pl.col("start") - 1) % DAY
    inside = (to_end < pl.col("length")) | ((hour - pl.col("start")) % DAY < pl.col("length"))
    found = rows.filter(pl.col("hour").is_not_null()).join(watches, on="submission").filter(~inside)
    told = found.with_columns(begin=pl.col("start") / 60)
    return [flags(told, "hour_outside", IMPOSSIBLE, hour="hour", begin="begin")]


def watch_length(tables: Tables) -> pl.DataFrame:
    """Breaks that are longer than the watch, and observed minutes that are more."""
    found = with_times(tables.now).with_columns(
        parts=pl.max_horizontal(pl.col("break_minutes"), pl.col("observed_minutes"))
    )
    found = found.filter(pl.col("parts") > pl.col("length"))
    return flags(found, "watch_length", IMPOSSIBLE, parts="parts", whole="length")
