"""The register's statistics are the register's counts, and its stock is what its changes leave."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils.timezone import localdate

from nuudel.domains.registration.figures import series
from nuudel.domains.registration.figures.counts import counted
from nuudel.domains.registration.figures.facts import enter_facts
from nuudel.domains.registration.figures.protected import COLUMNS
from nuudel.domains.registration.figures.stock import write_stock
from nuudel.domains.registration.figures.table import year_table
from nuudel.domains.registration.models import Household, Person, ResidenceEvent
from nuudel.domains.registration.residence import events
from nuudel.domains.registration.residence.corrections import replace
from nuudel.domains.registration.residence.errors import ResidenceError
from nuudel.domains.registration.tests.made import ASGAT, BAYANGOL, ULIASTAI, household, person, registrar
from nuudel.ledger import Ledger, LedgerConnection, margins_in, margins_out, origin_destination, presence
from nuudel.ledger.ids import new_id
from nuudel.statistics.flow_tables import check_margins
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import signed_in, user_with

PLACES = (ULIASTAI, ASGAT, BAYANGOL)
YEAR = 2023
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
STEPS = 160
KIND = "registration.person"


class History:
    """A made-up history: people live, move, are born, die, are entered late, and clerks take things back."""

    def __init__(self, user: User, seed: int) -> None:
        self.user, self.chance = user, random.Random(seed)
        self.homes = {place: household(user, place) for place in PLACES}
        self.day = FIRST - timedelta(days=30)
        self.people: list[Person] = []
        self.taken_back = 0
        for place in PLACES:
            for _ in range(8):
                self.enter("opening", self.homes[place])

    def enter(self, kind: str, home: Household) -> None:
        birth = self.day if kind == "birth" else date(1990, 5, 17)
        sex = self.chance.choice(["female", "male"])
        who = person(self.user, home.place, birth_date=birth, sex=sex)
        self.people.append(who)
        with acting(self.user, "test"):
            event = events.begin(self.user, who, home, kind=kind, day=self.day, cause=cause())
            enter_facts(self.user, [event], country="CN" if kind == "immigration" else "")

    def live(self) -> None:
        for _ in range(STEPS):
            self.day = min(self.day + timedelta(days=self.chance.randrange(5)), LAST + timedelta(days=20))
            step = self.chance.choice(["move"] * 5 + ["birth", "death", "late", "abroad", "back", "back"])
            getattr(self, step)()

    def resident(self) -> Person | None:
        with acting(self.user, "test"), service_rights():
            found = list(Person.objects.filter(household__isnull=False, state="living").order_by("pk"))
        chosen = self.chance.choice(found)
        with acting(self.user, "test"):
            [who] = records.locked(record_types()[KIND], [chosen.pk])
        return who

    def move(self) -> None:
        who, home, one = self.resident(), self.homes[self.chance.choice(PLACES)], cause()
        if who.household_id == home.pk:
            home = household(self.user, home.place)
        with acting(self.user, "test"):
            left = events.end(self.user, who, kind="move_out", day=self.day, cause=one)
            came = events.begin(self.user, who, home, kind="move_in", day=self.day, cause=one)
            enter_facts(self.user, [left, came], reason="family")

    def birth(self) -> None:
        self.enter("birth", self.homes[self.chance.choice(PLACES)])

    def late(self) -> None:
        self.enter("late_registration", self.homes[self.chance.choice(PLACES)])

    def abroad(self) -> None:
        if self.chance.random() < 0.5:
            self.enter("immigration", self.homes[self.chance.choice(PLACES)])
        else:
            self.go("emigration", "emigrate")

    def death(self) -> None:
        self.go("death", "die")

    def go(self, kind: str, step: str) -> None:
        who = self.resident()
        with acting(self.user, "test"):
            event = events.end(self.user, who, kind=kind, day=self.day, cause=cause())
            records.follow(self.user, record_types()[KIND], who, step)
            enter_facts(self.user, [event], country="KZ" if kind == "emigration" else "")

    def back(self) -> None:
        """Take back the last thing that happened to somebody: both ends of a move."""
        who = self.chance.choice(self.people)
        with acting(self.user, "test"), service_rights():
            told = ResidenceEvent.objects.filter(person=who, reverses=None, reversed_by=None)
            last = told.order_by("-created_at", "-pk").first()
            if last is None or last.kind == "opening":
                return
            same = list(told.filter(cause_id=last.cause_id).order_by("-created_at", "-pk"))
        with acting(self.user, "test"):
            [found] = records.locked(record_types()[KIND], [who.pk])
            if found.state == "deceased":
                records.follow(self.user, record_types()[KIND], found, "revive")
            if found.state == "emigrated":
                records.follow(self.user, record_types()[KIND], found, "return")
            for event in same:
                event.person = found
            reversals = [events.reverse(self.user, event, cause=cause()) for event in same]
            enter_facts(self.user, reversals)
        self.taken_back += 1


def cause() -> events.Cause:
    return events.Cause("registration.move", new_id())


@pytest.fixture(scope="module")
def officer(database: Addresses) -> User:
    return registrar("")


@pytest.fixture(scope="module")
def lived(officer: User) -> History:
    history = History(officer, seed=7)
    history.live()
    return history


@pytest.fixture(scope="module")
def ledger(lived: History, tmp_path_factory: pytest.TempPathFactory) -> LedgerConnection:
    return Ledger.open(write_snapshot(tmp_path_factory.mktemp("ledger"))).connect()


def told(lived: History, **asked: Any) -> list[ResidenceEvent]:
    """The events of the year that count, straight from the table."""
    with acting(lived.user, "test"), service_rights():
        rows = ResidenceEvent.objects.filter(
            day__range=(FIRST, LAST), reverses=None, reversed_by=None, **asked
        )
        return list(rows)


def moves(lived: History) -> list[tuple[str, str]]:
    """Origin and destination of each move of the year, by pairing its two events by their cause."""
    left = {(e.person_id, e.cause_id): e.place for e in told(lived, kind="move_out")}
    return [(left[e.person_id, e.cause_id], e.place) for e in told(lived, kind="move_in")]


def test_the_history_has_all_that_can_happen(lived: History) -> None:
    kinds = Counter(event.kind for event in told(lived))
    assert {"birth", "death", "move_in", "immigration", "emigration", "late_registration"} <= set(kinds)
    assert lived.taken_back > 5
    assert len(moves(lived)) > 30


def test_arrivals_departures_and_net_of_the_ledger_are_those_of_the_register(
    lived: History, ledger: LedgerConnection
) -> None:
    table = origin_destination(ledger, series.MOVES.key, durations=["unknown"]).to_polars()
    flows = np.zeros((len(PLACES), len(PLACES)))
    for row in table.iter_rows(named=True):
        if row["year"] == YEAR and {row["origin"], row["destination"]} <= set(PLACES):
            flows[PLACES.index(row["origin"]), PLACES.index(row["destination"])] = row["persons"]
    expected = Counter((origin, end) for origin, end in moves(lived) if origin != end)
    assert {
        (origin, end): int(flows[i, j])
        for i, origin in enumerate(PLACES)
        for j, end in enumerate(PLACES)
        if flows[i, j]
    } == expected
    margins = check_margins(flows)
    arrivals, departures = (
        Counter(end for _, end in expected.elements()),
        Counter(o for o, _ in expected.elements()),
    )
    assert margins.net_migrants.tolist() == [arrivals[place] - departures[place] for place in PLACES]


def test_immigration_and_emigration_have_their_countries(lived: History, ledger: LedgerConnection) -> None:
    came = margins_in(ledger, series.MOVES.key, durations=["unknown"]).to_polars()
    went = margins_out(ledger, series.MOVES.key, durations=["unknown"]).to_polars()
    for place in PLACES:
        inner = [pair for pair in moves(lived) if pair[0] != pair[1]]
        arrivals = sum(end == place for _, end in inner) + len(told(lived, kind="immigration", place=place))
        departures = sum(o == place for o, _ in inner) + len(told(lived, kind="emigration", place=place))
        assert persons(came, place=place) == arrivals
        assert persons(went, place=place) == departures
    assert persons(came, place="KZ") == len(told(lived, kind="emigration"))
    assert persons(went, place="CN") == len(told(lived, kind="immigration"))


def persons(table: Any, **where: Any) -> int:
    rows = table.iter_rows(named=True)
    wanted = where | {"year": YEAR}
    return int(sum(row["persons"] for row in rows if all(row[k] == v for k, v in wanted.items())))


@pytest.mark.parametrize(
    ("one", "kind", "event"),
    [
        (series.BIRTHS, "birth", "birth"),
        (series.DEATHS, "death", "death"),
        (series.LATE, "late_registration", "late_registration"),
    ],
    ids=lambda value: getattr(value, "key", value),
)
def test_events_of_the_ledger_are_those_of_the_register(
    lived: History, ledger: LedgerConnection, one: Any, kind: str, event: str
) -> None:
    from nuudel.ledger import events as ledger_events

    table = ledger_events(ledger, one.key, by=("year", "kind")).to_polars()
    for place in PLACES:
        assert persons(table, place=place, kind=kind) == len(told(lived, kind=event, place=place))


def test_moves_within_a_place_are_no_migration(lived: History, ledger: LedgerConnection) -> None:
    from nuudel.ledger import events as ledger_events

    within = sum(origin == end for origin, end in moves(lived))
    table = ledger_events(ledger, series.WITHIN.key, by=("year", "kind")).to_polars()
    assert within > 0
    assert sum(persons(table, place=place, kind="move_within") for place in PLACES) == within


def test_the_stock_is_the_sum_of_what_happened(lived: History) -> None:
    with acting(lived.user, "test"):
        found = counted(FIRST, LAST)
        for place in PLACES:
            change = found.by(lambda code: code)[place]
            assert change.opening == events.stock(place, FIRST - timedelta(days=1))
            assert change.closing == events.stock(place, LAST)
        [country] = found.by(lambda code: "MN").values()
    came = [*told(lived, kind="immigration"), *told(lived, kind="late_registration")]
    assert country.entered == len(came)
    assert country.left == len(told(lived, kind="emigration"))
    assert country.closing == sum(change.closing for change in found.by(lambda code: code).values())


def test_moves_inside_an_aimag_cross_no_border_of_it(lived: History) -> None:
    with acting(lived.user, "test"):
        aimags = counted(FIRST, LAST).by(lambda code: code[:4])
    crossing = [pair for pair in moves(lived) if pair[0][:4] != pair[1][:4]]
    other = len(told(lived, kind="immigration", place=BAYANGOL))
    other += len(told(lived, kind="late_registration", place=BAYANGOL))
    assert aimags["MN51"].entered == sum(end == BAYANGOL for _, end in crossing) + other


def test_the_stock_of_a_day_is_written_once_and_again_where_it_was_corrected(
    lived: History, tmp_path: Path
) -> None:
    with acting(lived.user, "test"):
        first, again = write_stock(LAST, "test-office"), write_stock(LAST, "test-office")
    assert first > 3
    assert again == 0
    assert stock_told(tmp_path) == {place: stock_of(lived, place) for place in PLACES}
    lived.day = LAST
    lived.enter("late_registration", lived.homes[ULIASTAI])
    with acting(lived.user, "test"):
        assert write_stock(LAST, "test-office") == 1
    assert stock_told(tmp_path) == {place: stock_of(lived, place) for place in PLACES}


def stock_of(lived: History, place: str) -> int:
    with acting(lived.user, "test"):
        return events.stock(place, LAST)


def stock_told(folder: Path) -> dict[str, int]:
    table = presence(Ledger.open(write_snapshot(folder)).connect(), series.STOCK.key).to_polars()
    found: Counter[str] = Counter()
    for row in table.iter_rows(named=True):
        found[row["place"]] += int(row["persons"])
    return dict(found)


def test_entering_the_same_event_twice_enters_one_fact(officer: User) -> None:
    home, who = household(officer), person(officer)
    with acting(officer, "test"):
        event = events.begin(
            officer, who, home, kind="late_registration", day=date(2021, 3, 1), cause=cause()
        )
        assert (enter_facts(officer, [event]), enter_facts(officer, [event])) == (1, 0)


def test_a_move_entered_anew_with_another_day_is_one_move(officer: User, tmp_path: Path) -> None:
    def arrivals() -> dict[date, int]:
        facts = Ledger.open(write_snapshot(tmp_path)).connect().facts("movement").to_polars()
        rows = [row for row in facts.iter_rows(named=True) if row["start"].year == 2020]
        return {row["start"]: row["persons"] for row in rows if row["persons"]}

    who, old, new = person(officer), household(officer, ULIASTAI), household(officer, ASGAT)
    one = cause()
    with acting(officer, "test"):
        events.begin(officer, who, old, kind="opening", day=date(2019, 1, 1), cause=cause())
        left = events.end(officer, who, kind="move_out", day=date(2020, 2, 1), cause=one)
        came = events.begin(officer, who, new, kind="move_in", day=date(2020, 2, 1), cause=one)
        enter_facts(officer, [left, came])
    assert arrivals() == {date(2020, 2, 1): 1}
    with acting(officer, "test"):
        made = replace(officer, came, day=date(2020, 3, 1), cause=cause())
        enter_facts(officer, made)
    assert arrivals() == {date(2020, 3, 1): 1}


FIGURES = "/{}/desk/registration/figures/"


@pytest.fixture
def analyst(database: Addresses) -> Iterator[User]:
    return user_with(Role.ANALYST)


@pytest.mark.parametrize(
    ("lang", "title"), [("mn", "Бүртгэлтэй оршин суугч"), ("en", "Registered residents")]
)
def test_the_page_shows_the_protected_table(lived: History, analyst: User, lang: str, title: str) -> None:
    page = signed_in(analyst).get(FIGURES.format(lang), {"year": YEAR})
    text = page.content.decode()
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in text
    with acting(lived.user, "test"):
        table = year_table(YEAR).table
    assert table is not None
    shown = [cell for cell in table.whole.cells if cell is not None]
    assert shown
    assert all(f'">{cell}</td>' in text for cell in shown)


def test_the_file_has_what_the_page_has_and_is_audited(lived: History, analyst: User) -> None:
    from nuudel.web.audit.models import AuditEntry

    answer = signed_in(analyst).get("/mn/desk/registration/figures.csv", {"year": YEAR})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(["year", "until", "units", *COLUMNS])
    with acting(lived.user, "test"):
        table = year_table(YEAR).table
    assert table is not None
    assert len(lines) == len(table.rows) + 2
    with acting(user_with(Role.AUDITOR), "test"):
        last = AuditEntry.objects.filter(action="export", record_type="registration.residence").last()
    assert last is not None


@pytest.mark.parametrize("query", [{"year": "1066"}, {"year": "x"}, {"of": "MN99"}, {"year": "9999"}])
def test_years_and_places_that_are_not_there_are_not_found(
    lived: History, analyst: User, query: dict[str, str]
) -> None:
    assert signed_in(analyst).get(FIGURES.format("mn"), query).status_code == 404


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.FIELD_ENUMERATOR])
def test_others_do_not_open_the_page(database: Addresses, role: Role) -> None:
    assert signed_in(user_with(role)).get(FIGURES.format("mn")).status_code == 403


def test_a_reversal_that_contradicts_what_came_later_is_refused(lived: History) -> None:
    home = household(lived.user)
    who = person(lived.user)
    with acting(lived.user, "test"):
        first = events.begin(lived.user, who, home, kind="opening", day=date(2019, 1, 1), cause=cause())
        events.end(lived.user, who, kind="death", day=localdate(), cause=cause())
    with pytest.raises(ResidenceError), acting(lived.user, "test"):
        events.reverse(lived.user, first, cause=cause())
