"""Completed years and the day on which they are complete, also of who is born on 29 February."""

from datetime import date

from nuudel.people.ages import age_on, years_after

LEAP_DAY = date(2008, 2, 29)


def test_age_on_a_leap_day() -> None:
    assert (age_on(LEAP_DAY, date(2026, 2, 28)), age_on(LEAP_DAY, date(2026, 3, 1))) == (17, 18)


def test_nobody_has_an_age_before_the_birth() -> None:
    assert [age_on(LEAP_DAY, day) for day in (date(2008, 2, 28), LEAP_DAY)] == [-1, 0]


def test_years_end_on_their_day() -> None:
    assert years_after(date(2015, 6, 30), 10) == date(2025, 6, 30)
    assert years_after(date(2016, 2, 29), 4) == date(2020, 2, 29)
    assert years_after(date(2016, 2, 29), 1) == date(2017, 3, 1)
    assert years_after(date(2000, 2, 29), 25) == date(2025, 3, 1)


def test_an_age_is_complete_on_its_day() -> None:
    for years in (16, 17, 18):
        assert age_on(LEAP_DAY, years_after(LEAP_DAY, years)) == years
