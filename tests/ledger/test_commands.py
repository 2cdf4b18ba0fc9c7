"""The commands, as a user types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuudel.base.errors import LedgerError
from nuudel.bench.ledger import measure
from nuudel.cli.ledger import app
from nuudel.ledger import Ledger

from .facts import movements, uuid7


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_load_show_and_snapshot(tmp_path: Path) -> None:
    movements({"id": uuid7(1)}, {"id": uuid7(2), "persons": -1}).write_csv(tmp_path / "moves.csv")
    folder = str(tmp_path / "ledger")
    printed = run("load", str(tmp_path / "moves.csv"), "--ledger", folder, "--pack", "any", "--lang", "mn")
    counts = [line.split()[-1] for line in printed.splitlines()[:3]]
    assert counts == ["1", "1", "0"]
    assert "LEDGER-105" in printed
    assert "сөрөг" in printed
    assert str(tmp_path / "moves.csv.rejects.csv") in printed.replace("\n", "")
    again = run("load", str(tmp_path / "moves.csv"), "--ledger", folder, "--pack", "any")
    assert [line.split()[-1] for line in again.splitlines()[:3]] == ["0", "1", "1"]
    shown = run("show", "--ledger", folder)
    assert "register" in shown
    assert Ledger.open(folder).name in shown
    frozen = run("snapshot", "--ledger", folder).strip().replace("\n", "")
    assert Path(frozen).name == Ledger.open(folder).name


def test_generate_is_reproducible_and_loads(tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run("generate", str(tmp_path / f"{name}.parquet"), "--facts", "3000", "--seed", seed)
    first, second, third = ((tmp_path / f"{name}.parquet").read_bytes() for name in "abc")
    assert first == second != third
    printed = run("load", str(tmp_path / "a.parquet"), "--ledger", str(tmp_path / "ledger"))
    assert printed.split()[:2] == ["accepted", "3,000"]


def test_show_without_a_ledger_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDGER-304"):
        run("show", "--ledger", str(tmp_path / "none"))
    done = subprocess.run(
        [sys.executable, "-m", "nuudel", "ledger", "show", "--ledger", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("LEDGER-304")
    assert not (tmp_path / "none").exists()


def test_the_bench_measures_what_it_says() -> None:
    figures = measure(size=100_000, rounds=1)
    assert figures.keys() == {"ledger_append_rows_per_second", "ledger_od_seconds"}
    entry = json.loads(json.dumps(figures["ledger_od_seconds"].entry()))
    assert entry.keys() == {"value", "unit", "rival", "ratio", "floor"}
    assert all(figure.value > 0 for figure in figures.values())
