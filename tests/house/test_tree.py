"""What may be in the tree: sizes, no path of a machine, no download address, current locks."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

FILE_LINES = 400
FUNCTION_LINES = 60
SIZED = {".py", ".ts", ".html", ".css"}

MACHINE_PATH = re.compile(
    r"(?<![\w.~/)>}*-])/(?:home|Users|root|work|tmp|mnt|opt|media)/[\w.-]"
    r"|[A-Z]:\\+Users\\"
)
DOWNLOAD_HOST = re.compile(
    r"https?://(?:files|registry|cdn|mirrors?|packages|artifactory|proxy|raw)\.[\w.-]+"
    r"|https?://[^\s\"'<>)]+(?:\.whl|\.tar\.gz|\.tgz|/simple/?)(?=[\s\"'<>)#]|$)"
    r"|--(?:extra-)?index-url[ =]\S|--find-links[ =]\S"
)


def lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def texts(files: list[Path]) -> dict[Path, str]:
    """Files that are text, by path; fonts, pictures and Parquet are not."""
    found = {}
    for path in files:
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found[path] = content.decode("utf-8", errors="replace")
    return found


def findings(pattern: re.Pattern[str], files: list[Path], root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line}"
        for path, text in texts(files).items()
        for line in lines_with(pattern, text)
    ]


def test_no_path_of_a_machine(project_files: list[Path], repository: Path) -> None:
    assert findings(MACHINE_PATH, project_files, repository) == []


def test_no_download_host(project_files: list[Path], repository: Path) -> None:
    assert findings(DOWNLOAD_HOST, project_files, repository) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "data = '/{}/bat/nuudel'".format("home")),
        (MACHINE_PATH, "see /{}/bat".format("Users")),
        (MACHINE_PATH, "C:{0}Users{0}bat".format("\\")),
        (DOWNLOAD_HOST, "https://{}.example.org/x".format("registry")),
        (DOWNLOAD_HOST, "https://example.org/a-1.0{}".format(".whl")),
        (DOWNLOAD_HOST, "--{} https://example.org".format("index-url")),
        (DOWNLOAD_HOST, "--{} folder".format("find-links")),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert lines_with(pattern, f"first line\n{text}\n") == [2]


@pytest.mark.parametrize(
    "text",
    [
        "#!/usr/bin/env bash",
        "docs/tmp/file",
        "shared/home/x",
        "https://www.1212.mn/en",
        "a / b",
        "<root>/tmp/x",
    ],
)
def test_the_patterns_leave_the_rest_alone(text: str) -> None:
    assert lines_with(MACHINE_PATH, text) == []
    assert lines_with(DOWNLOAD_HOST, text) == []


def test_no_file_is_over_the_hard_limit(project_files: list[Path], repository: Path) -> None:
    long = {
        str(path.relative_to(repository)): lines
        for path in project_files
        if path.suffix in SIZED and "migrations" not in path.parts
        if (lines := len(path.read_text("utf-8").splitlines())) > FILE_LINES
    }
    assert long == {}, f"Split files of more than {FILE_LINES} lines."


def test_no_function_is_over_the_hard_limit(project_files: list[Path], repository: Path) -> None:
    long = {}
    for path in project_files:
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = first.end_lineno if documented else node.lineno
                lines = (node.end_lineno or 0) - (start or 0)
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(repository)}:{node.lineno} {node.name}"] = lines
    assert long == {}, f"Split functions of more than {FUNCTION_LINES} lines (docstring not counted)."


def test_uv_lock_is_ignored_and_not_tracked(repository: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "uv.lock"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert tracked.stdout == ""
    assert "/uv.lock" in (repository / ".gitignore").read_text("utf-8").splitlines()


def test_package_lock_has_hashes_and_no_addresses(repository: Path) -> None:
    packages = json.loads((repository / "package-lock.json").read_text("utf-8"))["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert installed
    assert [name for name, entry in installed.items() if "resolved" in entry] == []
    assert [name for name, entry in installed.items() if not entry.get("integrity")] == []
    named = json.loads((repository / "package.json").read_text("utf-8"))["dependencies"]
    assert {f"node_modules/{name}" for name in named} <= installed.keys()


def requirement_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def test_requirements_lock_pins_every_dependency_with_hashes(repository: Path) -> None:
    text = (repository / "requirements.lock").read_text("utf-8")
    blocks = [block for block in re.split(r"\n(?=[^\s#])", text) if re.match(r"[A-Za-z]", block)]
    pinned = {requirement_name(block) for block in blocks}
    assert [requirement_name(block) for block in blocks if "==" not in block or "--hash=" not in block] == []
    assert "://" not in text
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    groups = [
        *project["project"]["dependencies"],
        *(name for group in project["project"]["optional-dependencies"].values() for name in group),
        *(name for group in project["dependency-groups"].values() for name in group if isinstance(name, str)),
    ]
    assert {requirement_name(name) for name in groups} - pinned - {"nuudel"} == set()


def test_the_changelog_and_the_package_name_the_same_version(repository: Path) -> None:
    version = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f'__version__ = "{version}"' in (repository / "src/nuudel/__init__.py").read_text("utf-8")
    assert re.search(rf"^## {re.escape(version)}\b", (repository / "CHANGELOG.md").read_text("utf-8"), re.M)
