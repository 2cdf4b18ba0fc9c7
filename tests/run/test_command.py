"""``nuudel run`` as a user meets it: what it writes, and what it says when something is wrong."""

import json
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nuudel.base.packs import PACKS_FOLDER

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


def test_a_run_writes_report_tables_figures_and_its_record(finished: Callable[[str, str], Path]) -> None:
    out = finished("mongolia", "en")
    assert {p.name for p in out.iterdir() if not p.name.startswith(".")} == {
        "report.html",
        "report.pdf",
        "run.json",
        "tables",
        "figures",
        "ledger",
    }
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert [step["name"] for step in record["steps"]] == ["places", "ledger", "tables", "figures", "report"]
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


def test_the_second_run_repeats_nothing(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert nuudel("run", "--pack", "austria", "--out", out).returncode == 0
    again = nuudel("run", "--pack", "austria", "--out", out)
    assert again.stderr.count("kept") == 5
    other = nuudel("run", "--pack", "austria", "--out", out, "--lang", "mn")
    assert other.stderr.count("kept") == 3
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
