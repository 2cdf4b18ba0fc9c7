"""What a user waits for before anything happens: no heavy package is imported for ``--help``."""

import subprocess
import sys

import pytest

HEAVY = {
    "django",
    "duckdb",
    "fontTools",
    "ibis",
    "jax",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "pyproj",
    "pysdmx",
    "pyspark",
    "rapidfuzz",
    "scipy",
    "shapely",
    "sqlglot",
    "typst",
}
SHOW_MODULES = """
import sys
sys.argv = ["nuudel", *sys.argv[1:]]
try:
    {statement}
except SystemExit as stop:
    assert not stop.code, stop.code
print("MODULES", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def modules_after(statement: str, *arguments: str) -> set[str]:
    """The top packages that are imported when a fresh interpreter has run a statement."""
    command = [sys.executable, "-c", SHOW_MODULES.format(statement=statement), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("MODULES")[2].split())


def test_import_nuudel_imports_nothing_heavy() -> None:
    modules = modules_after("import nuudel")
    assert "nuudel" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["places", "--help"], ["ledger", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    modules = modules_after("from nuudel.cli import main; main()", *arguments)
    assert "typer" in modules
    assert modules & HEAVY == set()


def test_the_check_sees_a_heavy_import() -> None:
    assert "numpy" in modules_after("import numpy") & HEAVY
