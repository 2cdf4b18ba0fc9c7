"""Chapters and tables on years to come: titles that follow the figures, each with its word and range."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nuudel.base.provenance import Quality
from nuudel.model.baseline.variants import VARIANTS
from nuudel.publication.charts import style
from nuudel.publication.formats import write_all
from nuudel.publication.prospects import prospect_tables
from nuudel.publication.report.chapters.outlook import write_outlook
from nuudel.publication.report.chapters.outlook_trust import assumption_rows, verdict
from nuudel.publication.report.chapters.policy import write_policy
from nuudel.publication.report.chapters.scenario_evidence import digits, effects_of
from nuudel.publication.report.chapters.scenarios import write_scenarios
from nuudel.publication.report.compose import listed
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.drawings import draw_figure
from nuudel.publication.report.material import Material
from nuudel.publication.report.words import load_words
from nuudel.publication.tables import Table

from .policy_data import make_answer, make_infeasible
from .prospects_data import (
    AIMAGS,
    CAPITAL,
    YEARS,
    figure_of,
    make_outlook,
    make_scenarios,
    spread,
)

BOTH = pytest.mark.parametrize("lang", ["en", "mn"])
Make = Callable[..., Material]


def everything(make: Make, lang: str) -> Material:
    answers = (make_answer(), make_infeasible())
    return make(lang, outlook=make_outlook(), scenarios=make_scenarios(), policy=answers)


def chapters_of(material: Material) -> tuple[Chapter, ...]:
    writers = (write_outlook, write_scenarios, write_policy)
    return tuple(chapter for write in writers for chapter in listed(write(material)))


@BOTH
def test_every_figure_has_its_word_a_source_and_two_drawings(make: Make, lang: str) -> None:
    material = everything(make, lang)
    estimated, scenario = material.words("report.estimated"), material.words("report.scenario")
    released = {table.key for table in prospect_tables(material)}
    for chapter in chapters_of(material):
        wanted = estimated if chapter.key == "outlook" else scenario
        for block in chapter.blocks:
            assert block.title
            assert not block.table or block.table in released
            if isinstance(block, Figure):
                assert block.tag == wanted, block.key
                assert block.source.startswith(material.words("report.source", sources="").rstrip("."))


def test_every_figure_is_drawn_for_desk_and_phone(make: Make) -> None:
    figures = {
        block.key: block
        for chapter in chapters_of(everything(make, "mn"))
        for block in chapter.blocks
        if isinstance(block, Figure)
    }
    assert len(figures) == 17
    for figure in figures.values():
        drawings, png = draw_figure(figure)
        widths = [re.search(r' width="([\d.]+)"', svg) for svg in (drawings.desk, drawings.phone)]
        assert [float(width.group(1)) for width in widths if width] == [style.DESK.width, style.PHONE.width]
        assert png.startswith(b"\x89PNG")


def test_a_country_without_results_has_no_such_chapters(make: Make) -> None:
    material = make()
    assert chapters_of(material) == ()
    assert prospect_tables(material) == []


@pytest.mark.parametrize(
    ("change", "said"), [(0.10, "keeps rising"), (-0.10, "falls"), (0.0, "Nobody can say whether")]
)
def test_the_title_says_whether_the_share_rises(make: Make, change: float, said: str) -> None:
    time = np.linspace(0, 1, YEARS.size)
    share = spread(0.45 + change * time, 0.02 * time)
    chapter = write_outlook(make(outlook=replace(make_outlook(), capital_share=share)))
    assert chapter is not None
    assert said in figure_of((chapter,), "outlook-share").title


@pytest.mark.parametrize(("factor", "said"), [(1.0, "; the United"), (1.4, "fewer than"), (0.6, "more than")])
def test_the_title_says_how_the_country_compares_with_the_united_nations(
    make: Make, factor: float, said: str
) -> None:
    outlook = make_outlook()
    wpp = outlook.wpp.with_columns(wpp_median=factor * pl.col("median"))
    chapter = write_outlook(make(outlook=replace(outlook, wpp=wpp)))
    assert chapter is not None
    assert said in figure_of((chapter,), "outlook-country").title


def test_places_of_which_nobody_knows_are_counted_apart(make: Make) -> None:
    outlook = make_outlook()
    start = np.full(len(AIMAGS), 50_000.0)
    middle = np.repeat(start[None], YEARS.size, axis=0)
    middle[1:, :3] *= 1.2  # three grow, the capital among them
    middle[1:, 3:5] *= 0.8  # two shrink
    persons = spread(middle, 0.02 * middle)
    persons[:, 0] = start
    chapter = write_outlook(make(outlook=replace(outlook, persons=persons)))
    assert chapter is not None
    figure = figure_of((chapter,), "outlook-places")
    # In the test ranges of people held 66 of 100, which is too narrow.
    assert "held 66 of 100; take them as too narrow" in figure.caveats[-1]
    title = figure.title
    assert title == (
        "People by 2050: probably more in Ulaanbaatar and 2 aimags; "
        "probably fewer in 2 aimags; not clear in 17 aimags"
    )


@pytest.mark.parametrize(("held", "said"), [(0.5, "narrow"), (0.8, "right"), (0.97, "wide")])
def test_ranges_of_the_past_are_judged(held: float, said: str) -> None:
    assert verdict(held) == said


def test_back_projection_says_how_many_counts_lay_inside(make: Make) -> None:
    chapter = write_outlook(make(outlook=make_outlook()))
    assert chapter is not None
    # (264 x 0.71 + 50 x 0.66) / 314 = 0.702; without the closed years (198 x 0.79 + 50 x 0.66) / 248 = 0.764
    assert "held 70 of every 100 later counts (314 in all)" in chapter.paragraphs[-1]
    assert "it is 76 of every 100 (248 in all)" in chapter.paragraphs[-1]


def test_a_projection_that_was_not_tested_has_no_chapter_on_it(make: Make) -> None:
    outlook = make_outlook()
    empty = {name: getattr(outlook, name).clear() for name in ("back", "back_coverage", "back_errors")}
    chapter = write_outlook(make(outlook=replace(outlook, back_year=0, **empty)))
    assert chapter is not None
    assert "outlook-back" not in {block.key for block in chapter.blocks if isinstance(block, Figure)}


def test_assumptions_stand_by_how_much_they_change_and_errors_are_left_out(make: Make) -> None:
    rows = assumption_rows(make(), make_outlook().sensitivity, "capital_share_change", 100)
    assert rows[0].name == "How many move"
    assert ("as lately", pytest.approx(2.1)) in rows[0].choices
    assert not any("error" in row.name for row in rows)
    sizes = [max(abs(value) for _, value in row.choices) for row in rows]
    assert sizes == sorted(sizes, reverse=True)


@BOTH
def test_every_assumption_and_choice_of_the_baseline_has_words(lang: str) -> None:
    messages = load_words(lang).messages
    for assumption, choices in VARIANTS.items():
        assert f"assumptions.{assumption}" in messages
        assert [choice for choice in choices if f"choices.{choice}" not in messages] == []


def test_the_title_of_scenarios_is_not_about_the_register(make: Make) -> None:
    # The closed register lowers the share most, but says nothing of who moves.
    chapter = write_scenarios(make(scenarios=make_scenarios()))
    assert chapter is not None
    figure = figure_of((chapter,), "scenario-differences")
    assert figure.title.startswith("“Satellite towns and roads” probably lowers the share of Ulaanbaatar by")
    assert "The register closed again" in figure.caveats[-1]
    assert "The register closed" not in figure_of((chapter,), "scenario-maps").title


def test_a_change_that_may_be_none_is_not_claimed(make: Make) -> None:
    found = make_scenarios()
    wide = found.capital_share_difference.copy()
    wide[1:, :2] -= 0.2
    wide[1:, 3:] += 0.2
    chapter = write_scenarios(make(scenarios=replace(found, capital_share_difference=wide)))
    assert chapter is not None
    title = figure_of((chapter,), "scenario-differences").title
    assert title == "Of no scenario is it clear whether it raises or lowers the share of Ulaanbaatar"
    assert "Of 8 scenarios it is not clear" in chapter.paragraphs[1]


def test_an_effect_used_in_two_places_is_listed_once_and_the_best_known_first() -> None:
    effects = effects_of(make_scenarios())
    assert effects["quality"].to_list() == ["estimated", "literature", "assumption", "assumption"]
    assert effects.filter(pl.col("acts_on") == "pull").height == 1


def test_the_basis_stands_beside_each_size(make: Make) -> None:
    chapter = write_scenarios(make(scenarios=make_scenarios()))
    assert chapter is not None
    evidence, costs = chapter.blocks[-2:]
    assert isinstance(evidence, TextTable)
    assert isinstance(costs, TextTable)
    assert evidence.rows[0][:3] == (
        "Animals lost",
        "moves away +36 % (+15\u00a0…\u00a0+60 %), unit: homes",
        "estimated",
    )
    assert costs.rows == (("New homes", "homes", "60–120", "assumption"),)


@pytest.mark.parametrize(
    ("value", "said"), [(0.314, "+0.31"), (-0.0042, "−0.0042"), (85_000_000, "+85,000,000"), (0, "0")]
)
def test_sizes_have_two_digits_that_count(value: float, said: str) -> None:
    assert digits(value) == said


def test_all_tables_say_what_they_are_and_can_be_written(make: Make, tmp_path: Path) -> None:
    tables = prospect_tables(everything(make, "en"))
    assert len({table.key for table in tables}) == len(tables) == 16
    for table in tables:
        looks_ahead = table.key.startswith("outlook")
        assert table.quality is (Quality.ESTIMATED if looks_ahead else Quality.SCENARIO)
        named = table.key.startswith(("scenario", "policy"))
        assert ("cenario" in table.title["en"]) == named, table.key
        if table.values.size < 5000:
            write_all(table, tmp_path)
            assert (tmp_path / f"{table.key}.csv").is_file()


def cell(table: Table, **codes: str) -> float:
    """The figure of a table at the codes given, which name every dimension."""
    at = tuple(dimension.codes.index(codes[dimension.key]) for dimension in table.dimensions)
    return float(table.values[at])


def test_tables_hold_the_figures_of_the_results(make: Make) -> None:
    outlook, found = make_outlook(), make_scenarios()
    tables = {t.key: t for t in prospect_tables(everything(make, "en"))}
    people = tables["outlook_population"]
    assert cell(people, place=CAPITAL, year="2050", figure="low80") == outlook.persons[1, -1, 0]
    grouped = cell(tables["outlook_groups"], place="MN21", group="school", year="2030", figure="high95")
    assert grouped == outlook.grouped[4, 5, 2, 1]
    ages = cell(tables["outlook_ages"], sex="male", age="30", year="2025", figure="estimate")
    assert ages == outlook.pyramid[2, 0, 1, 30]
    theirs = {"model": "united_nations", "year": "2040"}
    assert cell(tables["outlook_country"], **theirs, figure="estimate") == pytest.approx(
        1.02 * outlook.country[2, 15]
    )
    assert np.isnan(cell(tables["outlook_country"], **theirs, figure="low95"))
    where = {"indicator": "net_internal", "place": CAPITAL, "year": "2018"}
    assert cell(tables["outlook_back"], **where, figure="observed") == -2000
    row = found.differences.row(
        by_predicate=(pl.col("scenario") == "ban")
        & (pl.col("indicator") == "schools_lacking")
        & (pl.col("year") == 2040),
        named=True,
    )
    where = {"scenario": "ban", "indicator": "schools_lacking", "place": "MN", "year": "2040"}
    assert cell(tables["scenario_differences"], **where, figure="high80") == row["high80"]
    spent = make_answer().mix.filter(lever="jobs", place="MN21")
    told = tables["policy_mix"]
    years = [str(year) for year in spent["from"]]
    amounts = [cell(told, goal="calmer_capital", lever="jobs", place="MN21", year=year) for year in years]
    assert sum(amounts) == pytest.approx(spent["cost"].sum() / 1e9)
