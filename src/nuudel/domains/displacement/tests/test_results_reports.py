"""Which report tells what of an area: worked by hand, without a database."""

from typing import Any

import polars as pl

from nuudel.domains.displacement.results.reports import by_area, nearest
from nuudel.domains.displacement.submissions.measured import HEAD, types
from nuudel.statistics.assessment_rounds import GROUPS
from nuudel.surveys.layouts import LAYOUTS

SCHEMA = HEAD | types(LAYOUTS["area"].values)


def told(*rows: dict[str, Any]) -> pl.DataFrame:
    """Reports, the oldest first; each is named by its place in the list."""
    empty: dict[str, Any] = dict.fromkeys(SCHEMA)
    return pl.DataFrame(
        [empty | {"outcome": "assessed", "submission": str(place)} | row for place, row in enumerate(rows)],
        schema=SCHEMA,
    )


def only(rows: pl.DataFrame) -> dict[str, Any]:
    (row,) = rows.to_dicts()
    return row


def test_who_was_turned_back_later_takes_nothing_away() -> None:
    rows = told(
        {"area": "a", "persons": 400, "displaced": 120}, {"area": "a", "outcome": "unreachable"}, {"area": ""}
    )
    row = only(by_area(nearest(rows)))
    assert (row["submission"], row["persons"], row["displaced"]) == ("0", 400, 120)


def test_the_report_nearest_to_the_figure_tells_and_of_two_the_newest() -> None:
    rows = told(*({"area": "a", "persons": persons, "arrived": persons} for persons in (100, 900, 110, 120)))
    assert only(nearest(rows))["persons"] == 115
    assert only(nearest(rows))["arrived"] == 120


def test_parts_of_the_present_are_brought_to_the_figure_as_whole_people() -> None:
    groups = dict.fromkeys(GROUPS, 1) | {"women": 300, "men": 300}
    rows = told(
        {"area": "a", "persons": 200},
        {"area": "a", "persons": 604, "households": 151, "displaced": 604, **groups},
    )
    row = only(nearest(rows))
    assert (row["persons"], row["displaced"], row["households"]) == (402, 402, 100)
    # Each of the four ones is two thirds of a person; together they are what is left of 402.
    assert (row["women"], row["men"], sum(row[name] for name in GROUPS)) == (200, 199, 402)


def test_baghs_of_a_soum_add_up_and_a_report_of_all_goes_first() -> None:
    rows = told(
        {"area": "s", "part": "1-р-баг", "persons": 300, "displaced": 10, "arrived": 5},
        {"area": "s", "part": "1-Р-БАГ", "persons": 320, "displaced": 20, "arrived": 7},
        {"area": "s", "part": "2-р-баг", "persons": 500, "displaced": None, "arrived": 1},
    )
    row = only(by_area(nearest(rows)))
    # The first bagh has 310 and takes the newer report: 20 of 320 are 19 of 310.
    assert (row["persons"], row["displaced"], row["arrived"]) == (810, 19, 8)
    whole = pl.concat([rows, told({"area": "s", "persons": 900})])
    assert only(by_area(nearest(whole)))["persons"] == 900


def test_an_empty_area_counts_with_nobody() -> None:
    row = only(by_area(nearest(told({"area": "a", "outcome": "empty", "persons": 0, "displaced": 0}))))
    assert (row["persons"], row["displaced"], row["women"]) == (0, 0, None)
