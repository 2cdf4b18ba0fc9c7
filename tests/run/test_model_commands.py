"""``nuudel fit``, ``nuudel backtest`` and ``nuudel gravity``, as a person types them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from nuudel.base.errors import ModelError
from nuudel.base.packs import PACKS_FOLDER
from nuudel.cli import app

FLOWS = PACKS_FOLDER / "austria" / "migration_flows.csv"


def nuudel(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, ModelError), result.exception
    return result.exception.code


def test_gravity_gives_the_published_coefficient(tmp_path: Path) -> None:
    # Dennett 2012, doubly constrained: beta -0.00791533.
    places = ("origin", "destination")
    doubly = tuple(word for place in places for word in ("--effect", place, "--cluster", place))
    out = tmp_path / "coefficients.csv"
    result = nuudel("gravity", str(FLOWS), "--covariate", "distance_km", *doubly, "--json", "--out", str(out))
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["coefficients"][0]["coefficient"] == pytest.approx(-0.00791533, abs=5e-9)
    assert told["observations"] == 72
    assert told["clusters"] == {"origin": 9, "destination": 9}
    assert pl.read_csv(out)["coefficient"][0] == told["coefficients"][0]["coefficient"]
    printed = nuudel("gravity", str(FLOWS), "--covariate", "distance_km", *doubly)
    assert "-0.00791533" in printed.stdout
    assert "-0.788 %" in printed.stdout
    assert "what goes together, not what causes what" in " ".join(printed.stdout.split())


def test_gravity_says_what_was_left_out(tmp_path: Path) -> None:
    flows = pl.read_csv(FLOWS).with_columns(
        pl.when(pl.col("origin") == "AT11").then(0).otherwise(pl.col("migrants")).alias("migrants")
    )
    flows.write_csv(tmp_path / "flows.csv")
    result = nuudel("gravity", str(tmp_path / "flows.csv"), "--log", "distance_km", "--effect", "origin")
    assert result.exit_code == 0, result.output
    assert "64 flows used" in result.stdout
    assert "8 flows of 0 left out" in result.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nothing.csv",), "MODEL-601"),
        (("pack.toml",), "MODEL-601"),
        (("damaged.parquet",), "MODEL-601"),
        (("empty.csv",), "MODEL-601"),
        (("flows.csv", "--covariate", "distance_kn"), "MODEL-106"),
        (("flows.csv", "--log", "distance_kn"), "MODEL-106"),
        (("flows.csv", "--log", "zero"), "MODEL-602"),
        (("flows.csv", "--covariate", "word"), "MODEL-107"),
        (("flows.csv", "--effect", "orgin"), "MODEL-121"),
        (("flows.csv", "--cluster", "village"), "MODEL-153"),
        (("flows.csv", "--year", "-"), "MODEL-105"),
        (("flows.csv", "--covariate", "distance_km", "--out", "no/folder/x.csv"), "MODEL-603"),
        (("flows.csv", "--covariate", "distance_km", "--correct-bias"), "MODEL-165"),
    ],
)
def test_gravity_refuses_with_one_clear_error(
    words: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flows = pl.read_csv(FLOWS).with_columns(zero=0, word=pl.lit("x"))
    pl.concat([flows, flows.with_columns(year=pl.col("year") + 1)]).write_csv("flows.csv")
    Path("pack.toml").write_text("", "utf-8")
    Path("empty.csv").write_text("", "utf-8")
    Path("damaged.parquet").write_bytes(b"PAR1 not really")
    assert code_of(nuudel("gravity", *words)) == code


def test_backtest_prints_scores_and_writes_every_forecast(
    finished: Callable[[str, str], Path], tmp_path: Path
) -> None:
    out, scores = finished("mongolia", "en"), tmp_path / "scores.csv"
    span = ("--from", "2005", "--to", "2010", "--horizons", "2", "--model", "mean_of_three")
    result = nuudel("backtest", "--out", str(out), *span, "--scores", str(scores), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["origins"] == [2005, 2006, 2007, 2008, 2009, 2010]
    assert {row["model"] for row in told["scores"]} == {"last_value", "mean_of_three"}
    every = pl.read_csv(scores)
    # Mean absolute error of the last value by hand: every single error, averaged.
    naive = every.filter(model="last_value")
    error = (naive["median"] - naive["observed"]).abs().mean()
    printed = {row["model"]: row["mae"] for row in told["scores"]}
    assert printed["last_value"] == pytest.approx(error)
    assert naive.height == 6 * 2 * 44 - 1  # departures from Govisumber in 2006 were not counted
    table = nuudel("backtest", "--out", str(out), *span)
    assert "mean_of_three" in table.stdout
    # Six origins are hardly more than one block of five: nothing is called surely better.
    assert "no range of differences, and no choice" in " ".join(table.stdout.split())
    assert told["choice"]["against_naive"]["low"] is None
    longer = nuudel("backtest", "--out", str(out), "--from", "1998", "--model", "log_smoothing_half")
    assert "Best by the rule among these" in " ".join(longer.stdout.split())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--model", "etss"), "MODEL-505"),
        (("--from", "2010", "--to", "2005"), "MODEL-504"),
        (("--from", "1980", "--to", "2000"), "MODEL-504"),
        (("--horizons", "60"), "MODEL-503"),
    ],
)
def test_backtest_refuses_with_one_clear_error(
    words: tuple[str, ...], code: str, finished: Callable[[str, str], Path]
) -> None:
    assert code_of(nuudel("backtest", "--out", str(finished("mongolia", "en")), *words)) == code


def test_backtest_of_one_year_says_what_is_missing(finished: Callable[[str, str], Path]) -> None:
    result = nuudel("backtest", "--pack", "austria", "--out", str(finished("austria", "en")))
    assert code_of(result) == "MODEL-503"


@pytest.mark.parametrize(
    ("pack", "lang", "words"),
    [
        ("mongolia", "en", ("Why people move", "46,000 to 63,000 registrations", "Tuv to Ulaanbaatar")),
        ("mongolia", "mn", ("Хүмүүс яагаад нүүдэг вэ", "Төв – Улаанбаатар")),
        ("austria", "en", ("10 % farther", "random mixing")),
    ],
)
def test_fit_prints_the_findings_of_the_report(
    pack: str, lang: str, words: tuple[str, ...], finished: Callable[[str, str], Path]
) -> None:
    result = nuudel("fit", "--pack", pack, "--lang", lang, "--out", str(finished(pack, lang)))
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    for said in words:
        assert said in text


def test_gravity_prints_json_that_every_reader_takes(tmp_path: Path) -> None:
    flows = pl.read_csv(FLOWS).with_columns(tiny=pl.col("distance_km") / 1e8)
    flows.write_csv(tmp_path / "flows.csv")
    result = nuudel("gravity", str(tmp_path / "flows.csv"), "--covariate", "tiny", "--json")
    assert result.exit_code == 0, result.output

    def refuse(word: str) -> None:
        pytest.fail(f"{word} is no JSON")

    told = json.loads(result.stdout, parse_constant=refuse)
    assert {row["covariate"] for row in told["coefficients"]} == {"intercept", "tiny"}


def test_fit_says_what_could_not_be_estimated(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    flows = pl.read_csv(pack / "migration_flows.csv")
    flows.with_columns(distance_km=100.0).write_csv(pack / "migration_flows.csv")
    result = nuudel("fit", "--pack", str(pack), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "Not estimated. MODEL-156" in " ".join(result.stdout.split())


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    result = nuudel("run", "--seed", "-1", "--out", str(tmp_path))
    assert result.exit_code == 2
