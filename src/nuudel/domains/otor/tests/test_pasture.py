"""Capacities, what stands where, and the pages of load, hosts and risk."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.utils.timezone import localdate

from nuudel.domains.otor import models
from nuudel.domains.otor.herds import factors, sheep_units
from nuudel.domains.otor.pasture import standing as standings
from nuudel.domains.otor.pasture.panel import load_of
from nuudel.domains.otor.pasture.record_types import CAPACITY
from nuudel.domains.otor.pasture.rules import capacity_problems
from nuudel.domains.otor.pasture.standing import Standing, ground_on, standing_on
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.risk.chances import chances
from nuudel.domains.otor.tests.given import (
    HERD,
    HOME,
    HOST,
    UNITS,
    a_household,
    accepted,
    arrived,
    asked,
    counted,
    days,
    make,
    person,
    step,
)
from nuudel.model.pasture.ground import season_of
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import may
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import signed_in

WAVE = {"hit": "MN62", "source": "estimate", "households": "500", "day": "2026-07-01", "ceiling": "1",
        "reach_km": "400", "load_km": "100", "risk_km": "200"}  # fmt: skip
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def planner(database: Addresses) -> User:
    return person(Role.PLANNER)


def a_capacity(
    user: User, units: int, since: date, place: str = HOST, **given: Any
) -> models.PastureCapacity:
    fields = {"half": season_of(localdate()), "method": "decision", "source": "ИТХ, 12-р тогтоол"} | given
    capacity = models.PastureCapacity(place=place, sheep_units=units, valid_from=since, **fields)
    return make(user, CAPACITY, capacity)  # type: ignore[no-any-return]


def now_at(user: User, place: str, day: date | None = None) -> Any:
    with acting(user, "test"):
        return standing_on(day or localdate(), [place]).load(place)


# --- what stands where -----------------------------------------------------------------------------------


def test_sheep_units_are_those_of_the_register() -> None:
    assert sheep_units(HERD, localdate()) == UNITS
    assert factors(localdate())["camels"] == 5


def test_a_promised_guest_counts_from_its_first_day_and_one_that_left_no_more(home: User, host: User) -> None:
    before, away = now_at(host, HOST), now_at(home, HOME)
    household = a_household(home)
    counted(home, household)
    request = asked(home, household)
    assert now_at(host, HOST).parts == before.parts  # asked is not promised
    accepted(host, request)
    after = now_at(host, HOST)
    assert after.parts["guests"] - before.parts["guests"] == UNITS
    assert after.parts["resident"] == before.parts["resident"]
    # Who looks is nobody of the guest's soum, and sees the sum all the same.
    assert now_at(home, HOME).parts["away"] - away.parts["away"] == -UNITS
    assert now_at(host, HOST, days(61)).parts["guests"] == before.parts["guests"]
    step(host, REQUEST, request, "sign_host")
    step(home, REQUEST, request, "sign_home")
    step(host, REQUEST, request, "arrive")
    assert now_at(host, HOST).parts["guests"] - before.parts["guests"] == UNITS
    # It is there until it leaves, even after its last day.
    assert now_at(host, HOST, days(61)).parts["guests"] - before.parts["guests"] == UNITS
    step(host, REQUEST, request, "leave")
    assert now_at(host, HOST).parts == before.parts


def test_the_panel_has_the_load_without_the_request(home: User, host: User) -> None:
    household = a_household(home)
    counted(home, household)
    arrived(home, host, household)
    day = localdate()
    with acting(host, "test"):
        with_it = load_of(HOST, day)
        without = load_of(HOST, day, but=UNITS)
    assert with_it.sheep_units - without.sheep_units == UNITS
    assert with_it.capacity == without.capacity > 0


def test_counts_replace_the_estimate_only_where_nearly_all_are_counted(
    home: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        counted(home, a_household(home))
    newest = a_household(home)
    counted(home, newest)
    counted(home, newest, day=days(-1), camels=0, horses=0, cattle=0, sheep=7, goats=0)
    estimate = now_at(home, HOME)
    assert not estimate.counted
    monkeypatch.setattr(standings, "COVERED", 0.0)
    found = now_at(home, HOME)
    with acting(home, "test"):
        households = models.HerderHousehold.objects.filter(place=HOME, state="active").count()
    assert found.counted
    # The latest count of each household, and no other.
    assert found.parts["resident"] == (households - 1) * UNITS + 7


# --- capacities ------------------------------------------------------------------------------------------


def test_the_newest_capacity_that_has_begun_is_in_force(host: User) -> None:
    estimate = now_at(host, HOST).capacity
    a_capacity(host, 100_000, days(-100))
    a_capacity(host, 120_000, days(-10))
    late = a_capacity(host, 150_000, days(10))
    assert (now_at(host, HOST).capacity, now_at(host, HOST).set_by_hand) == (120_000, True)
    if season_of(days(10)) == season_of(localdate()):
        assert now_at(host, HOST, days(10)).capacity == 150_000
    other = {"warm": "cold", "cold": "warm"}[season_of(localdate())]
    a_capacity(host, 77_000, days(-5), half=other)
    assert now_at(host, HOST).capacity == 120_000
    for day in (-100, -10):
        with acting(host, "test"):
            found = models.PastureCapacity.objects.get(place=HOST, valid_from=days(day))
        step(host, CAPACITY, found, "withdraw")
    assert now_at(host, HOST).capacity == estimate
    assert late.state == "in_force"


@pytest.mark.parametrize(
    ("units", "since", "soum", "estimate", "twice", "fields"),
    [
        (20_000, 0, True, 1000.0, False, []),
        (20_001, 0, True, 1000.0, False, ["sheep_units"]),
        (5, 366, True, 1000.0, False, []),
        (5, 367, True, 1000.0, False, ["valid_from"]),
        (5, 0, False, None, False, ["place"]),
        (5, 0, True, 1000.0, True, ["valid_from"]),
    ],
)
def test_what_may_be_wrong_with_a_capacity(
    units: int, since: int, soum: bool, estimate: float | None, twice: bool, fields: list[str]
) -> None:
    record = models.PastureCapacity(
        place=HOST, half="warm", sheep_units=units, valid_from=days(since), source="s"
    )
    found = capacity_problems(record, soum, estimate, localdate(), twice)
    assert [problem.field for problem in found] == fields


def test_a_second_capacity_from_the_same_day_is_refused(host: User) -> None:
    a_capacity(host, 90_000, days(-50))
    with pytest.raises(BrokenRulesError):
        a_capacity(host, 91_000, days(-50))


def test_an_aimag_has_no_capacity_of_its_own(planner: User) -> None:
    with pytest.raises(BrokenRulesError):
        a_capacity(planner, 90_000, days(0), place="MN21")


def test_who_may_set_and_who_may_read(host: User, home: User, planner: User) -> None:
    record = a_capacity(host, 95_000, days(-40))
    assert may(host, "otor.capacity", "withdraw", record)
    assert not may(home, "otor.capacity", "withdraw", record)
    assert may(home, "otor.capacity", "read", record)
    assert may(planner, "otor.capacity", "withdraw", record)
    assert not may(person(Role.ANALYST), "otor.capacity", "create", record)
    assert not may(person(Role.CITIZEN), "otor.capacity", "read", record)


# --- pages -----------------------------------------------------------------------------------------------


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_page_of_the_load(planner: User) -> None:
    client = signed_in(planner)
    page = client.get("/en/desk/otor/pasture/?aimag=MN21").content.decode()
    assert page.count("<svg") >= 2
    assert "estimated" in page
    rows = lines(client.get("/en/desk/otor/pasture/?aimag=MN21&day=2026-07-01&as=csv").content)
    assert len(rows) == 14
    assert {row["season"] for row in rows} == {"warm"}
    for row in rows:
        total = int(row["resident"]) + int(row["guests"]) + int(row["away"])
        assert abs(total - int(row["sheep_units"])) <= 2
        assert abs(int(row["sheep_units"]) / int(row["capacity"]) - float(row["load"])) < 0.006


def test_a_wave_on_the_page_is_placed_within_what_the_hosts_carry(planner: User) -> None:
    client = signed_in(planner)
    page = client.get("/en/desk/otor/hosts/", WAVE).content.decode()
    assert "of 500 households have a host" in page
    rows = lines(client.get("/en/desk/otor/hosts/", WAVE | {"as": "csv"}).content)
    assert sum(int(row["households"]) for row in rows) == 500
    ground = ground_on(date(2026, 7, 1))
    above = dict(zip(ground.places, ground.above, strict=True))
    assert {above[row["home"]] for row in rows} == {"MN62"}
    for row in rows:
        if row["host"]:
            assert above[row["host"]] != "MN62"
            assert float(row["load_after"]) <= 1
            assert float(row["kilometres"]) <= 400


def test_where_not_all_fit_the_page_says_what_must_give(planner: User) -> None:
    page = signed_in(planner).get("/en/desk/otor/hosts/", WAVE | {"households": "8000"}).content.decode()
    assert "find no host" in page
    assert "Room for" in page
    assert "All could be placed if" in page


def test_herds_of_the_register_with_their_codes_for_who_may_see_them(home: User, planner: User) -> None:
    household = a_household(home)
    counted(home, household)
    query = WAVE | {"source": "register", "hit": HOME, "day": str(localdate()), "ceiling": "10"}
    mine = lines(signed_in(home).get("/en/desk/otor/hosts/", query | {"as": "herds"}).content)
    row = next(row for row in mine if row["household"] == household.code)
    assert (row["home"], int(row["sheep_units"])) == (HOME, int(UNITS))
    # A planner has the sums, not the households.
    assert lines(signed_in(planner).get("/en/desk/otor/hosts/", query | {"as": "herds"}).content) == []
    assert lines(signed_in(planner).get("/en/desk/otor/hosts/", query | {"as": "csv"}).content)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"households": "50000"}, "less than or equal to 20000"),
        ({"households": "19999", "hit": "MN18101"}, "are more than these soums have"),
        ({"day": "yesterday"}, "Enter a valid date"),
        ({"ceiling": "-1"}, "greater than or equal to 0"),
        ({"hit": "MN99"}, "is not one of the available choices"),
    ],
)
def test_a_faulty_question_is_asked_again(planner: User, given: dict[str, str], words: str) -> None:
    answer = signed_in(planner).get("/en/desk/otor/hosts/", WAVE | given)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_an_area_without_herds(planner: User) -> None:
    query = WAVE | {"source": "register", "hit": "MN83"}
    assert "no herds in this area" in signed_in(planner).get("/en/desk/otor/hosts/", query).content.decode()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "This explains little beyond the long-run frequency"),
        ("mn", "урт хугацааны давтамжаас бараг илүүг хэлэхгүй"),
    ],
)
def test_the_risk_says_first_that_it_tells_little(planner: User, lang: str, words: str) -> None:
    page = signed_in(planner).get(f"/{lang}/desk/otor/risk/?aimag=MN62").content.decode()
    assert page.index(words) < page.index("<table")
    assert "−0.07" in page


def test_the_file_of_the_risk_has_the_skill_beside_each_chance(planner: User) -> None:
    rows = lines(signed_in(planner).get("/en/desk/otor/risk/?as=csv").content)
    assert len(rows) == len(chances().places)
    assert {row["quality"] for row in rows} == {"estimated"}
    assert {row["skill"] for row in rows} == {"-0.074"}


@pytest.mark.parametrize("page", ["pasture", "hosts", "risk"])
def test_citizens_are_refused(page: str, database: Addresses) -> None:
    assert signed_in(person(Role.CITIZEN)).get(f"/en/desk/otor/{page}/").status_code == 403


def test_guests_beyond_the_country_are_nobody_s(planner: User) -> None:
    empty = Standing(localdate(), {"MN999": 5.0}, {}, {}, {})
    assert empty.units() == {}
