"""The rooms and what each may import, checked over every import statement of the source."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "nuudel"
CORE = ("base", "places", "people", "ledger", "surveys", "statistics", "model", "publication")
# The table of docs/reference/house.md: a room, and the rooms whose modules it may import besides its own.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "base": frozenset(),
    "places": frozenset({"base"}),
    "people": frozenset({"base"}),
    "ledger": frozenset({"base", "places", "people"}),
    "surveys": frozenset({"base", "ledger"}),
    "statistics": frozenset({"base", "places", "people", "ledger"}),
    "model": frozenset({"base", "places", "ledger", "statistics"}),
    "publication": frozenset({"base", "places", "ledger", "statistics", "model"}),
    "domains": frozenset({*CORE, "web"}),
    "web": frozenset({*CORE, "domains"}),
    "pipeline": frozenset(CORE),
    "bench": frozenset({*CORE, "pipeline", "domains", "web"}),
    "cli": frozenset({*CORE, "pipeline", "domains", "web", "bench"}),
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}
WITH_DJANGO = {"domains", "web"}


@dataclass(frozen=True)
class Import:
    """One imported module, named in full, and where."""

    file: str
    line: int
    room: str
    module: str
    lazy: bool


def source_files(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*.py") if "migrations" not in path.parts)


def room_of(path: Path, source: Path) -> str:
    parts = path.relative_to(source).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports_of(path: Path, source: Path) -> Iterator[Import]:
    """Every import of a file, also inside functions and by ``importlib.import_module("…")``."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    package = (PACKAGE, *path.relative_to(source).parent.parts)
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        for module in modules_named(node, package):
            yield Import(
                path.relative_to(source).as_posix(),
                getattr(node, "lineno", 0),
                room_of(path, source),
                module,
                id(node) in lazy,
            )


def modules_named(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else ()
        prefix = ".".join([*base, *([node.module] if node.module else [])])
        # ``from nuudel import ledger`` names a room, ``from nuudel.ledger import append`` does not.
        return [f"{prefix}.{alias.name}" for alias in node.names] if prefix == PACKAGE else [prefix]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        value = node.args[0].value
        if name in {"import_module", "__import__"} and isinstance(value, str):
            return [value]
    return []


def breach(found: Import, exported: frozenset[str]) -> str | None:
    """Why an import is against the rules of the house, or None."""
    where = f"{found.file}:{found.line}: {found.room} imports {found.module}"
    top, *rest = found.module.split(".")
    if top == "django":
        lazily_in_cli = found.room == "cli" and found.lazy
        return (
            None
            if found.room in WITH_DJANGO or lazily_in_cli
            else f"{where}: Django stays in domains and web"
        )
    if top != PACKAGE or not rest or rest[0] in exported:
        return None
    room = rest[0]
    if found.room not in MAY_IMPORT:
        return f"{where}: the room {found.room} is not in the table of docs/reference/house.md"
    if room not in MAY_IMPORT[found.room] | {found.room}:
        return f"{where}: the table of docs/reference/house.md does not allow it"
    if found.room == room == "domains":
        own = found.file.split("/")[1]
        if len(rest) > 1 and rest[1] != own and "/" in found.file.partition("/")[2]:
            return f"{where}: a domain never imports another domain"
    return None


def breaches(source: Path) -> list[str]:
    exported = frozenset(
        target.id
        for node in ast.parse((source / "__init__.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )
    found = (item for path in source_files(source) for item in imports_of(path, source))
    return [reason for item in found if (reason := breach(item, exported))]


def test_every_import_keeps_to_the_table_of_rooms(repository: Path) -> None:
    assert breaches(repository / "src" / PACKAGE) == []


def test_every_room_that_exists_is_in_the_table(repository: Path) -> None:
    source = repository / "src" / PACKAGE
    rooms = {room_of(path, source) for path in source_files(source)}
    assert rooms - MAY_IMPORT.keys() == set()


def test_the_documented_table_is_this_table(repository: Path) -> None:
    text = (repository / "docs" / "reference" / "house.md").read_text("utf-8")
    rows = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("| `")]
    documented = {
        room.strip(" `"): frozenset(re.findall(r"`(\w+)`", allowed))
        for room, allowed, *_ in rows
        if room.strip(" `") in MAY_IMPORT
    }
    undocumented_files = {"__main__", "__init__"}
    assert documented == {room: rule for room, rule in MAY_IMPORT.items() if room not in undocumented_files}


def write_tree(folder: Path, files: dict[str, str]) -> Path:
    source = folder / PACKAGE
    for name, text in {"__init__.py": '__version__ = "1"\n', **files}.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return source


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("base/errors.py", "from nuudel.places import search\n", "does not allow"),
        ("places/search.py", "def find():\n    import nuudel.ledger.store\n", "does not allow"),
        ("places/search.py", "from .. import ledger\n", "does not allow"),
        ("places/search.py", "from ..ledger import store\n", "does not allow"),
        (
            "ledger/store.py",
            'import importlib\nimportlib.import_module("nuudel.statistics")\n',
            "does not allow",
        ),
        ("model/rates.py", "from nuudel.people import names\n", "does not allow"),
        ("pipeline.py", "from nuudel.cli import main\n", "does not allow"),
        ("bench/core.py", "import nuudel.cli\n", "does not allow"),
        ("statistics/rates.py", "def f():\n    from django.db import models\n", "Django stays"),
        ("cli/web.py", "import django\n", "Django stays"),
        ("domains/border/rules.py", "from nuudel.domains.visas import rules\n", "another domain"),
        ("helpers/text.py", "from nuudel.base import errors\n", "not in the table"),
    ],
)
def test_a_breach_is_found(tmp_path: Path, file: str, text: str, why: str) -> None:
    found = breaches(write_tree(tmp_path, {file: text}))
    assert len(found) == 1
    assert found[0].startswith(f"{file}:")
    assert why in found[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("places/search.py", "import polars\nfrom nuudel.base.errors import PlacesError\n"),
        ("places/search.py", "from .names import latin\nfrom ..base import errors\n"),
        ("pipeline.py", "from nuudel import __version__\nfrom nuudel.publication import report\n"),
        ("cli/web.py", "def serve():\n    import django\n"),
        ("domains/border/api.py", "from nuudel.domains.border import rules\nimport django\n"),
        ("domains/__init__.py", "from nuudel.domains import border\n"),
    ],
)
def test_what_the_table_allows_is_no_breach(tmp_path: Path, file: str, text: str) -> None:
    assert breaches(write_tree(tmp_path, {file: text})) == []


WITHOUT_DJANGO = """
import importlib, importlib.abc, pkgutil, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("Django is blocked in this test")

sys.meta_path.insert(0, Blocked())
import nuudel
count = 0
for room in sys.argv[1:]:
    try:
        package = importlib.import_module(f"nuudel.{room}")
    except ModuleNotFoundError as error:
        if error.name != f"nuudel.{room}":
            raise
        continue
    count += 1
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"nuudel.{room}."):
        if ".tests" not in module.name:
            importlib.import_module(module.name)
            count += 1
assert "django" not in sys.modules
print(count)
"""


def test_the_core_is_imported_whole_without_django(repository: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", WITHOUT_DJANGO, *CORE, "pipeline"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    files = [
        path
        for path in source_files(repository / "src" / PACKAGE)
        if room_of(path, repository / "src" / PACKAGE) in {*CORE, "pipeline"} and "tests" not in path.parts
    ]
    assert int(done.stdout) == len(files)
