"""Watches of one point at the same time: their minutes are a union, and nobody is counted twice."""

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

HOUR = 60
BOTH = "both"


def clusters(timed: pl.DataFrame) -> Iterator[list[dict[str, object]]]:
    """Watches of a point and a day that overlap, directly or through others; those alone are left out."""
    ordered = timed.sort("point", "day", "begin", "watch")
    reach = pl.col("end").cum_max().shift(1).over("point", "day")
    begins = (pl.col("begin") >= reach).fill_null(True)
    numbered = ordered.with_columns(begins.cum_sum().over("point", "day").alias("cluster"))
    keys = ["point", "day", "cluster"]
    several = numbered.filter(pl.len().over(keys) > 1)
    for _, own in several.group_by(keys, maintain_order=True):
        yield own.to_dicts()


def disjoint(timed: pl.DataFrame) -> pl.DataFrame:
    """The same time without overlaps; where several watched, the one with the fewest breaks counts."""
    columns = ["point", "day", "begin", "end", "span", "observed"]
    plain, gone = timed.select("watch", *columns), []
    pieces: list[tuple[object, ...]] = []
    for own in clusters(timed):
        gone += [row["watch"] for row in own]
        edges = sorted({number(row[name]) for row in own for name in ("begin", "end")})
        for first, last in pairwise(edges):
            shares = [
                number(row["observed"]) / number(row["span"])
                for row in own
                if number(row["begin"]) <= first and number(row["end"]) >= last
            ]
            if shares:
                length = last - first
                pieces.append((own[0]["point"], own[0]["day"], first, last, length, length * max(shares)))
    if not gone:
        return plain.select(columns)
    kept = plain.filter(~pl.col("watch").is_in(gone)).select(columns)
    return pl.concat([kept, pl.DataFrame(pieces, schema=kept.schema, orient="row", strict=False)])


def doubled(timed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """``watch``, ``hour``, ``direction`` of passings that another watch counted too.

    Of two watches of one direction in an hour the one that observed longer stays. A watch that does not
    tell which directions it counted is taken to count those of which it has passings, so that two
    enumerators who shared the directions without saying so both stay.

    Parameters
    ----------
    rows
        ``watch``, ``hour`` (after midnight of the watch's day, so 24 and more after the next midnight),
        ``direction``.
    """
    found: list[tuple[object, int, str]] = []
    for own in clusters(timed):
        seen: dict[object, set[tuple[int, str]]] = {row["watch"]: set() for row in own}
        told = rows.filter(pl.col("watch").is_in(list(seen)))
        for watch, hour, direction in told.select("watch", "hour", "direction").iter_rows():
            seen[watch].add((hour, direction))
        kept: list[dict[str, object]] = []
        for row in sorted(own, key=lambda row: (-number(row["observed"]), str(row["watch"]))):
            found += [
                (row["watch"], hour, direction)
                for hour, direction in sorted(seen[row["watch"]])
                if any(covers(one, row, hour, direction, seen[one["watch"]]) for one in kept)
            ]
            kept.append(row)
    schema = {"watch": rows.schema["watch"], "hour": pl.Int64(), "direction": pl.String()}
    return pl.DataFrame(found, schema=schema, orient="row")


def covers(
    one: dict[str, object], other: dict[str, object], hour: int, direction: str, seen: set[tuple[int, str]]
) -> bool:
    """Whether a watch counted a direction in more than half of another's minutes in an hour."""
    told = one["directions"] or (BOTH if any(way == direction for _, way in seen) else "")
    if told not in (BOTH, direction):
        return False
    first, last = max(number(other["begin"]), hour * HOUR), min(number(other["end"]), (hour + 1) * HOUR)
    shared = min(last, number(one["end"])) - max(first, number(one["begin"]))
    return shared > (last - first) / 2


def number(value: object) -> float:
    return float(str(value))
