"""Mongolia's scenarios: every file reads, moves what it says, and the comparison is that of the accounts."""

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, load_pack
from nuudel.base.results import read_result, write_result
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.projection.accounts import account
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.scenarios.capacities import read_capacities
from nuudel.model.scenarios.catalogue import Catalogue, read_catalogue
from nuudel.model.scenarios.compare import compare
from nuudel.model.scenarios.comparison import ScenarioComparison
from nuudel.model.scenarios.departures import departures
from nuudel.model.scenarios.expectations import expectation_frame
from nuudel.model.scenarios.read import read_scenarios
from nuudel.model.scenarios.scenario import Scenario

DRAWS, SEED, CAPITAL = 40, 5, "MN11"


@dataclass(frozen=True)
class Mongolia:
    pack: Pack
    baseline: Baseline
    catalogue: Catalogue
    scenarios: tuple[Scenario, ...]
    feedback: Feedback
    draws: Paths

    def compare(self, *names: str) -> ScenarioComparison:
        chosen = [s for s in self.scenarios if not names or s.name in names]
        return compare(
            chosen, self.catalogue, self.baseline, [self.feedback], self.draws, capital=CAPITAL, seed=SEED
        )

    def departures(self, name: str) -> tuple[Paths, np.ndarray]:
        scenario = next(s for s in self.scenarios if s.name == name)
        return departures(scenario, self.catalogue, self.baseline, self.feedback, DRAWS, SEED)


def wander(baseline: Baseline, feedback: Feedback) -> Paths:
    """Random walks of every rate, in place of errors learnt from the past."""
    random = np.random.default_rng(3)
    years, places, corridors = (
        baseline.rates.years.size,
        len(baseline.rates.places),
        len(baseline.rates.corridors),
    )

    def walk(*last: int) -> np.ndarray:
        return random.normal(0, 0.02, (DRAWS, years, *last)).cumsum(axis=1)

    still = np.zeros((DRAWS, years, len(feedback.names), places))
    drawn = Paths(walk(), walk(places), walk(places), walk(places), walk(corridors), walk(corridors), still)
    return drawn + baseline.past


@pytest.fixture(scope="module")
def mongolia() -> Mongolia:
    pack = load_pack("mongolia")
    baseline = reconstruct(pack, None)
    catalogue = read_catalogue(pack)
    feedback = read_capacities(pack, baseline.start, baseline.rates)
    draws = wander(baseline, feedback)
    nothing = msgspec.structs.replace(read_scenarios(pack, catalogue)[0], name="nothing")
    return Mongolia(pack, baseline, catalogue, (*read_scenarios(pack, catalogue), nothing), feedback, draws)


@pytest.fixture(scope="module")
def found(mongolia: Mongolia) -> ScenarioComparison:
    return mongolia.compare()


def row(found: ScenarioComparison, **where: object) -> dict[str, float]:
    return found.differences.filter(**where).row(0, named=True)


def test_a_baseline_and_twelve_scenarios_in_two_languages(mongolia: Mongolia, found: ScenarioComparison):
    assert found.names[0] == "baseline"
    assert len(found.names) == 1 + 12 + 1
    assert {len(titles) for titles in (*found.titles.values(), *found.texts.values())} == {14}
    assert set(found.titles) == set(mongolia.pack.languages)
    assert all(scenario.expected for scenario in mongolia.scenarios[1:-1])


def test_every_scenario_moves_what_its_author_expects(mongolia: Mongolia, found: ScenarioComparison):
    told = found.expectations
    assert told.height == sum(len(scenario.expected) for scenario in mongolia.scenarios) >= 20
    for one in told.iter_rows(named=True):
        assert (one["median"] > 0) == (one["direction"] == "up"), one
        assert one["median"] != 0
        sure = one["low80"] > 0 if one["direction"] == "up" else one["high80"] < 0
        assert one["found"] == ("as_expected" if sure else "unsure")
    assert told.filter(found="as_expected").height >= 15


def test_what_goes_against_its_author_is_said(mongolia: Mongolia):
    dzud = next(s for s in mongolia.scenarios if s.name == "dzud_2027")
    wrong = [
        msgspec.structs.replace(one, direction="down" if one.direction == "up" else "up")
        for one in dzud.expected
    ]
    frame = expectation_frame(
        [msgspec.structs.replace(dzud, expected=tuple(wrong))],
        mongolia.compare("baseline", "dzud_2027").differences,
    )
    assert frame["found"].to_list() == ["against", "against"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"indicator": "populaton"}, "'populaton' of 'MN62' in 2030.*: population"),
        ({"year": 2031}, r"in 2031.*a stated year \(2030, 2040, 2050\)"),
    ],
)
def test_an_expectation_that_is_not_told_is_refused(
    mongolia: Mongolia, found: ScenarioComparison, changed: dict[str, object], problem: str
):
    dzud = next(s for s in mongolia.scenarios if s.name == "dzud_2027")
    wrong = msgspec.structs.replace(dzud.expected[1], **changed)
    with pytest.raises(ModelError, match=f"MODEL-750: .*{problem}"):
        expectation_frame([msgspec.structs.replace(dzud, expected=(wrong,))], found.differences)


def test_a_baseline_alone_has_tables_without_rows(
    mongolia: Mongolia, found: ScenarioComparison, tmp_path: Path
):
    alone = mongolia.compare("baseline")
    assert alone.differences.schema == found.differences.schema
    assert alone.cost.schema == found.cost.schema
    assert alone.expectations.schema == found.expectations.schema
    assert (alone.differences.height, alone.cost.height, alone.expectations.height) == (0, 0, 0)
    write_result(alone, tmp_path / "alone")
    assert read_result(ScenarioComparison, tmp_path / "alone").evidence.equals(alone.evidence)


def test_a_scenario_with_nothing_in_it_is_the_baseline_exactly(found: ScenarioComparison):
    nothing = found.differences.filter(scenario="nothing")
    assert nothing.height > 0
    for column in ("low80", "median", "high80"):
        assert (nothing[column] == 0).all()
    assert (nothing["value"] == nothing["baseline"]).all()
    assert np.array_equal(found.capital_share[-1], found.capital_share[0])
    assert not found.capital_share_difference[[0, -1]].any()


def test_scenarios_are_the_same_whatever_stands_beside_them(mongolia: Mongolia, found: ScenarioComparison):
    alone = mongolia.compare("baseline", "golden_triangle")
    assert alone.differences.equals(found.differences.filter(scenario="golden_triangle"))


def test_differences_hang_together(found: ScenarioComparison):
    frame = found.differences
    assert (frame["low80"] <= frame["median"]).all()
    assert (frame["median"] <= frame["high80"]).all()
    assert set(frame["quality"]) == {"scenario"}
    assert set(frame.filter(scenario="registration_ban")["concept"]) == {"registration"}
    assert set(frame.filter(scenario="dzud_2027")["concept"]) == {"movement"}
    share = row(found, scenario="dzud_2027", indicator="capital_share", year=2040, place=CAPITAL)
    at = found.years.tolist().index(2040)
    name = found.names.index("dzud_2027")
    assert share["median"] == pytest.approx(100 * found.capital_share_difference[name, 2, at], abs=1e-4)
    assert share["value"] == pytest.approx(100 * found.capital_share[name, 2, at], abs=1e-4)
    # A dzud moves people from place to place: the country hardly changes, the places do.
    country = row(found, scenario="dzud_2027", indicator="population", year=2030, place="MN")
    aimag = row(found, scenario="dzud_2027", indicator="population", year=2030, place="MN62")
    assert abs(country["median"]) < 0.1 * abs(aimag["median"])


def test_flows_needs_and_lacks_are_those_of_the_accounts(mongolia: Mongolia, found: ScenarioComparison):
    """One draw cell by cell: the median of a single draw is the draw."""
    one = replace_draws(mongolia, 1)
    told = one.compare("baseline", "aimag_centres")
    own, _ = departures(one.scenarios[1], one.catalogue, one.baseline, one.feedback, 1, SEED)
    path = (one.draws + own).draw(0)
    plain = account(one.baseline.start, one.baseline.rates, path, one.feedback)
    year, place = plain.years.tolist().index(2030), plain.places.index("MN62")
    schools = one.feedback.names.index("schools")
    needed = (plain.persons[year, place] * one.feedback.users[schools]).sum()
    room = one.feedback.capacity[year, schools, place] * np.exp(path.capacity[year, schools, place])
    values = {
        "population": plain.persons[year, place].sum(),
        "arrivals": plain.arrivals[year - 1, place].sum(),
        "departures": plain.departures[year - 1, place].sum(),
        "schools_needed": needed,
        "schools_lacking": max(needed - room, 0),
    }
    for indicator, value in values.items():
        known = row(told, scenario="aimag_centres", indicator=indicator, year=2030, place="MN62")
        assert known["value"] == pytest.approx(value, rel=1e-4, abs=2), indicator


def replace_draws(mongolia: Mongolia, draws: int) -> Mongolia:
    kept = Paths(**{name: values[:draws] for name, values in vars(mongolia.draws).items()})
    return replace(mongolia, draws=kept)


def test_costs_add_up(mongolia: Mongolia, found: ScenarioComparison):
    """15 000 houses at 130, 15 000 homes at 90 and 10 000 apartments at 160 million MNT are 4.9 trillion."""
    houses = found.cost.filter(scenario="forty_thousand_houses").row(0, named=True)
    assert houses["unit"] == "million MNT"
    assert houses["median"] == pytest.approx(15_000 * 130 + 15_000 * 90 + 10_000 * 160, rel=0.15)
    assert houses["low80"] < houses["median"] < houses["high80"]
    _, spent = mongolia.departures("forty_thousand_houses")
    assert np.median(spent.sum(axis=1)) / 1e6 == pytest.approx(houses["median"])
    years = mongolia.baseline.rates.years
    assert set(years[spent[0] > 0]) == set(range(2027, 2032))
    free = found.cost.filter(scenario="dzud_2027").row(0, named=True)
    assert (free["median"], free["per_person_median"]) == (0, None)
    restocked = found.cost.filter(scenario="restocking").row(0, named=True)
    assert restocked["capital_persons"] < 0
    assert restocked["per_person_low80"] < restocked["per_person_median"] < restocked["per_person_high80"]


def test_the_evidence_names_sources_of_the_pack_or_says_assumption(
    mongolia: Mongolia, found: ScenarioComparison
):
    evidence = found.evidence
    assert set(evidence["quality"]) <= {"estimated", "assumption", "literature"}
    assumed = evidence.filter(pl.col("quality") == "assumption")
    assert set(assumed["source"]) == {"assumption"}
    rest = evidence.filter(pl.col("quality") != "assumption")
    assert set(rest["source"]) <= set(mongolia.pack.sources)
    assert rest["item"].unique().sort().to_list() == [
        "dzud", "mining_boom", "mining_bust", "registration_ban", "roads",
    ]  # fmt: skip
    assert evidence.filter(kind="capacity").height == 2 * len(mongolia.feedback.names)
    assert evidence.filter(scenario="registration_ban")["concept"].unique().to_list() == ["registration"]
    dzud = evidence.filter(scenario="dzud_2027", place="MN62", acts_on="leaving")
    assert dzud["amount"].to_list() == [1.6643] * 2


def test_a_comparison_is_kept_and_read_back(found: ScenarioComparison, tmp_path: Path):
    write_result(found, tmp_path / "scenarios")
    again = read_result(ScenarioComparison, tmp_path / "scenarios")
    assert again.differences.equals(found.differences)
    assert again.evidence.equals(found.evidence)
    assert np.array_equal(again.capital_share, found.capital_share)
    assert (again.names, again.titles, again.draws) == (found.names, found.titles, DRAWS)


def test_an_epidemic_raises_deaths_as_the_united_nations_estimate(mongolia: Mongolia):
    """21 277 and 24 666 deaths in 2020 and 2021 against 19 685 in 2019: 16 to 17 per cent more."""
    parts = mongolia.pack.table("wpp2024_components").frame
    deaths = dict(parts.select("year", "deaths_thousand").iter_rows())
    more = (deaths[2020] + deaths[2021]) / 2 / deaths[2019] - 1
    (size,) = [e.size for e in mongolia.catalogue.lever("epidemic").effects if e.acts_on == "dying"]
    rates, people = mongolia.baseline.rates, mongolia.baseline.start.persons.sum(axis=0)
    rise = (people * rates.dying[0] * np.exp(rates.dying_response * size)).sum() / (
        people * rates.dying[0]
    ).sum()
    assert rise - 1 == pytest.approx(more, abs=0.02)


def test_soums_depart_as_their_aimag_does(mongolia: Mongolia):
    soums = reconstruct(mongolia.pack, None, level="soum")
    rooms = read_capacities(mongolia.pack, soums.start, soums.rates)
    aimags = [mongolia.baseline.rates.places.index(parent) for parent in soums.parents]
    for name in ("dzud_2027", "restocking"):
        scenario = next(s for s in mongolia.scenarios if s.name == name)
        fine, spent = departures(scenario, mongolia.catalogue, soums, rooms, DRAWS, SEED)
        coarse, total = mongolia.departures(name)
        assert spent == pytest.approx(total)
        same = name == "dzud_2027"
        if same:
            assert fine.leaving == pytest.approx(coarse.leaving[:, :, aimags])
        else:
            assert ((fine.pull[:, 8] > 0) == (coarse.pull[:, 8][:, aimags] > 0)).all()
    houses = next(s for s in mongolia.scenarios if s.name == "satellite_towns")
    fine, _ = departures(houses, mongolia.catalogue, soums, rooms, DRAWS, SEED)
    inside = np.array(soums.parents) == "MN41"
    added = (rooms.capacity[15, 0] * np.expm1(fine.capacity[:, 15, 0]))[:, inside].sum(axis=1)
    coarse, _ = mongolia.departures("satellite_towns")
    at = mongolia.baseline.rates.places.index("MN41")
    whole = mongolia.feedback.capacity[15, 0, at] * np.expm1(coarse.capacity[:, 15, 0, at])
    assert added == pytest.approx(whole, rel=0.05)


def test_reactions_and_paces_for_sensitivity(mongolia: Mongolia):
    about = (mongolia.pack, mongolia.baseline.start, mongolia.baseline.rates)
    strong, weak = (read_capacities(*about, reactions=r) for r in ("strong", "weak"))
    assert (strong.pull <= mongolia.feedback.pull).all()
    assert (mongolia.feedback.pull <= weak.pull).all()
    assert not read_capacities(*about, reactions="none").push.any()
    own = read_capacities(*about, pace="own")
    path = Paths.none(mongolia.baseline.rates, own)
    still = replace(own, pull=own.pull * 0, push=own.push * 0)
    pressure = account(mongolia.baseline.start, mongolia.baseline.rates, path, still).pressure
    assert np.abs(pressure).max() < 1e-9


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"scenarios": "restocking"}, "not a baseline"),
        ({"scenarios": "baseline baseline"}, "there twice"),
        ({"capital": "MN99"}, "'MN99' is not projected"),
        ({"stated_years": (2020,)}, "from 2021 to 2055"),
        ({"stated_years": ()}, "stated years"),
        ({"single": True}, "single path"),
    ],
)
def test_a_question_that_has_no_answer(mongolia: Mongolia, changed: dict[str, object], problem: str):
    names = str(changed.pop("scenarios", "baseline")).split()
    chosen = [next(s for s in mongolia.scenarios if s.name == name) for name in names]
    draws = mongolia.draws.draw(0) if changed.pop("single", False) else mongolia.draws
    with pytest.raises(ModelError, match=f"MODEL-748: .*{problem}"):
        compare(
            chosen,
            mongolia.catalogue,
            mongolia.baseline,
            [mongolia.feedback],
            draws,
            **{"capital": CAPITAL, "seed": 1, **changed},
        )


def test_reading_scenarios_needs_no_jax():
    code = (
        "import sys, nuudel.model.scenarios.compare; sys.exit('jax' in sys.modules or 'numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_table_of_the_method_page_is_about_what_comes_out(found: ScenarioComparison, repository: Path):
    """With other draws than the page's: its medians lie in these intervals, these medians in its own."""
    page = (repository / "docs" / "methods" / "scenarios.md").read_text("utf-8")
    stated = re.findall(r"^\| (\w+) \| (\S+) \((\S+) to (\S+)\) \| (\S+)", page, flags=re.M)
    assert [name for name, *_ in stated] == list(found.names[1:-1])
    for name, *figures, cost in stated:
        middle, low, high = map(float, figures)
        known = row(found, scenario=name, indicator="capital_share", year=2040, place=CAPITAL)
        assert known["low80"] - 0.02 <= middle <= known["high80"] + 0.02, name
        assert low - 0.02 <= known["median"] <= high + 0.02, name
        spent = found.cost.filter(scenario=name)["median"].item() / 1e6
        assert spent == pytest.approx(0 if cost == "–" else float(cost), rel=0.2)


def test_nobody_reacts_in_years_that_were_counted(mongolia: Mongolia):
    """Registered arrivals in the capital come out whatever the reaction; crowding begins after them."""
    base, margins = mongolia.baseline, mongolia.pack.table("internal_migration").frame
    counted = len(base.observed_years)
    for reactions in ("weak", "strong"):
        feedback = read_capacities(
            mongolia.pack, base.start, base.rates, reactions=reactions, past=base.past, counted=counted
        )
        found = account(base.start, base.rates, Paths.none(base.rates, feedback) + base.past, feedback)
        here = base.start.places.index(CAPITAL)
        registered = margins.filter(pl.col("place") == CAPITAL, pl.col("year").is_in(base.observed_years))
        came = found.arrivals[:counted, here].sum(axis=(1, 2))
        assert came == pytest.approx(registered.sort("year")["in_migrants"].to_numpy(), rel=1e-4)
        assert np.abs(found.pressure[: counted + 1]).max() < 1e-9
        assert np.abs(found.pressure[counted + 1]).max() > 1e-4


def test_the_past_with_and_without_reactions(mongolia: Mongolia):
    """Central paths from 2000, 2005 and 2010 to 2020: the capital's share as the method page says it."""
    people = mongolia.baseline.start.persons.sum(axis=(1, 2))
    counted = 100 * people[mongolia.baseline.start.places.index(CAPITAL)] / people.sum()
    assert (mongolia.baseline.start.year, counted) == (2020, pytest.approx(46.5, abs=0.3))
    stated = {2000: (37.1, 38.1), 2005: (43.5, 44.3), 2010: (47.7, 48.4)}
    for year, expected in stated.items():
        known = reconstruct(mongolia.pack, None, year=year, until=2021)
        shares = []
        for reactions in ("central", "none"):
            feedback = read_capacities(mongolia.pack, known.start, known.rates, reactions=reactions)
            still = Paths.none(known.rates, feedback) + known.past
            last = account(known.start, known.rates, still, feedback).persons[2020 - year].sum(axis=(1, 2))
            shares.append(100 * last[known.start.places.index(CAPITAL)] / last.sum())
        assert shares == pytest.approx(expected, abs=0.3)
