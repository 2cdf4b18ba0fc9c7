"""What was counted at the points of an operation as a table to take along, with HXL tags and P-codes.

Rows of hours hold what passed, by direction and vehicle; rows of days hold all of a day and the figure of the
whole day. Their counts are in columns of their own, so that none is added up with the other.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl
from django.utils.crypto import salted_hmac

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.day import Dayed, PointDay
from nuudel.domains.displacement.points.reading import Counted
from nuudel.domains.displacement.results.export import BASE, EXACT, SMALL, RecordTable, levels_of
from nuudel.publication.charts.style import known_decimals
from nuudel.statistics.disclosure import Rounding, protect, table_with_margins
from nuudel.statistics.disclosure.policies import RoundingMethod

PROTECTED = (
    f"rounded at random to multiples of {BASE}; of days with fewer than {SMALL} passages the sum alone"
)
UNIT = "passages, not persons and not migrants"
HEAD = {
    "operation": "#meta+operation",
    "data": "#meta+data",
    "counts": "#meta+disclosure",
    "unit": "#meta+unit",
    "record": "#meta+record",
    "day": "#date",
    "adm0_name": "#country+name",
    "adm0_pcode": "#country+code",
    "adm1_name": "#adm1+name",
    "adm1_pcode": "#adm1+code",
    "adm2_name": "#adm2+name",
    "adm2_pcode": "#adm2+code",
    "point_name": "#loc+name",
    "point_code": "#loc+code",
    "latitude": "#geo+lat",
    "longitude": "#geo+lon",
    "hour": "#date+hour",
    "direction": "#meta+direction",
    "mode": "#meta+mode",
    "observed_minutes": "#indicator+minutes+num",
    "passages": "#indicator+passages+num",
    "day_observed": "#indicator+passages+day+num",
    "day_status": "#status",
    "day_passages": "#indicator+passages+day+whole",
    "low_80": "#indicator+passages+min80",
    "high_80": "#indicator+passages+max80",
    "low_95": "#indicator+passages+min",
    "high_95": "#indicator+passages+max",
    "of_hours": "#meta+hours",
    "until": "#meta+until",
    "why": "#meta+why",
}
LOWS, HIGHS = ("low_80", "low_95"), ("high_80", "high_95")
OF_WHOLE = ("day_passages", *LOWS, *HIGHS)
NOT_TOLD = "protected"
WHY = ("no_watch", "few_days", "few_hours", "one_direction", "nothing_counted", NOT_TOLD)
"""Codes of why a day has no figure."""
Row = dict[str, object]
Key = tuple[str, date]


def exact_points(operation: models.Operation, found: Counted, points: Sequence[PointDay]) -> RecordTable:
    """As it was counted: for who runs the operation, not to be passed on."""
    return table_of(operation, points, EXACT, hour_rows(found, points), day_rows(found, points))


def protected_points(operation: models.Operation, found: Counted, points: Sequence[PointDay]) -> RecordTable:
    """The same with counts in multiples of 5, drawn by a key of the operation, of the cell and of its value.

    A day is the sum of its rounded rows. Of a day with few passages its own rounded sum alone is told. A row
    that becomes 0 is left out, since its direction and vehicle say that somebody passed.
    """
    hours, days = hour_rows(found, points), day_rows(found, points)
    small = {key_of(row) for row in days if int(str(row["day_observed"])) < SMALL}
    told: list[Row] = []
    sums: dict[Key, int] = defaultdict(int)
    empty: dict[tuple[object, ...], Row] = {}
    for row, count in zip(hours, rounded_counts(operation, hours, "passages"), strict=True):
        if key_of(row) in small:
            continue
        sums[key_of(row)] += count
        at = (*key_of(row), row["hour"])
        if count:
            told.append(row | {"passages": count})
        empty.setdefault(at, row | {"direction": None, "mode": None, "passages": 0})
    filled = {(*key_of(row), row["hour"]) for row in told}
    told += [row for at, row in empty.items() if at not in filled]
    totals = rounded_counts(operation, days, "day_observed")
    wholes = rounded_counts(operation, days, "day_passages")
    kept = []
    for row, total, whole in zip(days, totals, wholes, strict=True):
        if key_of(row) in small:
            kept.append(few(row, total))
        else:
            kept.append(coarse(row, sums[key_of(row)], whole))
    return table_of(operation, points, PROTECTED, told, kept)


def few(row: Row, total: int) -> Row:
    """A day with few passages: its sum, and no figure of the whole day."""
    why = row["why"] or NOT_TOLD
    return row | dict.fromkeys(OF_WHOLE) | {"day_observed": total, "day_status": "not_estimated", "why": why}


def coarse(row: Row, total: int, whole: int) -> Row:
    """A day with its rounded sum; the ends of intervals go outward to multiples of 5."""
    made = row | {"day_observed": total}
    if row["day_status"] == "observed":
        return made | {"day_passages": total if row["day_passages"] == row["day_observed"] else whole}
    if row["day_status"] != "estimated":
        return made
    ends = {name: BASE * math.floor(float(str(row[name])) / BASE) for name in LOWS}
    ends |= {name: BASE * math.ceil(float(str(row[name])) / BASE) for name in HIGHS}
    return made | ends | {"day_passages": BASE * round(float(str(row["day_passages"])) / BASE)}


def rounded_counts(operation: models.Operation, rows: Sequence[Row], name: str) -> list[int]:
    """The counts of a column after rounding, each by its own key."""
    if not rows:
        return []
    cells = [
        "|".join(str(row.get(part)) for part in ("point", "day", "hour", "direction", "mode")) for row in rows
    ]
    values = np.array([[float(str(row[name] or 0))] for row in rows])
    secret = salted_hmac("nuudel.displacement.points", str(operation.pk), algorithm="sha256").digest()
    table = table_with_margins("displacement-points", values, {"cell": cells, "count": [name]})
    kept = protect(table, Rounding(BASE, RoundingMethod.RANDOM), secret=secret).values[:-1, 0]
    return [int(value) for value in kept]


# --- rows ----------------------------------------------------------------------------------------------


def key_of(row: Mapping[str, object]) -> Key:
    day = row["day"]
    assert isinstance(day, date)
    return str(row["point"]), day


def table_of(
    operation: models.Operation, points: Sequence[PointDay], counts: str, hours: list[Row], days: list[Row]
) -> RecordTable:
    """Rows by day and point, its hours before its day, with the columns that tell where."""
    levels = levels_of(one.point.place for one in points)
    common = {
        "operation": operation.title_en or operation.title_mn,
        "data": "synthetic" if operation.synthetic else "collected",
        "counts": counts,
        "unit": UNIT,
    }
    where: dict[str, Row] = {
        one.point.key: common
        | levels[one.point.place]
        | {"point_name": one.point.name, "point_code": one.point.key}
        | position_of(one.point.at)
        for one in points
    }
    rows = [
        *(row | {"record": "hour"} for row in hours),
        *(row | {"record": "day"} for row in days),
    ]
    rows.sort(key=order)
    return RecordTable(HEAD, [where[str(row["point"])] | row for row in rows])


def position_of(at: tuple[float, float] | None) -> Row:
    latitude, longitude = at or (None, None)
    return {"latitude": latitude, "longitude": longitude}


def order(row: Row) -> tuple[object, ...]:
    hour = int(str(row["hour"])) if row["record"] == "hour" else 24
    return (*reversed(key_of(row)), hour, str(row.get("direction") or ""), str(row.get("mode") or ""))


def hour_rows(found: Counted, points: Sequence[PointDay]) -> list[Row]:
    """What passed in each hour; an hour in which nobody passed has a row of its own with 0."""
    days = pl.col("day").is_in([day.day for one in points for day in one.days])
    listed = pl.col("point").is_in([one.point.key for one in points])
    at = ["point", "day", "hour"]
    summed = (
        found.passing.filter(days & listed & pl.col("persons").is_not_null())
        .with_columns(pl.col("mode").fill_null("unknown"))
        .group_by(*at, "direction", "mode")
        .agg(pl.col("persons").sum().alias("passages"))
        .filter(pl.col("passages") > 0)
    )
    watched = (
        found.hours.filter(days & listed).group_by(at).agg((60 * pl.col("share").sum()).alias("minutes"))
    )
    minutes = {(row[0], row[1], row[2]): round(row[3]) for row in watched.iter_rows()}
    rows: list[Row] = [
        row | {"observed_minutes": minutes.get((row["point"], row["day"], row["hour"]))}
        for row in summed.iter_rows(named=True)
    ]
    passed = {(row["point"], row["day"], row["hour"]) for row in rows}
    return rows + [
        {"point": point, "day": day, "hour": hour, "passages": 0, "observed_minutes": told}
        for (point, day, hour), told in minutes.items()
        if (point, day, hour) not in passed
    ]


def day_rows(found: Counted, points: Sequence[PointDay]) -> list[Row]:
    """The days of each point: what was observed, and the whole day or why it has no figure."""
    bands = {key_of(row): row for row in found.flows.days.iter_rows(named=True)} if found.flows else {}
    seen = found.passing.group_by("point", "day").agg(pl.col("persons").sum())
    watched = found.hours.group_by("point", "day").agg(60 * pl.col("share").sum())
    counts = {(row[0], row[1]): int(row[2] or 0) for row in seen.iter_rows()}
    minutes = {(row[0], row[1]): round(row[2]) for row in watched.iter_rows()}
    rows = []
    for one in points:
        for day in one.days:
            at = (one.point.key, day.day)
            rows.append(
                {"point": one.point.key, "observed_minutes": minutes.get(at, 0)}
                | {"day_observed": counts.get(at, 0)}
                | whole_columns(day, bands.get(at, {}))
            )
    return rows


def whole_columns(day: Dayed, band: Mapping[str, object]) -> Row:
    """The figure of a whole day; its narrower interval is no more exact than the wider one."""
    whole = day.whole
    made: Row = {
        "day": day.day,
        "day_status": whole.label,
        "day_passages": None if whole.passages is None else round(whole.passages),
        "of_hours": whole.of_hours or None,
        "until": whole.until or None,
        "why": whole.why or None,
    }
    if whole.low is None or whole.high is None:
        return made
    known = min(known_decimals(float(str(band["low_95"])), float(str(band["high_95"]))), 0)
    narrow = {name: int(round(float(str(band[name])), known)) for name in ("low_80", "high_80")}
    return made | narrow | {"low_95": round(whole.low), "high_95": round(whole.high)}
