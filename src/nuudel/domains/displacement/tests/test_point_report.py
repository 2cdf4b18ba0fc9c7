"""The report of flow monitoring points: passages by hour and direction, whole days with their interval."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from nuudel.domains.displacement.points import reading
from nuudel.domains.displacement.points.day import point_days
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.points.reading import counted
from nuudel.domains.displacement.points.report import MOST_LISTED, MOST_POINTS, FlowDay, compose
from nuudel.domains.displacement.points.travellers import profile
from nuudel.domains.displacement.tests.given import given
from nuudel.domains.displacement.tests.watches import POINT, Entered, passed
from nuudel.publication.report.document import Figure, Report, TextTable
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

LONG = "Замын-Үүдийн авто замын боомт, хойд хаалга, ачааны тээврийн хэрэгслийн хяналтын товчоо"


@pytest.fixture
def entered(database: Addresses) -> Entered:
    """Two points: one watched on eight days in the morning, one never."""
    found = Entered(given())
    found.point(POINT, LONG)
    found.point("quiet", "Чимээгүй цэг", "MN18104")
    found.told("point", today(), {"point": POINT, "opens": "08:00", "closes": "12:00", "status": "open"})
    for back in range(8):
        # Today two of the four hours only.
        end = "10:00" if back == 0 else "12:00"
        rows = [passed(hour, 10 + back, direction) for hour in (8, 9) for direction in ("in", "out")]
        later = [passed(hour, 6, "in", mode="bus") for hour in (10, 11)] if back else []
        found.watch(today() - timedelta(days=back), *rows, *later, start="08:00", end=end)
    return found


def today() -> date:
    return timezone.localdate()


def report_of(entered: Entered, lang: str) -> Report:
    planner, operation = entered.given.planner, entered.given.operation
    with acting(planner, "test"), override(lang):
        found = counted(planner, operation, today())
        shown = point_days(found, points_of(operation))
        return compose(FlowDay(operation, found, shown, profile(planner, operation, found)))


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_the_report_says_what_was_observed_and_that_passages_are_no_migrants(
    entered: Entered, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "DRAWS", 40)
    report = report_of(entered, lang)
    assert report.kind == {"en": "Flow monitoring report", "mn": "Урсгал ажиглалтын тайлан"}[lang]
    assert [key.big for key in report.key_figures] == ["40", "20", "20"]
    assert {"en": "not migrants", "mn": "шилжигчийг ч биш"}[lang] in report.lead
    told = {block.key: block for block in report.figures}
    assert set(told) == {"map", "hours-0", "days-0"}
    hours = told["hours-0"].painter.keywords["hours"]  # type: ignore[attr-defined]
    assert {hour.hour: (hour.came, hour.left) for hour in hours if hour.came is not None} == {
        8: (10, 10),
        9: (10, 10),
    }
    overview, point, *_ = report.chapters
    table = overview.blocks[1]
    assert isinstance(table, TextTable)
    rows = {row[0]: row for row in table.rows}
    assert rows["Чимээгүй цэг"][1:3] == ("–", "–")
    assert rows[LONG][1] == "40"
    # Today is not over: it goes up to its last watch, at 10:00.
    assert rows[LONG][2] == {"en": "40, until 10:00", "mn": "40, 10:00 хүртэл"}[lang]
    assert point.title == LONG
    modes = next(block for block in point.blocks if isinstance(block, TextTable))
    assert modes.rows[0][1:4] == ("40", "20", "20")
    days = told["days-0"]
    assert isinstance(days, Figure)
    # All that is told was observed, up to the last watch: nothing is estimated.
    assert not days.tag


def test_a_report_of_many_points_stays_short(entered: Entered) -> None:
    for place in range(MOST_LISTED + 5):
        entered.point(f"p{place}", f"Цэг {place:03}")
    report = report_of(entered, "en")
    table = report.chapters[0].blocks[1]
    assert isinstance(table, TextTable)
    assert len(table.rows) == MOST_LISTED
    assert table.caveats == ("7 more points are on the page of the points.",)
    assert sum(chapter.key.startswith("point-") for chapter in report.chapters) <= MOST_POINTS


def test_the_report_is_taken_by_who_runs_the_operation_and_noted(entered: Entered) -> None:
    base = f"/en/desk/displacement/flow/{entered.given.operation.pk}"
    client = signed_in(entered.given.planner)
    assert f"{base}/report.pdf?day={today()}" in client.get(f"{base}/points/").content.decode()
    answer = client.get(f"{base}/report.pdf?day={today()}")
    assert answer.content.startswith(b"%PDF")
    assert f"points-{today()}.pdf" in answer.headers["Content-Disposition"]
    for user in (user_with(Role.PLANNER, place="MN11"), user_with(Role.ANALYST, place="")):
        assert signed_in(user).get(f"{base}/report.pdf").status_code in (403, 404)
