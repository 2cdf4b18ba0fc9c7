"""What chapters on years to come say against themselves: assumptions, other counts, what is not known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nuudel.publication.report.chapters.outlook import write_outlook
from nuudel.publication.report.chapters.scenario_evidence import (
    direction,
    prices_text,
    said_size,
    said_target,
)
from nuudel.publication.report.chapters.scenarios import said_span, write_scenarios
from nuudel.publication.report.chapters.trust import lever_points, school_points
from nuudel.publication.report.document import TextTable
from nuudel.publication.report.material import Material

from .prospects_data import AIMAGS, figure_of, make_outlook, make_scenarios

Make = Callable[..., Material]


def test_the_headline_says_what_it_would_be_without_crowding(make: Make) -> None:
    outlook = make_outlook()
    chapter = write_outlook(make(outlook=outlook))
    assert chapter is not None
    said = "Without it the middle would be 53.6 %, not 52.0 %."
    assert said in chapter.paragraphs[1]
    assert said in figure_of((chapter,), "outlook-share").caveats[0]
    assert "assumptions on crowding" in chapter.paragraphs[0]
    scenarios = write_scenarios(make(outlook=outlook, scenarios=make_scenarios()))
    assert scenarios is not None
    assert "would be 53.6 %, not 52.0 %" in figure_of((scenarios,), "scenario-differences").caveats[1]


def test_without_a_trial_of_crowding_nothing_is_said_of_it(make: Make) -> None:
    outlook = make_outlook()
    plain = replace(outlook, sensitivity=outlook.sensitivity.filter(pl.col("assumption") != "feedback"))
    chapter = write_outlook(make(outlook=plain))
    assert chapter is not None
    assert "rowding" not in " ".join(chapter.paragraphs)


def test_a_count_outside_the_ranges_of_its_year_is_named(make: Make) -> None:
    outlook = make_outlook()
    scaled = replace(outlook, country=outlook.country * 3.4e6 / outlook.country[2, 0])
    chapter = write_outlook(make(outlook=scaled))
    assert chapter is not None
    caveat = figure_of((chapter,), "outlook-country").caveats[-1]
    assert caveat.startswith("The office’s 3.57 million for 2025 lie above the 95 % range")
    agreeing = replace(outlook, country=outlook.country * 3.572835e6 / outlook.country[2, 0])
    chapter = write_outlook(make(outlook=agreeing))
    assert chapter is not None
    assert len(figure_of((chapter,), "outlook-country").caveats) == 1


def test_a_start_beside_the_count_of_residents_is_named(make: Make) -> None:
    outlook = make_outlook()
    earlier = replace(
        outlook,
        years=outlook.years - 5,
        sensitivity_year=2045,
        wpp=outlook.wpp.with_columns(year=pl.col("year") - 5),
        capital_share=outlook.capital_share - outlook.capital_share[2, 0] + 0.47,
    )
    chapter = write_outlook(make(outlook=earlier))
    assert chapter is not None
    caveats = " ".join(figure_of((chapter,), "outlook-share").caveats)
    assert "At the end of 2020 counts of residents gave 46.1 %, this report has 47.2 %" in caveats


def test_pupils_stand_in_a_table_below_their_map(make: Make) -> None:
    chapter = write_outlook(make(outlook=make_outlook()))
    assert chapter is not None
    titles = [block.title for block in chapter.blocks]
    at = next(i for i, title in enumerate(titles) if title.startswith("Ulaanbaatar needs room for"))
    table = chapter.blocks[at + 1]
    assert isinstance(table, TextTable)
    assert table.rows[0][:2] == ("Ulaanbaatar", "363.0")
    assert len(table.rows) == len(AIMAGS)


def test_an_effect_per_unit_below_zero_says_which_way_it_works(make: Make) -> None:
    catalogue = make().catalogue
    assert catalogue is not None
    (effect,) = (e for e in catalogue.lever("restocking").effects if e.per_unit < 0)
    names = ("acts_on", "form", "size", "low", "high")
    row = {name: getattr(effect, name) for name in names} | {"item": "restocking", "concept": "movement"}
    assert direction(make(), row) == -1
    assert direction(make(), row | {"item": "roads"}) == 1
    told = {"form": "elasticity", "size": 0.1, "low": 0.0, "high": 0.3}
    assert said_size(told, -1) == "−0.10 (−0.30\u00a0…\u00a00)"
    assert said_size(told) == "+0.10 (0\u00a0…\u00a0+0.30)"


def test_what_counts_the_register_is_called_so(make: Make) -> None:
    chapter = write_scenarios(make(scenarios=make_scenarios()))
    assert chapter is not None
    tables = [block for block in chapter.blocks if isinstance(block, TextTable)]
    marked = "The register closed again, 2027 to 2029 (registered people only)"
    assert marked in {row[0] for row in tables[0].rows}
    (row,) = (row for row in tables[1].rows if row[0] == marked)
    assert row[2:] == ("–", "–", "–")
    assert row[1] != "–"
    registered = {"acts_on": "pull", "concept": "registration"}
    assert said_target(make(), registered) == "registered arrivals"


def test_scenarios_are_described_before_any_figure_and_stand_beside_all_doubt(make: Make) -> None:
    chapter = write_scenarios(make(scenarios=make_scenarios()))
    assert chapter is not None
    assert isinstance(chapter.blocks[0], TextTable)
    assert chapter.blocks[0].title == "The scenarios"
    # The ban moves the share by 2.4 points and 1.2816 x 0.72 more; the baseline is 2 x 1.2816 x 3 wide.
    said = "by more than about 3.3 points; what nobody knows moves it by 7.7"
    assert said in figure_of((chapter,), "scenario-shares").title
    assert said in chapter.paragraphs[0]
    assert "Of those with a clear sign “A dzud" in chapter.paragraphs[1]
    caveat = figure_of((chapter,), "scenario-differences").caveats[0]
    assert "2 of the 4 sizes and costs are assumptions" in caveat


def test_costs_say_their_prices_and_fold_on_the_phone_and_evidence_opens(make: Make) -> None:
    found = make_scenarios()
    chapter = write_scenarios(make(scenarios=found))
    assert chapter is not None
    cost, evidence, _ = chapter.blocks[-3:]
    assert isinstance(cost, TextTable)
    assert isinstance(evidence, TextTable)
    assert len(cost.header) == 4
    # No lever of the pack is called so: its costs say themselves in which prices they are.
    assert "prices as the evidence states them, not discounted" in cost.caveats[0]
    assert evidence.summary == "What the scenarios rest on: open the 3 sizes, with how each is known"
    named = found.evidence.with_columns(item=pl.lit("suburban_houses"))
    told = prices_text(make(scenarios=found), replace(found, evidence=named))
    assert told == "prices of 2024"


@pytest.mark.parametrize(
    ("ends", "said"),
    [((-0.6, -0.1), "−0.6\u00a0…\u00a0−0.1"), ((0.04, 0.29), "+0.04\u00a0…\u00a0+0.29")],
)
def test_an_end_of_a_clear_range_is_not_printed_as_none(ends: tuple[float, float], said: str) -> None:
    low, high = ends
    assert said_span(np.array([low, low, (low + high) / 2, high, high])) == said


def test_planners_are_told_how_small_levers_are_beside_growth(make: Make) -> None:
    material = make(outlook=make_outlook(), scenarios=make_scenarios())
    schools, levers, measure = (*school_points(material), *lever_points(material))
    assert "thousand more by 2035" in schools[1]
    assert "Ulaanbaatar" in levers[0]
    assert "2 of the 4 sizes" in measure[1]
    low, high = (make_outlook().persons[[1, 3], -1, 0] - make_outlook().persons[2, 0, 0]) / 1000
    assert f"{low:.0f}"[:2] in levers[1]
    assert lever_points(make(outlook=make_outlook())) == []
    assert school_points(make()) == []
    strong = make_scenarios()
    far = strong.differences.with_columns(pl.col("low80") - 1e7)
    points = lever_points(make(outlook=make_outlook(), scenarios=replace(strong, differences=far)))
    assert [bold for bold, _ in points] == [measure[0]]
    assert high > low
