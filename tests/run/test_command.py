"""``nuudel run`` as a user meets it: what it writes, and what it says when something is wrong."""

import json
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from nuudel.base.packs import PACKS_FOLDER
from nuudel.cli import app

HALF_A_MEGABYTE = 500_000


def nuudel(*words: str, limit_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes or 0, limit_bytes or 0))

    return subprocess.run(
        [sys.executable, "-m", "nuudel", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit if limit_bytes else None,
    )


def nuudel_here(*words: str) -> Result:
    """The same in this process, where what it imports has mostly been imported: for runs that succeed."""
    return CliRunner().invoke(app, words)


def test_a_run_writes_report_tables_figures_and_its_record(finished: Callable[[str, str], Path]) -> None:
    out = finished("mongolia", "en")
    assert {p.name for p in out.iterdir() if not p.name.startswith(".")} == {
        "report.html",
        "report.pdf",
        "run.json",
        "tables",
        "figures",
        "ledger",
        "model",
        "explorer",
    }
    record = json.loads((out / "run.json").read_text("utf-8"))
    steps = "places ledger why routes gravity ahead outlook scenarios policy explorer tables figures report"
    assert [step["name"] for step in record["steps"]] == steps.split()
    assert record["seed"] == 1
    assert record["versions"]["nuudel"]
    assert "internal_migration.csv" in record["inputs"]
    assert all(len(value) == 64 for step in record["steps"] for value in step["outputs"].values())
    named = {name for step in record["steps"] for name in step["outputs"]}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert there - named <= {"run.json", ".lock"}


def test_the_same_inputs_give_the_same_figures(finished: Callable[[str, str], Path], tmp_path: Path) -> None:
    answer = nuudel("run", "--pack", "austria", "--out", str(tmp_path / "again"))
    assert answer.returncode == 0, answer.stderr
    first = finished("austria", "en")
    for name in (
        "report.html",
        "figures/routes.svg",
        "tables/migration_flows.csv",
        "tables/migration_flows.px",
    ):
        assert (first / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_the_second_run_repeats_nothing(ran: Callable[..., Path], tmp_path: Path) -> None:
    out = str(shutil.copytree(ran(("run", "--pack", "austria")) / "out", tmp_path / "out"))
    again = nuudel("run", "--pack", "austria", "--out", out)
    assert again.stderr.count("kept") == 13
    other = nuudel("run", "--pack", "austria", "--out", out, "--lang", "mn")
    assert other.stderr.count("kept") == 11
    assert '<html lang="mn">' in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--pack", "mongola"), "PACK-101"),
        (("--pack", "austria", "--lang", "xx"), "PUBLICATION-302"),
        (("--pack", "austria", "--out", "/dev/null/out"), "RUN-101"),
    ],
)
def test_a_wrong_word_is_one_clear_line(words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    where = () if "--out" in words else ("--out", str(tmp_path / "out"))
    answer = nuudel("run", *words, *where)
    assert answer.returncode == 1
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith(f"{code}: ")
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "out" / "report.html").exists()


def test_the_unknown_pack_names_the_nearest() -> None:
    assert "mongolia" in nuudel("run", "--pack", "mongola").stderr


def test_a_corrupt_table_names_the_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    table = pack / "migration_flows.csv"
    lines = table.read_text("utf-8").splitlines()
    lines[4] = lines[4].replace(lines[4].split(",")[3], "many")
    table.write_text("\n".join(lines), "utf-8")
    answer = nuudel("run", "--pack", str(pack), "--out", str(tmp_path / "out"))
    assert answer.returncode == 1
    assert "PACK-107" in answer.stderr
    assert "line 5" in answer.stderr
    assert not list((tmp_path / "out").glob("report*"))
    assert not list((tmp_path / "out").glob(".unfinished-*"))


def test_a_full_disk_is_one_clear_error_and_the_run_goes_on_afterwards(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    full = nuudel("run", "--pack", "austria", "--out", out, limit_bytes=HALF_A_MEGABYTE // 10)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert full.stderr.strip().splitlines()[-1].split(":")[0].rsplit("-", 1)[1].isdigit()
    assert not list((tmp_path / "out").glob("report*"))
    assert nuudel("run", "--pack", "austria", "--out", out).returncode == 0


def test_a_pack_in_one_language_gives_a_report_in_that_language(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    manifest = (pack / "pack.toml").read_text("utf-8")
    manifest = re.sub(r', mn = "[^"]*"|^text\.mn.*\n|^name_mn.*\n', "", manifest, flags=re.MULTILINE)
    manifest = manifest.replace('languages = ["en", "mn"]', 'languages = ["en"]')
    (pack / "pack.toml").write_text(manifest, "utf-8")
    places = pl.read_csv(pack / "places.csv", infer_schema=False).drop("name_mn")
    places.write_csv(pack / "places.csv")
    answer = nuudel_here("run", "--pack", str(pack), "--out", str(tmp_path / "out"))
    assert answer.exit_code == 0, answer.output
    refused = nuudel("run", "--pack", str(pack), "--out", str(tmp_path / "out"), "--lang", "mn")
    assert refused.returncode == 1
    assert "RUN-105" in refused.stderr


def test_texts_of_a_pack_are_shown_and_never_run(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    places = (pack / "places.csv").read_text("utf-8")
    hostile = "<script>alert(1)</script> $x^2$ #panic() {slot}"
    (pack / "places.csv").write_text(places.replace("Tyrol", hostile), "utf-8")
    answer = nuudel_here("run", "--pack", str(pack), "--out", str(tmp_path / "out"))
    assert answer.exit_code == 0, answer.output
    html = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "$x^2$" in html
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "out" / "report.pdf").pages)
    assert "#panic()" in text
