"""``nuudel project``, ``simulate`` and ``policy``, as a person types them, on a run that is already there."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from nuudel.base.errors import NuudelError
from nuudel.base.packs import load_pack
from nuudel.cli import app
from nuudel.model.microsimulation.population_file import read_population
from nuudel.places.gazetteer import read_gazetteer


def nuudel(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, NuudelError), result.exception
    return result.exception.code


@pytest.fixture(scope="module")
def out(finished: Callable[[str, str], Path]) -> str:
    return str(finished("mongolia", "en"))


def test_project_saves_aimags_draws_and_soums_that_agree(out: str, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.parquet" for name in ("save", "save-draws", "soums")}
    options = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    result = nuudel("project", "--out", out, "--draws", "8", *options)
    assert result.exit_code == 0, result.output
    assert "kept" in result.stderr
    places, draws, soums = (pl.read_parquet(file) for file in files.values())
    assert set(places["quality"]) == {"estimated"}
    assert places["place"].n_unique() == 22
    assert (draws["draw"].n_unique(), draws["place"].n_unique()) == (8, 22)
    assert soums["place"].n_unique() == 339
    # The draws begin where the quantiles begin: in 2020 nothing is uncertain.
    first = places.filter(pl.col("year") == 2020).select("place", "median")
    drawn = draws.filter(pl.col("year") == 2020, pl.col("draw") == 1).select("place", "persons")
    assert (
        first.join(drawn, on="place")["median"] - first.join(drawn, on="place")["persons"]
    ).abs().max() < 1
    gazetteer = read_gazetteer(load_pack("mongolia"))
    people = soums.filter(pl.col("group") == "all", pl.col("year") == 2020)
    parents = [gazetteer.get(code).parent for code in people["place"]]
    summed = people.with_columns(parent=pl.Series(parents)).group_by("parent").agg(pl.col("median").sum())
    both = summed.join(first, left_on="parent", right_on="place", suffix="_aimag")
    assert both.height == 22
    assert (both["median"] - both["median_aimag"]).abs().max() < 20


def test_the_accounts_add_up_and_begin_with_registered_moves(out: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.parquet"
    assert nuudel("project", "--out", out, "--accounts", str(file)).exit_code == 0
    told = pl.read_parquet(file)
    assert set(told["quality"]) == {"estimated"}
    by_place = told.filter(pl.col("partner") == "").pivot(
        "component", index=["year", "place"], values="persons"
    )
    change = by_place.sort("place", "year").with_columns(
        after=pl.col("people").shift(-1).over("place"),
        sum=pl.sum_horizontal("people", "births", "arrivals", "immigrants")
        - pl.sum_horizontal("deaths", "departures", "emigrants"),
    )
    assert change.drop_nulls().select((pl.col("after") - pl.col("sum")).abs().max()).item() < 1e-6
    moves = (
        told.filter(pl.col("component") == "moves").group_by("year", "partner").agg(pl.col("persons").sum())
    )
    came = moves.join(by_place, left_on=["year", "partner"], right_on=["year", "place"])
    assert (came["persons"] - came["arrivals"]).abs().max() < 1e-6
    abroad = told.filter(pl.col("component") == "emigrants_to").group_by("year").agg(pl.col("persons").sum())
    left = by_place.drop_nulls().group_by("year").agg(pl.col("emigrants").sum())
    both = abroad.join(left, on="year")
    assert (both["persons"] - both["emigrants"]).abs().max() < 1e-6
    registered = load_pack("mongolia").table("internal_migration").frame
    counted = registered.filter(pl.col("place") == "MN11", pl.col("year") == 2022)["in_migrants"].item()
    capital = by_place.filter(pl.col("place") == "MN11", pl.col("year") == 2022)["arrivals"].item()
    assert capital == pytest.approx(counted, rel=1e-4)


def test_simulate_compares_a_scenario_with_the_baseline(out: str, tmp_path: Path) -> None:
    saved, people = tmp_path / "differences.csv", tmp_path / "people.parquet"
    result = nuudel(
        *("simulate", "aimag_centres", "--out", out, "--draws", "10", "--save", str(saved)),
        *("--people", "0.02", "--save-people", str(people)),
    )
    assert result.exit_code == 0, result.output
    differences = pl.read_csv(saved)
    assert set(differences["scenario"]) == {"aimag_centres"}
    assert set(differences["quality"]) == {"scenario"}
    assert "standard error" in result.stdout
    assert "as expected" in result.stdout
    population = read_population(people)
    assert len(population) == pytest.approx(0.02 * 3_300_000, rel=0.02)


def test_simulate_takes_a_file_of_ones_own(out: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "name: mine\ntitle: {en: Mine, mn: Минийх}\ntext: {en: Nothing., mn: Юу ч болохгүй.}\nuses: []\n",
        "utf-8",
    )
    saved = tmp_path / "nothing.csv"
    result = nuudel("simulate", str(mine), "--out", out, "--draws", "4", "--save", str(saved))
    assert result.exit_code == 0, result.output
    differences = pl.read_csv(saved)
    assert differences.height > 0
    assert differences.select(pl.col("low80", "median", "high80").abs().max()).row(0) == (0, 0, 0)


def test_policy_answers_a_goal(out: str) -> None:
    result = nuudel("policy", "capital_share_2040", "--out", out)
    assert result.exit_code == 0, result.output
    assert "scenario" in result.stdout.lower()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("simulate", "aimag_center"), "RUN-109"),
        (("policy", "no_such_goal"), "RUN-109"),
        (("policy", "--pack", "austria"), "RUN-109"),
        (("simulate", "baseline"), "RUN-109"),
        (("project", "--pack", "austria"), "RUN-108"),
    ],
)
def test_what_is_not_there_is_said(words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    result = nuudel(*words, "--out", str(tmp_path))
    assert code_of(result) == code


def test_a_share_of_nobody_is_refused(out: str) -> None:
    assert nuudel("simulate", "drought", "--out", out, "--people", "0").exit_code == 2
    tiny = nuudel("simulate", "drought", "--out", out, "--draws", "2", "--people", "0.0000001")
    assert code_of(tiny) == "RUN-110"


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    mine = tmp_path / "drought.yaml"
    mine.write_text("name: drought\ntitle: {en: Mine, mn: Мин}\ntext: {en: A., mn: А.}\nuses: []\n", "utf-8")
    assert code_of(nuudel("simulate", str(mine), "drought", "--out", str(tmp_path))) == "RUN-111"


def test_a_mistyped_scenario_is_named() -> None:
    assert "aimag_centres" in str(nuudel("simulate", "aimag_center").exception)
