"""The continuous checks: what they run, and that nothing of them can be forgotten quietly."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import LONGEST

STEPS = (
    "uv sync --quiet --all-groups --all-extras",
    "ruff check .",
    "ruff format --check .",
    "mypy",
    "mkdocs build --strict",
    "uv run pytest",
    ".ci/lock --check",
)


def test_ci_is_valid_bash_and_runs_every_check(repository: Path) -> None:
    script = repository / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text("utf-8")
    assert [step for step in STEPS if step not in text] == []
    assert "CI=true" in text


@pytest.fixture
def lock(repository: Path) -> dict[str, object]:
    """The functions of ``.ci/lock``."""
    path = repository / ".ci" / "lock"
    names: dict[str, object] = {"__name__": "lock", "__file__": str(path), "__doc__": ""}
    exec(compile(path.read_text("utf-8"), str(path), "exec"), names)
    return names


PINNED = """\
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
    # via
    #   nuudel
six==1.17.0 \\
    --hash=sha256:cccc
    # via nuudel
"""


def test_the_lock_is_compared_by_versions_and_by_hashes_that_both_know(lock: dict[str, object]) -> None:
    pins, differences = lock["pins"], lock["differences"]
    assert callable(pins)
    assert callable(differences)
    kept = pins(PINNED)
    assert kept == {
        "numpy==2.4.6 ; python_full_version < '3.12'": {"sha256:aaaa", "sha256:bbbb"},
        "six==1.17.0": {"sha256:cccc"},
    }
    assert differences(kept, pins(PINNED.replace("    --hash=sha256:bbbb\n", ""))) == []
    assert differences(kept, pins(PINNED.replace("1.17.0", "1.18.0"))) == ["- six==1.17.0", "+ six==1.18.0"]
    assert differences(kept, pins(PINNED.replace("cccc", "dddd"))) == ["! six==1.17.0: no hash in common"]


def test_the_lock_refuses_an_address(lock: dict[str, object]) -> None:
    address = lock["ADDRESS"]
    assert isinstance(address, re.Pattern)
    for line in ("-e .", "six @ file:///six", "https://example.org/six", "./six", "-f folder"):
        assert address.search(line), line
    assert not any(address.search(line) for line in PINNED.splitlines())


def test_hooks_before_a_commit_are_local(repository: Path) -> None:
    import yaml

    hooks = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    assert any("ruff check" in entry for entry in entries)
    assert any("ruff format" in entry for entry in entries)
    assert any("mypy" in entry for entry in entries)


def test_the_files_that_begin_first_are_there(repository: Path) -> None:
    assert [name for name in LONGEST if not (repository / name).is_file()] == []


MISSING_TOOL = """
def test_needs_java(require_tool):
    require_tool("java")
"""


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 failed")])
def test_a_missing_tool_is_skipped_for_a_user_and_fails_in_ci(
    tmp_path: Path, repository: Path, ci: str, outcome: str
) -> None:
    (tmp_path / "conftest.py").write_text((repository / "tests" / "conftest.py").read_text("utf-8"))
    (tmp_path / "test_tool.py").write_text(MISSING_TOOL)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout
    assert "default-jre-headless" in done.stdout


def test_no_test_is_left_out_of_the_checks(repository: Path) -> None:
    text = (repository / ".ci" / "run").read_text("utf-8")
    (command,) = re.findall(r"^    uv run pytest .*", text, re.M)
    assert not {"--ignore", "--deselect", "-k", "-m"} & set(command.split())
