"""Each check by hand-made cases; dates with the day before and the day itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nuudel.base.errors import WebError
from nuudel.domains.registration.moves import parameters
from nuudel.domains.registration.moves.checks import (
    AT_REPORT,
    CHECKS,
    WAIVABLE,
    Case,
    Mover,
    against_approval,
    against_report,
    checked,
)
from nuudel.domains.registration.moves.following import working_days_after
from nuudel.web.words import LANGUAGES, messages

ZAVKHAN, CAPITAL = ("MN", "MN57", "MN18101"), ("MN", "MN11", "MN1104")
WOMAN = Mover("female", date(1990, 5, 17))
MAN = Mover("male", date(1988, 2, 3))
CHILD = Mover("female", date(2017, 9, 1))


def a_case(**given: Any) -> Case:
    """A move that meets every check."""
    fields: dict[str, Any] = {
        "day": date(2026, 3, 10),
        "today": date(2026, 3, 12),
        "reported_on": date(2026, 3, 11),
        "reason": "employment",
        "origin": CAPITAL,
        "destination": ZAVKHAN,
        "movers": (WOMAN, CHILD),
        "verified": True,
        "seen": frozenset({"dwelling_right"}),
        "capacity": 4,
    }
    return Case(**fields | given)


def results(case: Case) -> dict[str, str]:
    return {check.code: str(check.result) for check in checked(case)}


def test_a_move_that_keeps_every_rule() -> None:
    assert set(results(a_case()).values()) == {"ok"}
    assert list(against_report(a_case())) == list(against_approval(a_case())) == []


@pytest.mark.parametrize(
    ("code", "expected", "given"),
    [
        ("residence", "missing", {"movers": ()}),
        ("residence", "against", {"movers": (WOMAN, replace(CHILD, at_origin=False))}),
        ("destination", "missing", {"verified": False}),
        ("identity_cards", "missing", {"movers": (replace(WOMAN, has_card=False),)}),
        ("identity_cards", "ok", {"movers": (WOMAN, replace(CHILD, has_card=False))}),
        (
            "identity_cards",
            "asks",
            {"movers": (replace(WOMAN, has_card=False),), "papers": frozenset({"identity_paper"})},
        ),
        (
            "identity_cards",
            "ok",
            {"movers": (replace(WOMAN, has_card=False),), "seen": frozenset({"identity_cards"})},
        ),
        ("birth_certificates", "missing", {"movers": (WOMAN, replace(CHILD, birth_known=False))}),
        ("birth_certificates", "ok", {"movers": (replace(WOMAN, birth_known=False),)}),
        ("military", "missing", {"movers": (MAN,)}),
        ("military", "asks", {"movers": (MAN,), "papers": frozenset({"military_deregistration"})}),
        ("military", "ok", {"movers": (MAN,), "seen": frozenset({"military"})}),
        ("military", "ok", {"movers": (MAN,), "origin": ZAVKHAN}),
        ("dwelling_right", "missing", {"seen": frozenset()}),
        ("dwelling_right", "asks", {"seen": frozenset(), "consent": True}),
        ("dwelling_right", "asks", {"seen": frozenset(), "papers": frozenset({"dwelling_right"})}),
        ("capacity", "ok", {"capacity": 4, "residents": 2}),
        ("capacity", "against", {"capacity": 4, "residents": 3}),
        ("capacity", "asks", {"capacity": None}),
        ("deadline", "ok", {"reported_on": date(2026, 3, 20)}),
        ("deadline", "asks", {"reported_on": date(2026, 3, 21)}),
        ("guardian", "against", {"movers": (replace(CHILD, parent=False),)}),
        ("guardian", "missing", {"movers": (replace(CHILD, parent=False, guardian=True),)}),
        (
            "guardian",
            "asks",
            {
                "movers": (replace(CHILD, parent=False, guardian=True),),
                "papers": frozenset({"guardian_consent"}),
            },
        ),
        # The same child, from the sixteenth birthday on, moves alone.
        ("guardian", "against", {"movers": (Mover("male", date(2010, 3, 11), parent=False),)}),
        ("guardian", "ok", {"movers": (Mover("male", date(2010, 3, 10), parent=False),)}),
        ("left_behind", "asks", {"left_alone": True}),
        ("same_place", "against", {"same_place": True}),
        ("dates", "ok", {"day": date(2026, 4, 11)}),
        ("dates", "against", {"day": date(2026, 4, 12)}),
        ("dates", "against", {"movers": (Mover("female", date(2026, 3, 11)),)}),
        ("dates", "ok", {"movers": (replace(WOMAN, last_event=date(2026, 3, 10)),)}),
        ("dates", "against", {"movers": (replace(WOMAN, last_event=date(2026, 3, 11)),)}),
        ("day_has_come", "ok", {"day": date(2026, 3, 12)}),
        ("day_has_come", "missing", {"day": date(2026, 3, 13)}),
        ("pending", "against", {"movers": (replace(WOMAN, pending=True),)}),
        ("living", "against", {"movers": (replace(WOMAN, living=False),)}),
        ("paused", "against", {"today": date(2020, 2, 1)}),
        ("paused", "ok", {"today": date(2020, 1, 31)}),
        ("paused", "ok", {"today": date(2020, 6, 25)}),
    ],
)
def test_each_check(code: str, expected: str, given: dict[str, Any]) -> None:
    case = a_case(**given)
    assert results(case)[code] == expected
    stops = {check.code for check in against_approval(case)}
    # Two reports of the same people do not block each other: the first that is approved wins.
    assert (code in stops) == (expected in ("missing", "against") and code != "pending")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2017, 1, 8), "ok"),
        (date(2017, 1, 9), "against"),
        (date(2018, 6, 1), "against"),
        (date(2019, 12, 31), "against"),
        (date(2020, 1, 1), "ok"),
        (date(2021, 6, 1), "ok"),
    ],
)
def test_the_capital_was_closed_from_2017_to_2019(day: date, expected: str) -> None:
    """Order of the Governor of the Capital of 9 January 2017, prolonged to the end of 2019."""
    into = a_case(origin=ZAVKHAN, destination=CAPITAL, day=day)
    assert results(into)["closed"] == expected
    within = replace(into, origin=("MN", "MN11", "MN1107"))
    assert results(within)["closed"] == results(replace(into, destination=ZAVKHAN))["closed"] == "ok"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("health", "asks"),  # long treatment: excepted by the order
        ("housing", "asks"),  # a dwelling that was bought: excepted by the order
        ("education", "asks"),  # to be filled in: a person looks
        ("family", "asks"),
        ("employment", "against"),
        ("herding", "against"),
    ],
)
def test_exceptions_while_the_capital_was_closed(reason: str, expected: str) -> None:
    case = a_case(origin=ZAVKHAN, destination=CAPITAL, day=date(2018, 6, 1), reason=reason)
    assert results(case)["closed"] == expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (date(2008, 3, 11), "ok"),  # 17 years and 364 days
        (date(2008, 3, 10), "missing"),  # 18 on the day
        (date(1975, 3, 11), "missing"),  # 50 years and 364 days
        (date(1975, 3, 10), "ok"),  # 51 on the day
    ],
)
def test_men_from_18_to_50_are_de_registered_by_the_military(birth: date, expected: str) -> None:
    assert results(a_case(movers=(Mover("male", birth),)))["military"] == expected
    assert results(a_case(movers=(Mover("female", birth),)))["military"] == "ok"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_check_has_its_words(lang: str) -> None:
    known = messages(lang)
    for check in (check for make in CHECKS for check in [make(a_case())]):
        for variant in ("title", "ok", "missing", "asks", "against"):
            assert known[f"registration.moves.check.{check.code}.{variant}"]
    codes = {make(a_case()).code for make in CHECKS}
    assert codes >= {*AT_REPORT, *WAIVABLE}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 9), date(2026, 3, 12)),  # Monday to Thursday
        (date(2026, 3, 12), date(2026, 3, 17)),  # Thursday over a weekend to Tuesday
        (date(2026, 3, 14), date(2026, 3, 18)),  # reported on a Saturday
    ],
)
def test_three_working_days(start: date, end: date) -> None:
    assert working_days_after(start, 3) == end


def test_a_parameter_is_in_force_from_its_day_on() -> None:
    assert parameters.known("report_within", date(2018, 10, 31)) is None
    assert parameters.value("report_within", date(2018, 11, 1)) == 10
    assert parameters.known("persons_per_dwelling", date(2026, 1, 1)) is None


@pytest.mark.parametrize("name", ["report_within", "persons_per_dwelling"])
def test_what_is_not_filled_in_is_an_error_where_it_is_needed(name: str) -> None:
    with pytest.raises(WebError, match="WEB-411"):
        parameters.value(name, date(2018, 10, 31))


def test_an_unknown_parameter_names_the_nearest() -> None:
    with pytest.raises(WebError, match="report_within"):
        parameters.known("report_withn", date(2026, 1, 1))


def test_every_value_has_its_source() -> None:
    for parameter in parameters.parameters().values():
        assert parameter.unit
        assert parameter.about
        assert all(one.source for one in parameter.values)
        unknown = [one for one in parameter.values if one.value is None]
        assert all("filled in" in one.source for one in unknown)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "no table of parameters"),
        ("fee: 3", "no table of keys"),
        ("fee: {unit: a, about: b, valeus: []}", "nearest known: values"),
        ("fee: {unit: a, about: b, values: []}", "no value"),
        ("fee: {unit: a, about: b, values: [{from: 2020-01-01, value: true, source: c}]}", "another form"),
        ("fee: {unit: a, about: b, values: [{from: 2020-01-01, value: 1, source: ''}]}", "another form"),
        (
            "fee: {unit: a, about: b, values: [{from: 2020-01-01, value: 1, source: c},"
            " {from: 2020-01-01, value: 2, source: c}]}",
            "two from the same day",
        ),
    ],
)
def test_a_faulty_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(WebError) as refused:
        parameters.read_parameters(text)
    assert refused.value.code == "WEB-410"
    assert said in str(refused.value)
