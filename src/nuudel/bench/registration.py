"""The register of residence: loaded whole, looked up, searched by misspelt names, linked, and moved in.

Measured in processes of their own with an embedded database in a temporary folder: commits are durable,
row-level security, audit, encryption and ledger are on. All persons are synthetic. ``scale`` is the share of
the national register (3.4 million persons, 900 thousand households); the figures say theirs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from nuudel.base.errors import WebError
from nuudel.bench.harness import Figure

NATIONAL = 3_400_000
LINKED = 1_000_000
SCALE = 0.005
PARTS = ("nuudel.bench.registration_database", "nuudel.bench.registration_linkage")


def measure(scale: float = SCALE) -> dict[str, Figure]:
    """``registry_load_seconds``, ``registry_lookup_p99_ms``, ``registry_fuzzy_p99_ms``,
    ``moves_per_second``, ``dedup_million_seconds``, ``dedup_memory_mb``, ``dedup_precision``,
    ``dedup_recall``, and ``registry_persons``: how many persons the register had.

    Parameters
    ----------
    scale
        0 to 1; at 1 it takes five to ten minutes and 10 GB of disk in the temporary folder.
    """
    figures: dict[str, Figure] = {}
    for part in PARTS:
        figures |= measured_by(part, scale)
    return figures


def measured_by(module: str, scale: float) -> dict[str, Figure]:
    """The figures that a module prints as JSON in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="nuudel-bench-") as folder:
        unset = ("DATABASE_URL", "NUUDEL_OWNER_DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        own = kept | {"NUUDEL_DATA": folder, "NUUDEL_KEYS": str(Path(folder) / "keys")}
        command = [sys.executable, "-m", module, str(scale)]
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise WebError(
            195,
            f"the register's speed could not be measured: {lines[-1] if lines else 'no output'}",
            "Run `nuudel doctor`.",
        )
    return {name: Figure(**entry) for name, entry in json.loads(done.stdout).items()}
