"""From records to facts: what counts, what supersedes what, and that the figures are those of the records."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nuudel.domains.otor import entries, series
from nuudel.domains.otor.care.record_types import CONFLICT, SERVICE
from nuudel.domains.otor.models import OtorRequest
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    HOME,
    HOST,
    a_conflict,
    a_household,
    a_service,
    arrived,
    asked,
    change,
    days,
    facts,
    person,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution


def chain(folder: Path, one: series.Series, record: OtorRequest, name: str) -> dict[str, object]:
    """The fact of a record that stands, by one of its chains."""
    ids = {entries.CHAINS.fact_id(record, name, number).bytes for number in range(1, 20)}
    rows = [row for row in facts(folder, one).iter_rows(named=True) if row["id"] in ids]
    assert len(rows) <= 1, "two facts of a chain stand at once"
    return rows[0] if rows else {}


def test_an_arrival_and_a_departure_are_movements(home: User, host: User, tmp_path: Path) -> None:
    request = arrived(home, host, a_household(home), last_day=days(60))
    there = chain(tmp_path, series.ARRIVALS, request, "out")
    said = (
        "origin",
        "destination",
        "kind",
        "persons",
        "households",
        "reason",
        "duration",
        "end",
        "pseudonym",
    )
    assert {name: there[name] for name in said} == {
        "origin": HOME,
        "destination": HOST,
        "kind": "seasonal",
        "persons": 4,
        "households": 1,
        "reason": "hazard",
        "duration": "under_3_months",
        "end": None,
        "pseudonym": None,
    }
    assert there["start"] == days(0)
    assert chain(tmp_path, series.DEPARTURES, request, "back") == {}
    step(host, REQUEST, request, "leave", "close")
    assert chain(tmp_path, series.ARRIVALS, request, "out")["end"] == days(0)
    back = chain(tmp_path, series.DEPARTURES, request, "back")
    assert (back["origin"], back["destination"], back["start"]) == (HOST, HOME, days(0))


def test_what_is_corrected_is_superseded(home: User, host: User, tmp_path: Path) -> None:
    request = arrived(home, host, a_household(home))
    change(host, REQUEST, request, persons=3, arrived_on=days(-4))
    there = chain(tmp_path, series.ARRIVALS, request, "out")
    assert (there["persons"], there["start"]) == (3, days(-4))
    step(host, REQUEST, request, "take_back_arrival")
    gone = chain(tmp_path, series.ARRIVALS, request, "out")
    assert (gone["persons"], gone["households"]) == (0, 0)
    step(host, REQUEST, request, "arrive", "leave", "take_back_departure")
    assert chain(tmp_path, series.ARRIVALS, request, "out")["households"] == 1
    assert chain(tmp_path, series.DEPARTURES, request, "back")["households"] == 0


def test_a_longer_stay_changes_its_class(home: User, host: User, tmp_path: Path) -> None:
    request = arrived(home, host, a_household(home), last_day=days(60))
    change(home, REQUEST, request, extend_until=days(200))
    step(home, REQUEST, request, "ask_extension")
    step(host, REQUEST, request, "extend")
    assert chain(tmp_path, series.ARRIVALS, request, "out")["duration"] == "3_to_12_months"


def test_a_refusal_is_counted_once_whatever_comes_after(home: User, host: User, tmp_path: Path) -> None:
    request = asked(home, a_household(home))
    step(host, REQUEST, request, "refuse", "arrive_without_permit", "take_back_arrival_without_permit")
    step(host, REQUEST, request, "refuse")
    assert chain(tmp_path, series.REFUSALS, request, "refused")["kind"] == "otor_refused"
    assert chain(tmp_path, series.REQUESTS, request, "requested")["kind"] == "otor_requested"


def test_services_and_conflicts_are_events(home: User, host: User, tmp_path: Path) -> None:
    request = arrived(home, host, a_household(home))
    service = a_service(host, request)
    assert chain(tmp_path, series.SERVICES, service, "delivered") == {}
    step(host, SERVICE, service, "deliver")
    given = chain(tmp_path, series.SERVICES, service, "delivered")
    assert (given["kind"], given["persons"], given["place"]) == ("otor_service_delivered", 1, HOST)
    step(host, SERVICE, service, "take_back")
    assert chain(tmp_path, series.SERVICES, service, "delivered")["kind"] == "otor_service_taken_back"
    conflict = a_conflict(host)
    assert chain(tmp_path, series.CONFLICTS, conflict, "conflict")["kind"] == "otor_conflict"
    step(host, CONFLICT, conflict, "withdraw")
    assert chain(tmp_path, series.CONFLICTS, conflict, "conflict")["kind"] == "otor_conflict_taken_back"


def test_the_figures_are_those_of_the_register(home: User, host: User, tmp_path: Path) -> None:
    arrived(home, host, a_household(home))
    step(host, REQUEST, arrived(home, host, a_household(home)), "leave")
    with acting(service_user(), "test"):
        came = OtorRequest.objects.exclude(arrived_on=None)
        left = OtorRequest.objects.exclude(left_on=None)
        expected = (came.count(), sum(came.values_list("persons", flat=True)), left.count())
        requests = OtorRequest.objects.count()
    there, back = facts(tmp_path, series.ARRIVALS), facts(tmp_path, series.DEPARTURES)
    assert (there["households"].sum(), there["persons"].sum(), back["households"].sum()) == expected
    standing = facts(tmp_path, series.REQUESTS).filter(pl.col("kind").cast(pl.String) == "otor_requested")
    assert standing.height == requests


def test_what_a_synthetic_institution_records_is_synthetic(database: Addresses, tmp_path: Path) -> None:
    office = institution("made-up", synthetic=True)
    home, host = person(Role.REGISTRAR, HOME, office), person(Role.REGISTRAR, HOST, office)
    request = arrived(home, host, a_household(home))
    assert chain(tmp_path, series.ARRIVALS, request, "out")["quality"] == "synthetic"


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (date(2025, 4, 14), "under_3_months"),
        (date(2025, 4, 15), "3_to_12_months"),
        (date(2026, 1, 14), "3_to_12_months"),
        (date(2026, 1, 15), "12_months_and_more"),
    ],
)
def test_the_class_of_a_stay(end: date, expected: str) -> None:
    assert entries.duration(date(2025, 1, 15), end) == expected


def test_the_series_say_what_they_count_in_both_languages() -> None:
    assert {frozenset(one.concept) for one in series.ALL} == {frozenset({"en", "mn"})}
    assert len({one.key for one in series.ALL}) == len(series.ALL)
