"""How long a user waits before anything happens: ``import nuudel`` and ``nuudel --help``."""

import subprocess
import sys

from nuudel.base.errors import RunError
from nuudel.bench.harness import Figure, timed_pair

ROUNDS = 11
RIVAL = "python -c pass"


def measure() -> dict[str, Figure]:
    """Median seconds of fresh interpreters; an interpreter that does nothing is both rival and floor."""
    return {
        "import_seconds": against_bare_python([sys.executable, "-c", "import nuudel"]),
        "help_seconds": against_bare_python([sys.executable, "-m", "nuudel", "--help"]),
    }


def against_bare_python(command: list[str]) -> Figure:
    ours, bare = timed_pair(
        lambda: run_quietly(command), lambda: run_quietly([sys.executable, "-c", "pass"]), ROUNDS
    )
    return Figure(value=ours, unit="seconds", rival=RIVAL, ratio=ours / bare, floor=bare)


def run_quietly(command: list[str]) -> None:
    """Run a command to its end.

    Raises
    ------
    RunError
        ``RUN-302`` where the command fails: a failed run has no speed.
    """
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        shown = " ".join(["python", *command[1:]])
        last = (done.stderr.strip().splitlines() or ["nothing was printed"])[-1]
        raise RunError(
            302,
            f"{shown!r} ended with status {done.returncode} ({last}).",
            "Run it by itself and mend that first.",
        )
