"""Goals are read strictly."""

from pathlib import Path

import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import load_pack
from nuudel.model.policy.read import read_goal

GOAL = """\
name: smaller
title: {en: words, mn: үг}
text: {en: words, mn: үг}
objective: {indicator: population_share, place: MN11, aim: reach, from: 2040, to: 2040}
chance: {side: at_most, target: 0.5, share: 0.8}
budget: {total: 3e12, discount_rate: 0.05, prices: 2024}
periods: {from: 2027, to: 2038, years: 5}
levers:
  - {lever: jobs, places: [MN41, MN43], most: 100}
fairness:
  - {measure: population, side: at_least, limit: 0.98, of: baseline, year: 2040}
  - {measure: unmet, capacity: schools, side: at_most, limit: 500, year: 2035}
  - {measure: spending_per_head, side: at_least, limit: 1000}
draws: 64
"""


def read(tmp_path: Path, text: str = GOAL):
    path = tmp_path / "smaller.yaml"
    path.write_text(text, "utf-8")
    return read_goal(path)


def test_a_goal_is_read_as_it_stands(tmp_path):
    goal = read(tmp_path)
    assert goal.objective.aim == "reach"
    assert goal.periods.blocks == ((2027, 2031), (2032, 2036), (2037, 2038))
    assert goal.budget.yearly == float("inf")
    assert goal.fairness[0].name == "fairness: population at_least 0.98 baseline"
    assert goal.levers[0].places == ("MN41", "MN43")


def test_the_goals_of_the_pack_can_be_read():
    paths = sorted((load_pack("mongolia").folder / "goals").glob("*.yaml"))
    assert [read_goal(path).name for path in paths] == ["capital_share_2040", "school_places"]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("name: smaller", "name: larger", 771, "line 1: the name is 'larger'"),
        ("place: MN11, ", "", 772, "line 4: population_share needs a place"),
        ("to: 2040}\nchance", "to: 2041}\nchance", 772, "line 4: a stock is of one year"),
        ("population_share, place: MN11", "unmet", 772, "unmet needs a capacity"),
        (
            "population_share, place: MN11, aim: reach, from: 2040",
            "unmet, capacity: schools, aim: reach, from: 2041",
            772,
            "the years end before they begin",
        ),
        ("chance: {side: at_most, target: 0.5, share: 0.8}\n", "", 773, "nothing is to be reached"),
        ("share: 0.8", "share: 80", 773, "line 5: the share of draws lies outside 0.5 to 0.99"),
        ("target: 0.5", "target: -1", 773, "the target is not a positive number"),
        ("total: 3e12", "total: 0", 774, "line 6: the budget is not positive"),
        ("discount_rate: 0.05", "discount_rate: 5", 774, "the rate lies outside 0 to 1"),
        ("limit: 0.98", "limit: 0", 774, "line 11: the limit is not positive"),
        ("unmet, capacity: schools, side", "unmet, side", 774, "line 12: a capacity goes with unmet"),
        ("limit: 1000", "limit: 1000, of: baseline", 774, "line 13: nothing is spent without levers"),
        (", of: baseline, year: 2040", "", 774, "line 11: the year is missing"),
        ("most: 100", "most: 0", 775, "line 9: a limit is not positive"),
        ("[MN41, MN43]", "[MN41, MN41]", 775, "line 9: a place is there twice"),
        ("  - {lever: jobs, places: [MN41, MN43], most: 100}", "  []", 775, "no lever"),
        ("to: 2038", "to: 2026", 775, "line 7: there is no year in the periods"),
        ("draws: 64", "draws: 2", 775, "line 14: fewer than 8 draws"),
        ("draws: 64", "starts: 0", 775, "line 14: not 1 to 100 starting points"),
        ("draws: 64", "draws: 100000000", 775, "line 14: more than 10000 draws"),
        ("draws: 64", "seed: -1", 775, "line 14: the seed is negative"),
        ("draws: 64", "recheck: 2", 775, "line 14: the share of people lies outside 0 to 1"),
        ("draws: 64", "drows: 64", 733, "one: draws"),
        ("side: at_most, target", "side: below, target", 734, "line 5"),
        ("draws: 64", "draws: 64\ndraws: 32", 732, "there twice"),
    ],
)
def test_goals_that_cannot_be_are_refused_with_their_line(tmp_path, old, new, code, words):
    assert GOAL.count(old) == 1
    with pytest.raises(ModelError) as refused:
        read(tmp_path, GOAL.replace(old, new))
    assert refused.value.code == f"MODEL-{code}"
    assert words in str(refused.value)


def test_a_goal_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ModelError, match="MODEL-731"):
        read_goal(tmp_path / "none.yaml")
