"""Steps that are done once: resumable, each written beside its place and then moved there in one go.

A step's fingerprint covers the program, its inputs and its options. A step whose fingerprint and outputs
are those of the last run is kept. ``run.json`` is rewritten after each step, so that an interrupted run
goes on where it stopped.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nuudel.base.errors import RunError

RECORD = "run.json"


@dataclass(frozen=True)
class Step:
    """One step: ``work`` writes its files into the folder it is given, in the places they will have."""

    name: str
    inputs: Mapping[str, Any]
    work: Callable[[Path], None]


@dataclass(frozen=True)
class StepResult:
    """What became of a step: its fingerprint, its files with their SHA-256, and how long it took."""

    name: str
    fingerprint: str
    outputs: dict[str, str]
    seconds: float
    kept: bool


def run_steps(
    out: Path,
    steps: Sequence[Step],
    record: Mapping[str, Any],
    watch: Callable[[str, StepResult | None], None],
) -> list[StepResult]:
    """Run the steps in order and write ``run.json``.

    Parameters
    ----------
    out
        The folder of the results; made when missing.
    record
        What ``run.json`` says beside the steps (inputs, options, versions).
    watch
        Called with a step's name and None when it begins, and with its result when it ends.

    Raises
    ------
    RunError
        ``RUN-101`` the folder cannot be written, ``RUN-102`` the disk is full, ``RUN-103`` another run is
        at work in the folder.
    """
    with clear_errors(out), exclusive(out):
        earlier = read_record(out)
        for leftover in out.glob(".unfinished-*"):
            shutil.rmtree(leftover)
        results: list[StepResult] = []
        upstream = ""
        for step in steps:
            watch(step.name, None)
            result = run_step(out, step, earlier.get(step.name), upstream)
            upstream = result.fingerprint
            results.append(result)
            write_record(out, record, results, earlier)
            watch(step.name, result)
        return results


def run_step(out: Path, step: Step, earlier: Mapping[str, Any] | None, upstream: str) -> StepResult:
    began = time.perf_counter()
    told = json.dumps([step.name, step.inputs, upstream, program_fingerprint()], sort_keys=True)
    fingerprint = hashlib.sha256(told.encode()).hexdigest()
    if earlier and earlier["fingerprint"] == fingerprint and is_intact(out, earlier["outputs"]):
        seconds = time.perf_counter() - began
        return StepResult(step.name, fingerprint, dict(earlier["outputs"]), seconds, kept=True)
    unfinished = out / f".unfinished-{step.name}"
    unfinished.mkdir()
    try:
        step.work(unfinished)
        outputs = {
            path.relative_to(unfinished).as_posix(): file_hash(path)
            for path in sorted(unfinished.rglob("*"))
            if path.is_file()
        }
        move_into_place(out, unfinished, outputs, earlier["outputs"] if earlier else {})
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return StepResult(step.name, fingerprint, outputs, time.perf_counter() - began, kept=False)


def move_into_place(
    out: Path, unfinished: Path, outputs: Mapping[str, str], earlier: Mapping[str, str]
) -> None:
    for name in outputs:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(unfinished / name, out / name)
    for name in set(earlier) - set(outputs):
        (out / name).unlink(missing_ok=True)


def is_intact(out: Path, outputs: Mapping[str, str]) -> bool:
    return all((out / name).is_file() and file_hash(out / name) == known for name, known in outputs.items())


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def program_fingerprint() -> str:
    """One hash over the program's own files: a changed program repeats its steps."""
    package = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".toml", ".j2", ".css", ".typ"} and "packs" not in path.parts:
            total.update(path.relative_to(package).as_posix().encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def read_record(out: Path) -> dict[str, Any]:
    """The steps of the last run by name; empty when there was none or its record is damaged."""
    try:
        record = json.loads((out / RECORD).read_text("utf-8"))
        return {step["name"]: step for step in record["steps"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_record(
    out: Path, record: Mapping[str, Any], results: Sequence[StepResult], earlier: Mapping[str, Any]
) -> None:
    done = {result.name for result in results}
    steps = [asdict(result) for result in results]
    rest = [dict(step) for name, step in earlier.items() if name not in done]
    if not all(result.kept for result in results):
        # What later steps made no longer rests on these: known, so that it is replaced, but not current.
        rest = [{**step, "fingerprint": ""} for step in rest]
    steps += rest
    unfinished = out / f".{RECORD}"
    unfinished.write_text(
        json.dumps({**record, "steps": steps}, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    os.replace(unfinished, out / RECORD)


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """One run at a time in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                103, f"another run is at work in {out}.", "Wait for it, or give another folder with --out."
            ) from None
        yield


@contextlib.contextmanager
def clear_errors(out: Path) -> Iterator[None]:
    """Turn what the operating system says about a folder into an error with a next step."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise RunError(
                102, f"the disk of {out} is full.", "Free space or give another folder with --out, run again."
            ) from None
        raise RunError(
            101, f"{out} cannot be used ({error.strerror or error}).", "Give another folder with --out."
        ) from None
