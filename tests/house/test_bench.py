"""The bench: what it prints and refuses. No test asserts a time."""

import json
import sys
import types
from pathlib import Path

import pytest

from nuudel.base.errors import RunError, WebError
from nuudel.bench import harness
from nuudel.bench.harness import Figure, measure_groups, modules_of, reached, timed, timed_pair
from nuudel.bench.startup import run_quietly
from nuudel.cli import bench as cli


@pytest.fixture
def small_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group ``small`` whose figures are known."""
    module = types.ModuleType("small_measurements")
    module.measure = lambda: {  # type: ignore[attr-defined]
        "run_seconds": Figure(31.5, "seconds"),
        "import_seconds": Figure(0.05, "seconds", rival="python -c pass", ratio=2.5, floor=0.02),
        "rows": Figure(2_500_000.0, "rows per second"),
    }
    monkeypatch.setitem(sys.modules, "small_measurements", module)
    monkeypatch.setattr(harness, "GROUPS", {**harness.GROUPS, "small": ("small_measurements",)})


def test_an_unknown_group_is_an_error_that_names_all() -> None:
    with pytest.raises(RunError, match=r"RUN-301.*'cor'.*core.*dtm") as caught:
        modules_of(["cor"])
    assert caught.value.fields == ("group",)


def test_no_group_means_all_but_the_long_ones_and_a_module_is_measured_once() -> None:
    assert modules_of([]) == modules_of([group for group in harness.GROUPS if group not in harness.LONG])
    assert set(modules_of(["soak"])).isdisjoint(modules_of([]))
    assert modules_of(["core"]) == modules_of(["core", "core"])


def test_every_target_has_a_side_that_decides() -> None:
    assert reached("run_seconds", 30.0) is True
    assert reached("run_seconds", 30.1) is False
    assert reached("ledger_append_rows_per_second", 999_999.0) is False
    assert reached("ledger_append_rows_per_second", 1_000_000.0) is True
    assert reached("no such figure", 1.0) is None


@pytest.mark.usefixtures("small_group")
def test_json_is_one_object_of_figures(capsys: pytest.CaptureFixture[str]) -> None:
    cli.bench(["small"], as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed == {
        "run_seconds": {"value": 31.5, "unit": "seconds"},
        "import_seconds": {
            "value": 0.05,
            "unit": "seconds",
            "rival": "python -c pass",
            "ratio": 2.5,
            "floor": 0.02,
        },
        "rows": {"value": 2_500_000.0, "unit": "rows per second"},
    }


@pytest.mark.usefixtures("small_group")
def test_the_table_marks_a_missed_target(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    cli.bench(["small"], as_json=False)
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "seconds" in line}
    assert "at most 30 missed" in lines["run_seconds"]
    assert "missed" not in lines["import_seconds"]
    assert "2.50" in lines["import_seconds"]


@pytest.mark.usefixtures("small_group")
def test_progress_comes_before_the_figures() -> None:
    steps = list(measure_groups(["small"]))
    assert [name for name, _ in steps] == ["small_measurements"] * 2
    assert steps[0][1] == {}
    assert steps[1][1].keys() == {"run_seconds", "import_seconds", "rows"}


def test_every_module_of_a_group_measures() -> None:
    import importlib

    for name in modules_of([]):
        assert callable(importlib.import_module(name).measure)


def test_the_round_that_warms_up_is_not_counted() -> None:
    calls: list[str] = []
    timed(lambda: calls.append("ours"), rounds=3)
    assert len(calls) == 4
    timed_pair(lambda: calls.append("ours"), lambda: calls.append("rival"), rounds=2)
    assert calls[4:] == ["ours", "rival"] * 3


def test_a_failed_command_has_no_speed() -> None:
    with pytest.raises(RunError, match=r"RUN-302.*status 3"):
        run_quietly([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_scale_reaches_the_modules_that_take_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, ...]] = []

    def measure(*scale: float) -> dict[str, Figure]:
        asked.append(scale)
        return {}

    for name in ("scaled_measurements", "plain_measurements"):
        module = types.ModuleType(name)
        module.measure = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(harness, "GROUPS", {"both": ("scaled_measurements", "plain_measurements")})
    monkeypatch.setattr(harness, "SCALED", frozenset({"scaled_measurements"}))
    list(measure_groups(["both"], 0.5))
    list(measure_groups(["both"]))
    assert asked == [(0.5,), (), (), ()]


def test_a_process_of_its_own_says_how_far_it_is_and_why_it_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from nuudel.bench import registration

    figure = '{"registry_persons": {"value": 4000 * float(sys.argv[1]), "unit": "synthetic persons"}}'
    lines = ("import json, sys", "print('half way', file=sys.stderr)", f"print(json.dumps({figure}))")
    (tmp_path / "whole_part.py").write_text("\n".join(lines), "utf-8")
    (tmp_path / "failing_part.py").write_text("raise SystemExit('the disk is full')", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(registration, "PARTS", ("whole_part",))
    assert registration.measure(0.25)["registry_persons"].value == 1000.0
    assert capsys.readouterr().err == "half way\n"
    monkeypatch.setattr(registration, "PARTS", ("failing_part",))
    with pytest.raises(WebError, match=r"WEB-195.*disk is full"):
        registration.measure()


def test_names_are_misspelt_in_every_way() -> None:
    from nuudel.bench.registration_database import misspelt, percentile

    assert [misspelt("Болд", number) for number in range(3)] == ["Bold", "Бод", "Блод"]
    assert misspelt("Аж", 1) == "Аж"
    assert percentile([1.0] * 99 + [101.0]) == pytest.approx(2.0)


def test_the_linkage_that_is_timed_finds_who_is_there_twice() -> None:
    from nuudel.bench.registration_linkage import measure_here

    figures = measure_here(0.002)
    assert "1,994 records" in figures["dedup_million_seconds"]["unit"]
    assert figures["dedup_precision"]["value"] > 0.9
    assert figures["dedup_recall"]["value"] > 0.8
