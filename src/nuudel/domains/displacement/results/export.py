"""The areas of a round as a table in the layout of displacement tracking, with HXL tags and P-codes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from django.utils.crypto import salted_hmac

from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.results.figures import TOTALS, Results
from nuudel.statistics.assessment_rounds import GROUPS
from nuudel.statistics.disclosure import Rounding, protect, table_with_margins
from nuudel.statistics.disclosure.policies import RoundingMethod
from nuudel.web.access.models import Place
from nuudel.web.shell.views.lists import harmless

LEVELS = ("adm0", "adm1", "adm2")
REST = "not_stated"
PARTS = (*GROUPS, REST)
OF_THOSE_PRESENT = ("displaced", "returned", "migrants", "households")
BASE = 5
SMALL = 20
"""People present in an area below which nothing is told of them but how many they are."""
EXACT = "exact, not to be passed on"
PROTECTED = f"rounded at random to multiples of {BASE}; of areas with fewer than {SMALL} people the sum alone"
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
    "women": "#population+f+adults",
    "men": "#population+m+adults",
    "older_women": "#population+f+elderly",
    "older_men": "#population+m+elderly",
    "girls": "#population+f+children",
    "boys": "#population+m+children",
    REST: "#population+notstated",
    "displaced": "#affected+idps+ind",
    "returned": "#affected+returnees+ind",
    "migrants": "#affected+migrants+ind",
    "arrived": "#indicator+arrivals+num",
    "departed": "#indicator+departures+num",
}
"""Who arrived and left is no part of those present who are affected: sums over ``#affected`` lack them."""
ESTIMATES = {"low_95": "#indicator+population+min", "high_95": "#indicator+population+max"}


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
    """The same with counts rounded to multiples of 5; areas that were estimated left out.

    Each count goes up or down by a key of the round, of its cell and of its value: the same count is the same
    in every table, whatever became of its neighbours, so that nothing can be averaged out of several. The
    people present are the sum of their rounded parts. Counts of some of them are never more than all.
    """
    rows = [row for row in record_rows(found, PROTECTED) if row["status"] == "observed"]
    for row, rounded in zip(rows, rounded_rows(rows, found), strict=True):
        small, parted = whole(row["individuals"]) < SMALL, row[REST] is not None
        if parted and not small:
            row["individuals"] = sum(rounded[name] for name in PARTS)
        else:
            row["individuals"] = rounded["individuals"]
        for name in (*PARTS, *TOTALS):
            kept = row[name] is not None and not small and (parted or name not in PARTS)
            most = row["individuals"] if name in OF_THOSE_PRESENT else rounded[name]
            row[name] = min(rounded[name], int(whole(most))) if kept else None
    return RecordTable(HEAD | COUNTS, rows)


def rounded_rows(rows: Sequence[Mapping[str, object]], found: Results) -> list[dict[str, int]]:
    """Every count of every area after rounding, as far as it was told."""
    names = ("individuals", *PARTS, *TOTALS)
    values = np.array([[whole(row[name]) for name in names] for row in rows]).reshape(-1, len(names))
    codes = [str(row["area_code"]) for row in rows]
    secret = salted_hmac("nuudel.displacement.results", str(found.round.pk), algorithm="sha256").digest()
    table = table_with_margins("displacement-round", values, {"area": codes, "count": names})
    kept = protect(table, Rounding(BASE, RoundingMethod.RANDOM), secret=secret).values[:-1, :-1]
    return [{name: int(value) for name, value in zip(names, row, strict=True)} for row in kept]


def whole(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def record_rows(found: Results, counts: str) -> list[dict[str, object]]:
    """One row an area: where it is, and all its counts; groups that were not told are in ``not_stated``."""
    areas = found.comparison.areas.filter(pl.col("label").is_in(["observed", "estimated"]))
    told = {row["area"]: row for row in found.told.iter_rows(named=True)}
    levels = levels_of(areas["area"])
    rows = []
    for row in areas.sort("area").iter_rows(named=True):
        of = told.get(row["area"], {})
        observed = row["label"] == "observed"
        counts_told = {name: of.get(name) if observed else None for name in (*GROUPS, *TOTALS)}
        persons = None if row["persons"] is None else round(row["persons"])
        rows.append(
            {
                "operation": found.round.operation.title_en or found.round.operation.title_mn,
                "round": found.round.number,
                "release": "final" if found.is_final else "preliminary",
                "data": "synthetic" if found.round.operation.synthetic else "collected",
                "counts": counts,
                "reporting_date": of.get("day"),
                **levels[row["area"]],
                "area_name": found.names.get(row["area"], row["area"]),
                "area_code": row["area"],
                "status": row["label"],
                "individuals": persons,
                **counts_told,
                **parted(counts_told, persons or 0),
                "low_95": None if observed else rounded(row["low_95"]),
                "high_95": None if observed else rounded(row["high_95"]),
            }
        )
    return rows


def levels_of(areas: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """Country, aimag and soum of each area: English names and codes of the place list."""
    asked = set(areas)
    places = {row.code: row for row in Place.objects.filter(code__in={soum_of(code) for code in asked})}
    above = {code for row in places.values() for code in row.path}
    names = {row.code: row.name_en for row in Place.objects.filter(code__in=above)}
    found = {}
    for area in asked:
        place = places.get(soum_of(area))
        codes = dict(zip(LEVELS, list(place.path) if place is not None else [], strict=False))
        found[area] = {f"{level}_pcode": codes.get(level) for level in LEVELS} | {
            f"{level}_name": names.get(codes.get(level, "")) for level in LEVELS
        }
    return found


def parted(told: Mapping[str, object], persons: int) -> dict[str, int | None]:
    """Groups by sex and age with what is left of the people present; nothing where no group was told.

    Where the groups are more than the people present nothing is left, and the rest is not told.
    """
    if all(told[name] is None for name in GROUPS):
        return dict.fromkeys(PARTS)
    groups = {name: int(whole(told[name])) for name in GROUPS}
    rest = persons - sum(groups.values())
    return {**groups, REST: rest if rest >= 0 else None}


def rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
