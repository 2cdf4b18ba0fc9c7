"""Households, counts and camps; sheep units; parameters; and the published table."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nuudel.base.errors import WebError
from nuudel.domains.otor import figures, models, parameters, series
from nuudel.domains.otor.figures import Pair
from nuudel.domains.otor.herds import factors, sheep_units
from nuudel.domains.otor.households.forms import normalised
from nuudel.domains.otor.households.record_types import CAMP, HOUSEHOLD
from nuudel.domains.otor.spots import in_country
from nuudel.domains.otor.tests.given import (
    HERD,
    HOME,
    HOST,
    UNITS,
    a_household,
    asked,
    counted,
    days,
    make,
    now,
    person,
    refused,
    step,
)
from nuudel.ledger import Ledger
from nuudel.ledger.ids import new_id
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses

DAY = date(2025, 6, 1)
GOOD = """
answer_within:
  unit: days
  about: How long.
  values:
    - {from: 2024-01-01, value: 10, source: A}
    - {from: 2025-01-01, value: 7, source: B}
"""


def test_sheep_units_by_hand() -> None:
    assert sheep_units(HERD, DAY) == UNITS == 490.0
    assert factors(DAY) == {"camels": 5, "horses": 7, "cattle": 6, "sheep": 1, "goats": 0.9}
    assert sheep_units({}, DAY) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"persons": 0, "school_children": 0}, "persons"),
        ({"persons": 31}, "persons"),
        ({"school_children": 6}, "children"),
        ({"phone": "1234567"}, "phone"),
        ({"head_name": " "}, "missing"),
    ],
)
def test_what_a_household_must_keep(home: User, given: dict[str, Any], message: str) -> None:
    assert refused(a_household, home, **given) == [message]


def test_a_household_is_of_a_soum(database: Addresses) -> None:
    above = person(Role.REGISTRAR, "MN81")
    assert refused(a_household, above) == ["soum"]
    assert a_household(above, place=HOME).place == HOME


def test_a_number_is_written_in_one_way() -> None:
    assert [normalised(text) for text in ("+976 9911-2233", "9911 2233", "")] == ["99112233", "99112233", ""]


def test_a_count_is_of_a_day_that_has_come(home: User) -> None:
    household = a_household(home)
    assert refused(counted, home, household, day=days(1)) == ["future"]
    assert refused(counted, home, household, sheep=20_001) == ["heads"]
    assert counted(home, household, **dict.fromkeys(HERD, 0)).heads == 0


def test_the_latest_count_that_stands_decides(home: User) -> None:
    household = a_household(home)
    counted(home, household)
    counted(home, household, day=days(-400), sheep=2000)
    assert "more_than_counted" in refused(asked, home, household, sheep=300)
    counted(home, household, day=days(-1), sheep=300)
    assert asked(home, household, sheep=300).state == "requested"


def a_camp(household: models.HerderHousehold, **given: Any) -> models.Camp:
    fields = {"season": "winter", "name": "Булаг", "soum": HOST, "place": household.place}
    return models.Camp(household=household, **fields | given)


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        (47.6, 96.5, None),
        (None, None, None),
        (47.6, None, "position_half"),
        (96.5, 47.6, "position_swapped"),
        (39.9, 116.4, "position"),
        (95.0, 200.0, "position"),
    ],
)
def test_a_camp_lies_in_the_country(
    home: User, latitude: float | None, longitude: float | None, message: str | None
) -> None:
    camp = a_camp(a_household(home), latitude=latitude, longitude=longitude)
    if message is None:
        assert make(home, CAMP, camp).soum == HOST
    else:
        assert refused(make, home, CAMP, camp) == [message]


def test_points_inside_and_outside_the_country() -> None:
    inside = [(47.9, 106.9), (49.6, 89.9), (43.6, 104.4)]
    assert [in_country(*point) for point in inside] == [True] * 3
    assert [in_country(*point) for point in [(39.9, 116.4), (55.0, 106.0), (0.0, 0.0)]] == [False] * 3


def test_a_household_with_a_request_does_not_end(home: User) -> None:
    household = a_household(home)
    asked(home, household)
    assert refused(step, home, HOUSEHOLD, household, "end") == ["still_on_otor"]


def test_an_account_is_taken_off(home: User) -> None:
    household = a_household(home, holder=person(Role.CITIZEN))
    request = asked(home, household)
    assert request.holder_id == household.holder_id
    assert step(home, HOUSEHOLD, household, "release_account").holder is None
    assert (now(home, household).holder_id, now(home, request).holder_id) == (None, None)
    assert refused(step, home, HOUSEHOLD, household, "release_account") == ["no_account"]


def test_a_parameter_holds_from_its_day_on() -> None:
    read = parameters.read_parameters(GOOD)["answer_within"]
    assert [(one.start, one.value) for one in read.values] == [
        (date(2024, 1, 1), 10.0),
        (date(2025, 1, 1), 7.0),
    ]
    assert parameters.days("answer_within", date(2020, 1, 1)) == 10
    for name, day in (("answer_within", date(2019, 12, 31)), ("answer_withn", DAY)):
        with pytest.raises(WebError) as error:
            parameters.value(name, day)
        assert error.value.code == "WEB-452"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit: days", "unity: days"),
        ("value: 10", "value: yes"),
        ("2025-01-01", "2024-01-01"),
        (", source: A", ""),
        (
            "    - {from: 2024-01-01, value: 10, source: A}\n    - {from: 2025-01-01, value: 7, source: B}\n",
            "    []",
        ),
    ],
)
def test_a_faulty_file_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(WebError) as error:
        parameters.read_parameters(GOOD.replace(old, new))
    assert error.value.code == "WEB-451"


def move(origin: str, destination: str, start: date, **given: Any) -> dict[str, Any]:
    one = series.ARRIVALS
    fields = {"id": str(new_id()), "series": one.key, "source": one.source, "institution": "office"}
    fields |= {"kind": "seasonal", "persons": 4, "households": 1, "quality": "observed"}
    return {**fields, "origin": origin, "destination": destination, "start": start, **given}


def test_the_table_hides_small_groups_and_keeps_what_is_made_up_apart(tmp_path: Path) -> None:
    folder = Ledger.open(tmp_path / "ledger", create=True)
    folder.register(*series.ALL)
    may, june = date(2025, 5, 30), date(2025, 6, 1)
    rows = [move("MN8101", "MN4101", may) for _ in range(3)] + [
        move("MN8104", "MN4102", may) for _ in range(2)
    ]
    rows += [move("MN8101", "MN4101", june) for _ in range(4)]
    rows += [move("MN8101", "MN4101", june, households=9, persons=30, quality="synthetic")]
    rows += [move("MN8101", "MN8102", may, households=0, persons=0)]
    assert folder.append(pl.DataFrame(rows), "movement").rejected == 0
    assert figures.pairs(folder.connect(), lambda code: code[:4], minimum=5) == [
        Pair("2025-06", "MN81", "MN41", None, None, "observed"),
        Pair("2025-06", "MN81", "MN41", 9, 30, "synthetic"),
        Pair("2025-05", "MN81", "MN41", 5, 20, "observed"),
    ]
