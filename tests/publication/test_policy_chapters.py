"""Chapters on the answers of a policy search: money, chance, limits and doubt in their words."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from nuudel.model.policy.answer import PolicyAnswer
from nuudel.publication.report.chapters.policy import first_half, write_policy
from nuudel.publication.report.chapters.policy_words import money, spent_over_years
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material

from .policy_data import make_answer, make_infeasible, make_school_answer
from .prospects_data import figure_of

Make = Callable[..., Material]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (12.4e12, "12 trillion ₮"),
        (5.39e12, "5.4 trillion ₮"),
        (1.23e12, "1,200 billion ₮"),
        (4e8, "0.40 billion ₮"),
    ],
)
def test_money_has_two_digits_that_count(make: Make, amount: float, said: str) -> None:
    assert money(make(), amount) == said


def test_the_first_budget_with_half_of_the_effect_is_one_that_was_searched() -> None:
    front = pl.DataFrame({"cost": [0.0, 100.0, 200.0], "effect": [0.0, -6.0, -8.0]})
    assert first_half(front, -8.0) == {"cost": 100.0, "effect": -6.0}
    assert first_half(front, 0.0) is None


def policy_of(make: Make, answer: PolicyAnswer) -> Chapter:
    return write_policy(make(policy=(answer,)))[1]


def limits_of(chapter: Chapter) -> TextTable:
    table = chapter.blocks[-1]
    assert isinstance(table, TextTable)
    return table


def test_a_goal_within_its_limits_says_cost_effect_and_chance(make: Make) -> None:
    overview, chapter = write_policy(make(policy=(make_answer(),)))
    assert overview.key == "policy"
    assert chapter.paragraphs[0] == "For at most 12 trillion tugriks."
    text = chapter.paragraphs[1]
    assert "present value at 6\u00a0% a year, in prices of 2024" in text
    assert "At the ends of the unit costs: 2.7–13 trillion ₮" in text
    assert "−3.1\u00a0…\u00a0−0.8 percentage points" in text
    assert "without it: 53.5\u00a0%" in text
    assert "62\u00a0% of the effect comes from levers whose strength is an assumption" in text
    target = "The target is at most 50.0\u00a0%. Without any of it the target is met in 0 of 100 futures"
    assert chapter.paragraphs[2].startswith(target)
    assert "with it in 41; 80 were asked" in chapter.paragraphs[2]


def test_money_that_is_spent_is_not_discounted() -> None:
    answer = make_answer()
    worth = [1.06**-k for k in range(5, 10)]
    row = answer.mix.filter(pl.col("from") == 2031).head(1).with_columns(cost=pl.lit(7e9 * sum(worth)))
    assert spent_over_years(replace(answer, mix=row)) == pytest.approx(35e9)


def test_what_more_money_would_do_and_what_is_at_its_cap_are_two_things(make: Make) -> None:
    text = policy_of(make, make_answer()).paragraphs[3]
    assert "most with jobs, Uvurkhangai, 2031–2035: at first 0.12 percentage points towards the goal" in text
    assert "1 of 2 acts stand at the most" in text
    assert text.index("1 of 2 acts") < text.index("jobs, Dornod, 2026–2030")
    answer = make_answer()
    idle = replace(answer, next_best=answer.next_best.with_columns(gain=pl.lit(1e-9)))
    assert policy_of(make, idle).paragraphs[3].startswith("Without jobs")


def test_more_money_is_not_for_years_that_have_none_left(make: Make) -> None:
    answer = make_answer()
    full = answer.binding.with_columns(constraint=pl.lit("yearly budget 2031-2035"))
    text = policy_of(make, replace(answer, binding=full)).paragraphs[3]
    assert text.startswith("More money would do most with jobs, Umnugovi, 2026–2030")


def test_the_levers_have_their_money_with_its_ends(make: Make) -> None:
    chapter = policy_of(make, make_answer())
    table = next(block for block in chapter.blocks if block.title.startswith("The levers"))
    assert isinstance(table, TextTable)
    assert table.title == "The levers: money in trillion ₮, effect in percentage points"
    assert table.rows[0][1:4] == ("3.5 (1.7–8.7)", "−2.20\u00a0…\u00a0−0.40", "96\u00a0%")
    assert table.rows[-1][1] == "–"


def test_a_lever_at_its_most_is_among_the_limits_that_are_reached(make: Make) -> None:
    row = limits_of(policy_of(make, make_answer())).rows[-1]
    assert row[:3] == ("jobs, a place and year (homes)", "900", "900")
    assert row[3] == "at its most in 3 of 14 places and periods"


def test_the_check_shows_its_error_and_why_it_is_not_the_mean(make: Make) -> None:
    text = policy_of(make, make_answer()).paragraphs[-1]
    assert "−1.87 (error 0.03), against −1.90 in the projection" in text
    assert "they agree. This check follows the central path" in text
    assert "the mean over draws, −1.90" in text
    assert "−0.6 at the weak end and −3.4 at the strong end" in text
    assert "searches from different starts" in limits_of(policy_of(make, make_answer())).caveats[-1]


def test_unmet_need_is_told_by_the_year_and_its_chance_in_futures(make: Make) -> None:
    overview, chapter = write_policy(make(policy=(make_school_answer(),)))
    assert overview.paragraphs[-1].startswith("All levers that are used rest on assumed sizes")
    text = chapter.paragraphs[1]
    assert "each year from 2028 to 2035 about 67,000 children are without a school place" in text
    assert "536,000 school years without a place in all" in text
    assert "It changes this by −14,000\u00a0…\u00a0−10,000 a year" in text
    assert "every child had a place at the start" in text
    assert "rest on assumed sizes" in text
    chance = chapter.paragraphs[2]
    assert "met in 55 of 100 futures, with it in 91; 80 were asked. The search keeps a margin" in chance
    row = limits_of(chapter).rows[0]
    assert row[1:] == ("80\u00a0%", "91\u00a0%", "reached")
    assert "−103,600 (error 300), against −103,900" in chapter.paragraphs[-1]


def test_titles_name_the_place_and_the_lever_that_does_much_for_little(make: Make) -> None:
    answer = make_answer()
    chapter = policy_of(make, answer)
    assert figure_of((chapter,), "policy-calmer_capital-mix").title.startswith("jobs takes")
    one = answer.mix.filter(lever="jobs", place="MN21").head(1)
    mixed = policy_of(make, replace(answer, mix=one))
    title = figure_of((mixed,), "policy-calmer_capital-mix").title
    assert title == "100\u00a0% of the money goes to jobs, Dornod"
    cheap = answer.levers.with_columns(cost=pl.Series([1e11, 9e11, 0.0]))
    levers = figure_of((policy_of(make, replace(answer, levers=cheap)),), "policy-calmer_capital-levers")
    assert levers.title == "Jobs in aimag centres gives 68\u00a0% of the effect for 10\u00a0% of the money"
    front = figure_of((chapter,), "policy-calmer_capital-front").title
    assert front == "The first 2.16 trillion ₮ brings 74\u00a0% of the effect"


def test_rows_that_the_phone_leaves_out_are_counted(make: Make) -> None:
    mix = figure_of((policy_of(make, make_answer()),), "policy-calmer_capital-mix")
    assert mix.caveats[-1].startswith("On a phone the 10 dearest of 12 rows")


def test_a_goal_out_of_reach_says_which_limits_clash_and_what_would_be_enough(make: Make) -> None:
    text = policy_of(make, make_infeasible()).paragraphs[1]
    assert "cannot be reached within its limits" in text
    assert "the chance of reaching the target; the money in all" in text
    assert "the money in all 41 trillion ₮ instead of 12 trillion ₮" in text
    assert "the target 51.0\u00a0% instead of 45.0\u00a0%" in text


def test_a_limit_of_a_place_is_named_by_the_place(make: Make) -> None:
    names = [row[0] for row in limits_of(policy_of(make, make_answer())).rows]
    assert names[:2] == ["the money in all", "the limit for Uvurkhangai"]


def test_a_goal_that_is_met_without_money_is_not_said_to_be_unmoved_by_it(make: Make) -> None:
    chapters = write_policy(make(policy=(replace(make_answer(), cost=0.0),)))
    figures = [block for chapter in chapters for block in chapter.blocks if isinstance(block, Figure)]
    (front,) = [figure for figure in figures if figure.key.endswith("-front")]
    assert front.title == "The goal is met without money; more would still change something"
