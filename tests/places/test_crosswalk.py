from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import PlacesError
from nuudel.places.crosswalk import crosswalk
from nuudel.places.gazetteer import CHANGES, Gazetteer, Level, Place


def unit(code, start=None, end=None):
    return Place(code, {"en": code}, "state", "XX", 0.0, 0.0, valid_from=start, valid_to=end)


SPLIT, MERGER = date(2000, 1, 1), date(2010, 1, 1)


def small(changes, units=None):
    """A splits in 2000 into A and B; in 2010 B and C merge into D."""
    places = units or (
        unit("A"),
        unit("B", start=SPLIT, end=MERGER),
        unit("C", end=MERGER),
        unit("D", start=MERGER),
    )
    return Gazetteer(
        country="XX",
        languages=("en",),
        levels=(Level("country", 0, {}, (), {}), Level("state", 1, {}, (), {})),
        places={p.code: p for p in (Place("XX", {"en": "X"}, "country", None, 0.0, 0.0), *places)},
        aliases=(),
        changes=pl.DataFrame(changes, schema=CHANGES, orient="row"),
    )


BOTH = [
    (SPLIT, "A", "A", 0.75, "population"),
    (SPLIT, "A", "B", 0.25, "population"),
    (MERGER, "B", "D", 1.0, "whole"),
    (MERGER, "C", "D", 1.0, "whole"),
]


def shares(table):
    return {(row["old"], row["new"]): row["share"] for row in table.shares.iter_rows(named=True)}


def test_a_split_a_merger_and_both():
    world = small(BOTH)
    split = crosswalk(world, date(1999, 1, 1), date(2005, 1, 1), "state")
    assert shares(split) == {("A", "A"): 0.75, ("A", "B"): 0.25, ("C", "C"): 1.0}
    assert dict(split.shares.select("old", "basis").iter_rows()) == {"A": "population", "C": "whole"}
    merger = crosswalk(world, date(2005, 1, 1), date(2020, 1, 1), "state")
    assert shares(merger) == {("A", "A"): 1.0, ("B", "D"): 1.0, ("C", "D"): 1.0}
    both = crosswalk(world, date(1999, 1, 1), date(2020, 1, 1), "state")
    assert shares(both) == {("A", "A"): 0.75, ("A", "D"): 0.25, ("C", "D"): 1.0}
    assert dict(both.shares.select("old", "basis").iter_rows())["A"] == "population"


def test_the_first_day_of_the_new_state_is_not_converted():
    assert shares(crosswalk(small(BOTH), SPLIT, date(2005, 1, 1), "state"))["A", "A"] == 1.0


def test_counts_follow_their_units():
    table = crosswalk(small(BOTH), date(1999, 1, 1), date(2020, 1, 1), "state")
    before = pl.DataFrame({"place": ["A", "C", "A"], "sex": ["f", "f", "m"], "persons": [100, 10, 8]})
    after = table.convert(before, ["persons"])
    assert after.to_dicts() == [
        {"place": "A", "sex": "f", "persons": 75.0},
        {"place": "A", "sex": "m", "persons": 6.0},
        {"place": "D", "sex": "f", "persons": 35.0},
        {"place": "D", "sex": "m", "persons": 2.0},
    ]


@given(
    counts=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
    share=st.floats(0, 1),
    until=st.dates(date(1999, 1, 2), date(2020, 1, 1)),
)
def test_totals_are_preserved(counts, share, until):
    changes = [(SPLIT, "A", "A", share, "assumed"), (SPLIT, "A", "B", 1 - share, "assumed"), *BOTH[2:]]
    table = crosswalk(small(changes), date(1999, 1, 1), until, "state")
    after = table.convert(pl.DataFrame({"place": ["A", "C"], "persons": counts}), ["persons"])
    # Shares are binary fractions: the sum may be off by rounding in the last digits.
    assert after["persons"].sum() == pytest.approx(sum(counts), rel=1e-12)
    assert after["persons"].min() >= 0


def test_govisumber_leaves_dornogovi_in_1991(gazetteer):
    table = crosswalk(gazetteer, date(1989, 1, 5), date(2020, 1, 1), "aimag")
    found = shares(table)
    # Resident population of 2019: Dornogovi 69 826, Govisumber 17 311.
    assert found["MN44", "MN42"] == pytest.approx(17311 / (69826 + 17311), abs=5e-5)
    assert found["MN44", "MN44"] + found["MN44", "MN42"] == pytest.approx(1)
    assert {old for old, new in found if old != new} == {"MN44"}
    assert len({new for _, new in found}) == 22


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([(SPLIT, "A", "A", 0.5, "whole"), (SPLIT, "A", "B", 0.4, "whole"), *BOTH[2:]], "PLACES-122: .*0.9"),
        ([(SPLIT, "A", "A", 1.5, "whole"), (SPLIT, "A", "B", -0.5, "whole"), *BOTH[2:]], "PLACES-122"),
        ([(SPLIT, "A", "D", 1.0, "whole"), *BOTH[2:]], "PLACES-122: .*A to D"),
        ([(SPLIT, "B", "A", 1.0, "whole"), *BOTH[2:]], "PLACES-122: .*B to A"),
        ([(SPLIT, "A", "A", 1.0, "guess"), *BOTH[2:]], "PLACES-122: .*guess"),
        (BOTH[:3], "PLACES-123: C"),
    ],
)
def test_changes_that_contradict_themselves_are_refused(changes, code):
    with pytest.raises(PlacesError, match=code):
        crosswalk(small(changes), date(1999, 1, 1), date(2020, 1, 1), "state")


def test_backwards_and_unknown_units_are_refused():
    with pytest.raises(PlacesError, match="PLACES-121"):
        crosswalk(small(BOTH), date(2020, 1, 1), date(1999, 1, 1), "state")
    table = crosswalk(small(BOTH), date(1999, 1, 1), date(2020, 1, 1), "state")
    with pytest.raises(PlacesError, match="PLACES-120: 'B' is no state on 1999-01-01"):
        table.convert(pl.DataFrame({"place": ["B"], "persons": [1]}), ["persons"])


def test_a_unit_that_ends_keeps_its_name_until_the_day(gazetteer):
    ended = replace(gazetteer.get("MN42"), valid_to=MERGER)
    assert ended.exists(date(2009, 12, 31))
    assert not ended.exists(MERGER)
