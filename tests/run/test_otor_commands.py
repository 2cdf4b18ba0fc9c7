"""``nuudel otor``: hosts and risk in the terminal and as files."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from nuudel.base.errors import ModelError, RunError
from nuudel.cli.otor import app


def run(*words: str) -> str:
    answer = CliRunner().invoke(app, words)
    if answer.exception is not None:
        raise answer.exception
    return str(answer.output)


def test_hosts_as_a_table_and_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "routes.csv"
    said = run("hosts", "MN62", "--households", "300", "--day", "2026-07-01", "--out", str(file))
    assert "of 300 households have a host; estimated." in said
    routes = pl.read_csv(file)
    assert routes["herds"].sum() == 300
    assert set(routes["quality"]) == {"estimated"}


def test_what_must_give_is_said() -> None:
    words = ("hosts", "MN62", "--households", "8000", "--day", "2026-01-15", "--reach", "150")
    said = run(*words)
    assert "sheep units is lacking" in said
    told = json.loads(run(*words, "--json"))
    assert told["placed"] + sum(r["herds"] for r in told["routes"] if r["host"] is None) == 8000
    assert told["relaxation"]["lacking"] > 0


def test_a_place_that_there_is_not() -> None:
    with pytest.raises(RunError, match="RUN-144: 'MN620'"):
        run("hosts", "MN620")


def test_a_pack_without_values() -> None:
    with pytest.raises(ModelError, match=r"MODEL-731: pasture.yaml cannot be read"):
        run("risk", "--pack", "austria")


def test_the_risk_says_first_how_little_it_tells(tmp_path: Path) -> None:
    file = tmp_path / "risk.parquet"
    said = run("risk", "--out", str(file))
    assert said.index("explains little beyond the long-run frequency") < said.index("chance")
    told = json.loads(run("risk", "--json"))
    assert told["tells_more_than_frequency"] is False
    assert told["skill_against"]["climatology"]["low"] < 0
    assert len(told["risk"]) == pl.read_parquet(file).height == 339
