"""The table of flow points: rows worked by hand, the same in both formats, small counts protected."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points import reading
from nuudel.domains.displacement.points.day import PointDay, point_days
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.points.reading import Counted, counted
from nuudel.domains.displacement.points.table import HEAD, exact_points, protected_points
from nuudel.domains.displacement.results.export import RecordTable
from nuudel.domains.displacement.tests.given import given
from nuudel.domains.displacement.tests.watches import POINT, Entered, passed
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with
from nuudel.web.words import say

HXL = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
Make = Callable[[models.Operation, Counted, Sequence[PointDay]], RecordTable]
ENDS = {"low_80", "high_80", "low_95", "high_95"}


def day(back: int = 1) -> date:
    return timezone.localdate() - timedelta(days=back)


@pytest.fixture
def entered(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> Entered:
    """Yesterday 43 passages in three hours, the day before 7 in one; open from 08 to 12."""
    monkeypatch.setattr(reading, "DRAWS", 40)
    found = Entered(given())
    found.point(POINT, "Баруун хаалга", geometry="43.7281 111.9034 0 0")
    found.told("point", day(9), {"point": POINT, "opens": "08:00", "closes": "12:00", "status": "open"})
    found.watch(
        day(), passed(8, 30), passed(8, 10, "out"), passed(9, 3, mode="bus"), start="08:00", end="10:30",
        break_minutes=30,
    )  # fmt: skip
    found.watch(day(2), passed(8, 7), start="08:00", end="12:00")
    for back in range(3, 9):
        found.watch(day(back), passed(8, 20 + 9 * back), passed(11, 40, "out"))
    return found


def table(entered: Entered, make: Make = exact_points) -> RecordTable:
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"):
        found = counted(planner, operation, day())
        return make(operation, found, point_days(found, points_of(operation)))


def test_rows_are_what_was_watched(entered: Entered) -> None:
    made = table(entered)
    assert [tag for tag in HEAD.values() if not HXL.fullmatch(tag)] == []
    names = ("hour", "direction", "mode", "observed_minutes", "passages")
    hours = [
        [row.get(name) for name in names]
        for row in made.rows
        if row["record"] == "hour" and row["day"] == day()
    ]
    # Half an hour of break is spread over the two and a half hours.
    assert hours == [
        [8, "in", "car", 48, 30],
        [8, "out", "car", 48, 10],
        [9, "in", "bus", 48, 3],
        [10, None, None, 24, 0],
    ]
    days = {row["day"]: row for row in made.rows if row["record"] == "day"}
    assert len(days) == 14
    one = days[day()]
    assert (one["day_observed"], one["observed_minutes"], one["day_status"]) == (43, 120, "estimated")
    assert float(str(one["low_95"])) <= float(str(one["low_80"])) <= float(str(one["high_80"]))
    assert float(str(one["high_80"])) <= float(str(one["high_95"]))
    full = days[day(2)]
    assert (full["day_status"], full["day_passages"], ENDS & full.keys()) == ("observed", 7, set())
    assert (days[day(10)]["why"], days[day(10)]["day_passages"]) == ("no_watch", None)
    assert (one["adm2_pcode"], one["point_code"], one["latitude"], one["longitude"]) == (
        "MN18101", POINT, 43.728, 111.903,
    )  # fmt: skip
    assert {row["unit"] for row in made.rows} == {"passages, not persons and not migrants"}


def test_small_counts_are_protected(entered: Entered) -> None:
    made = table(entered, protected_points)
    assert made == table(entered, protected_points)
    for row in made.rows:
        for name in {"passages", "day_observed", "day_passages"} | ENDS:
            count = row.get(name)
            assert count is None or int(str(count)) % 5 == 0
    hours = [row for row in made.rows if row["record"] == "hour"]
    days = {row["day"]: row for row in made.rows if row["record"] == "day"}
    # Of seven passages in a day neither hour, direction nor vehicle is told, and no whole day.
    assert day(2) not in {row["day"] for row in hours}
    few = days[day(2)]
    assert (few["day_observed"] in (5, 10), few["day_passages"], few["why"]) == (True, None, "protected")
    # The day is the sum of its rows; nothing says by what somebody passed where it tells 0.
    assert days[day()]["day_observed"] == sum(
        int(str(row["passages"])) for row in hours if row["day"] == day()
    )
    assert {row.get("mode") for row in hours if row["passages"] == 0} == {None}


def test_tables_are_served_in_both_formats_and_noted(entered: Entered) -> None:
    from openpyxl import load_workbook

    client, base = signed_in(entered.given.planner), f"desk/displacement/flow/{entered.given.operation.pk}"
    page = client.get(f"/en/{base}/points/?day={day()}").content.decode()
    for name, kind, lang in (("exact", "exact", "en"), ("passages", "protected", "mn")):
        assert f"/en/{base}/{name}.csv?day={day()}" in page
        text = client.get(f"/{lang}/{base}/{name}.csv?day={day()}").content.decode("utf-8-sig")
        book = client.get(f"/{lang}/{base}/{name}.xlsx?day={day()}").content
        data, about = load_workbook(io.BytesIO(book)).worksheets
        cells = [["" if one is None else str(one) for one in row] for row in data.iter_rows(values_only=True)]
        told = list(csv.reader(io.StringIO(text)))
        assert [[plain(one) for one in row] for row in cells] == [[plain(one) for one in row] for row in told]
        assert about.cell(1, 2).value == say(f"displacement.points.table.counts_{kind}", lang=lang)
        assert about.cell(2, 2).value == say("displacement.points.how.passages_about", lang=lang)
        noted = AuditEntry.objects.using("owner").filter(action="export", fields__contains=[f"flow_{kind}"])
        assert noted.count() == 2
    for user in (user_with(Role.PLANNER, place="MN11"), user_with(Role.ANALYST, place="")):
        assert signed_in(user).get(f"/en/{base}/passages.csv").status_code in (403, 404)
    assert Client().get(f"/en/{base}/exact.xlsx").status_code in (302, 403)


def plain(text: str) -> str:
    return text.partition(" 00:00:00")[0].removesuffix(".0")


def test_every_reason_has_words_on_the_page() -> None:
    reasons = ("no_watch", "few_days", "few_hours", "one_direction", "nothing_counted")
    told = {
        (lang, why): say(f"displacement.points.why.{why}", lang=lang)
        for lang in ("mn", "en")
        for why in reasons
    }
    assert len(set(told.values())) == len(told)
