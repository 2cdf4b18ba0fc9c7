"""The areas of a round as a table in the layout of displacement tracking, with HXL tags and P-codes."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from django.utils.crypto import salted_hmac

from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.results.figures import TOTALS, Results
from nuudel.statistics.disclosure import Rounding, protect, table_with_margins
from nuudel.statistics.disclosure.policies import RoundingMethod
from nuudel.web.access.models import Place
from nuudel.web.shell.views.lists import harmless

GROUPS = ("women", "men", "girls", "boys")
REST = "not_stated"
BASE = 5
EXACT, PROTECTED = "exact, not to be passed on", f"rounded at random to multiples of {BASE}, sums hold"
HEAD = {
    "operation": "#meta+operation",
    "round": "#meta+round",
    "release": "#meta+release",
    "data": "#meta+data",
    "counts": "#meta+disclosure",
    "reporting_date": "#date+reported",
    "adm0_name": "#country+name",
    "adm0_pcode": "#country+code",
    "adm1_name": "#adm1+name",
    "adm1_pcode": "#adm1+code",
    "adm2_name": "#adm2+name",
    "adm2_pcode": "#adm2+code",
    "area_name": "#loc+name",
    "area_code": "#loc+code",
    "status": "#status",
}
COUNTS = {
    "individuals": "#population+ind",
    "households": "#population+hh",
    "women": "#population+adult+f",
    "men": "#population+adult+m",
    "girls": "#population+children+f",
    "boys": "#population+children+m",
    REST: "#population+notstated",
    "displaced": "#affected+displaced+ind",
    "returned": "#affected+returned+ind",
    "migrants": "#affected+migrants+ind",
    "arrived": "#affected+arrived+ind",
    "departed": "#affected+departed+ind",
}
ESTIMATES = {"low_95": "#population+ind+low95", "high_95": "#population+ind+high95"}


@dataclass(frozen=True)
class RecordTable:
    """A table with its row of HXL tags."""

    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, object]]


def written(table: RecordTable) -> str:
    """The table as CSV: names, tags, rows; no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerow(table.columns.values())
    for row in table.rows:
        writer.writerow(harmless("" if row.get(name) is None else row[name]) for name in table.columns)
    return "\ufeff" + text.getvalue()


def exact_table(found: Results) -> RecordTable:
    """Every area as it was counted or estimated: for who works on the round, not to be passed on."""
    return RecordTable(HEAD | COUNTS | ESTIMATES, record_rows(found, EXACT))


def protected_table(found: Results) -> RecordTable:
    """The same with counts rounded to multiples of 5 so that sums hold; areas that were estimated left out.

    Rounding is drawn by a key of the round: the same table is the same each time, so that nothing can be
    averaged out of several.
    """
    rows = [row for row in record_rows(found, PROTECTED) if row["status"] == "observed"]
    secret = salted_hmac("nuudel.displacement.results", str(found.round.pk), algorithm="sha256").digest()
    for unit in sorted({str(row["adm2_pcode"] or row["adm1_pcode"]) for row in rows}):
        own = [row for row in rows if str(row["adm2_pcode"] or row["adm1_pcode"]) == unit]
        round_groups(own, secret)
        for name in TOTALS:
            round_counts(own, name, secret)
    return RecordTable(HEAD | COUNTS, rows)


def round_groups(rows: Sequence[dict[str, object]], secret: bytes) -> None:
    """Sex and age within the persons of each area: the persons are the sum of the rounded parts."""
    names = (*GROUPS, REST)
    values = np.array([[whole(row[name]) for name in names] for row in rows])
    rounded = rounded_values(values, {"area": codes(rows), "group": names}, secret)
    for row, parts in zip(rows, rounded, strict=True):
        row |= {name: int(part) for name, part in zip(names, parts, strict=True)}
        row["individuals"] = int(parts.sum())


def round_counts(rows: Sequence[dict[str, object]], name: str, secret: bytes) -> None:
    told = [row for row in rows if row[name] is not None]
    if told:
        values = np.array([whole(row[name]) for row in told])
        for row, value in zip(told, rounded_values(values, {"area": codes(told)}, secret), strict=True):
            row[name] = int(value)


def rounded_values(values: np.ndarray, categories: Mapping[str, Sequence[str]], secret: bytes) -> np.ndarray:
    """The inner counts after controlled rounding."""
    table = table_with_margins("displacement-round", values, categories)
    policy = Rounding(BASE, RoundingMethod.CONTROLLED)
    kept = protect(table, policy, secret=secret).values
    inner: np.ndarray = kept[tuple(slice(0, -1) for _ in categories)]
    return inner


def codes(rows: Sequence[Mapping[str, object]]) -> list[str]:
    return [str(row["area_code"]) for row in rows]


def whole(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def record_rows(found: Results, counts: str) -> list[dict[str, object]]:
    """One row an area: where it is, and all its counts; groups that were not told are in ``not_stated``."""
    areas = found.comparison.areas.filter(pl.col("label").is_in(["observed", "estimated"]))
    told = {row["area"]: row for row in found.told.iter_rows(named=True)}
    codes_ = {soum_of(code) for code in areas["area"]}
    places = {row.code: row for row in Place.objects.filter(code__in=codes_)}
    names = {
        row.code: row.name_en
        for row in Place.objects.filter(code__in={code for row in places.values() for code in row.path})
    }
    rows = []
    for row in areas.sort("area").iter_rows(named=True):
        of = told.get(row["area"], {})
        place = places.get(soum_of(row["area"]))
        path = list(place.path) if place is not None else []
        level = dict(zip(("adm0", "adm1", "adm2"), path, strict=False))
        where = {f"{name}_pcode": level.get(name) for name in ("adm0", "adm1", "adm2")}
        where |= {f"{name}_name": names.get(level.get(name, "")) for name in ("adm0", "adm1", "adm2")}
        observed = row["label"] == "observed"
        groups = {name: of.get(name) if observed else None for name in (*GROUPS, *TOTALS)}
        persons = None if row["persons"] is None else round(row["persons"])
        rest = max(0, round(row["persons"] or 0) - sum(int(whole(groups[name])) for name in GROUPS))
        rows.append(
            {
                "operation": found.round.operation.title_en or found.round.operation.title_mn,
                "round": found.round.number,
                "release": "final" if found.is_final else "preliminary",
                "data": "synthetic" if found.round.operation.synthetic else "collected",
                "counts": counts,
                "reporting_date": of.get("day"),
                **where,
                "area_name": found.names.get(row["area"], row["area"]),
                "area_code": row["area"],
                "status": row["label"],
                "individuals": persons,
                **groups,
                REST: rest if observed else None,
                "low_95": None if observed else rounded(row["low_95"]),
                "high_95": None if observed else rounded(row["high_95"]),
            }
        )
    return rows


def rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
