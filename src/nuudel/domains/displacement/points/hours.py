"""Hours that were observed, watch by watch."""

from collections.abc import Iterator

import polars as pl

MINUTES = 60
HOURS = {
    "point": pl.String(),
    "area": pl.String(),
    "day": pl.Date(),
    "hour": pl.Int64(),
    "submission": pl.String(),
    "share": pl.Float64(),
}


def hours_of(watches: pl.DataFrame) -> pl.DataFrame:
    """Each watch hour by hour, with the share of the hour that was observed; breaks are spread over all."""
    found = [
        (row["point"], row["area"], row["day"], hour, row["submission"], share)
        for row in watches.iter_rows(named=True)
        for hour, share in shares(row["from"], row["to"], row["break_minutes"] or 0)
    ]
    return pl.DataFrame(found, schema=HOURS, orient="row")


def shares(start: str | None, end: str | None, break_minutes: int) -> Iterator[tuple[int, float]]:
    """The hours between two clock times, each with the share of it that was observed."""
    if not start or not end:
        return
    first, last = minutes_of(start), minutes_of(end)
    if last <= first:
        return
    kept = max(last - first - break_minutes, 0) / (last - first)
    for hour in range(first // MINUTES, (last - 1) // MINUTES + 1):
        inside = min(last, (hour + 1) * MINUTES) - max(first, hour * MINUTES)
        if inside * kept > 0:
            yield hour, inside * kept / MINUTES


def minutes_of(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * MINUTES + int(minute[:2])
