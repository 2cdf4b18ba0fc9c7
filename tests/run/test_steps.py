"""Steps are done once, moved into place whole, and taken up again after an interruption."""

import errno
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from nuudel.base.errors import RunError
from nuudel.base.steps import Step, StepResult, run_steps


def writer(name: str, text: str, calls: list[str]):
    def work(folder: Path) -> None:
        calls.append(name)
        (folder / f"{name}.txt").write_text(text, "utf-8")

    return work


def run(out: Path, texts: dict[str, str], calls: list[str]) -> list[StepResult]:
    steps = [Step(name, {"text": text}, writer(name, text, calls)) for name, text in texts.items()]
    return run_steps(out, steps, {"pack": "test"}, lambda name, result: None)


def test_a_finished_step_is_not_repeated(tmp_path: Path) -> None:
    calls: list[str] = []
    run(tmp_path, {"a": "1", "b": "2"}, calls)
    results = run(tmp_path, {"a": "1", "b": "2"}, calls)
    assert calls == ["a", "b"]
    assert [result.kept for result in results] == [True, True]


def test_a_changed_input_repeats_the_step_and_those_after_it(tmp_path: Path) -> None:
    calls: list[str] = []
    run(tmp_path, {"a": "1", "b": "2", "c": "3"}, calls)
    run(tmp_path, {"a": "1", "b": "new", "c": "3"}, calls)
    assert calls == ["a", "b", "c", "b", "c"]
    assert (tmp_path / "b.txt").read_text("utf-8") == "new"


@pytest.mark.parametrize("harm", ["change", "remove"])
def test_a_harmed_output_is_made_again(tmp_path: Path, harm: str) -> None:
    calls: list[str] = []
    run(tmp_path, {"a": "1"}, calls)
    path = tmp_path / "a.txt"
    if harm == "change":
        path.write_text("tampered", "utf-8")
    else:
        path.unlink()
    run(tmp_path, {"a": "1"}, calls)
    assert calls == ["a", "a"]
    assert path.read_text("utf-8") == "1"


def test_files_that_a_step_no_longer_writes_are_removed(tmp_path: Path) -> None:
    run_steps(tmp_path, [Step("a", {"v": 1}, writer("old", "1", []))], {}, lambda name, result: None)
    run_steps(tmp_path, [Step("a", {"v": 2}, writer("new", "2", []))], {}, lambda name, result: None)
    assert not (tmp_path / "old.txt").exists()
    assert (tmp_path / "new.txt").exists()


def test_a_step_that_fails_leaves_the_earlier_result_in_place(tmp_path: Path) -> None:
    run(tmp_path, {"a": "1"}, [])

    def fail(folder: Path) -> None:
        (folder / "a.txt").write_text("half", "utf-8")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_steps(tmp_path, [Step("a", {"text": "2"}, fail)], {}, lambda name, result: None)
    assert (tmp_path / "a.txt").read_text("utf-8") == "1"
    assert not list(tmp_path.glob(".unfinished-*"))


def slow_run(out: Path) -> None:
    def work(folder: Path) -> None:
        (folder / "half.txt").write_text("half", "utf-8")
        (out / "begun").touch()
        time.sleep(60)

    run_steps(
        out,
        [Step("a", {}, writer("a", "1", [])), Step("b", {}, work)],
        {},
        lambda name, result: None,
    )


def start_slow_run(out: Path) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=slow_run, args=(out,))
    process.start()
    deadline = time.monotonic() + 20
    while not (out / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    process = start_slow_run(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    calls: list[str] = []
    steps = [Step("a", {}, writer("a", "1", calls)), Step("b", {}, writer("b", "2", calls))]
    run_steps(tmp_path, steps, {}, lambda name, result: None)
    assert calls == ["b"]
    assert not (tmp_path / "half.txt").exists()
    assert not list(tmp_path.glob(".unfinished-*"))


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    process = start_slow_run(tmp_path)
    try:
        with pytest.raises(RunError, match="RUN-103"):
            run(tmp_path, {"a": "1"}, [])
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.join()


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "RUN-102"), (errno.EACCES, "RUN-101"), (errno.EROFS, "RUN-101")]
)
def test_what_the_system_says_becomes_an_error_with_a_next_step(
    tmp_path: Path, number: int, code: str
) -> None:
    def work(folder: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(RunError, match=code):
        run_steps(tmp_path, [Step("a", {}, work)], {}, lambda name, result: None)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="RUN-101"):
        run(tmp_path / "file" / "out", {"a": "1"}, [])


def test_a_damaged_record_only_costs_a_repetition(tmp_path: Path) -> None:
    calls: list[str] = []
    run(tmp_path, {"a": "1"}, calls)
    (tmp_path / "run.json").write_text("{", "utf-8")
    run(tmp_path, {"a": "1"}, calls)
    assert calls == ["a", "a"]
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["steps"][0]["name"] == "a"
