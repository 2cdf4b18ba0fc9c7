"""What every room's tests may ask for: the repository, the shared data, a tool of the system.

Whatever a machine lacks is skipped with a sentence that says what to do; where ``CI=true`` it is a failure,
so that nothing is skipped there.
"""

import fcntl
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
TOOLS = {
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "java": (("java",), "default-jre-headless"),
    "javac": (("javac",), "default-jdk-headless"),
}

# The files that take longest begin first, so that no process is left with one when the others have ended.
# What looks at the main job's results comes after what runs it; browsers run beside what needs none.
LONGEST = (
    "tests/house/test_readme.py",
    "tests/web/test_api_roles.py",
    "tests/web/test_nodes_cut.py",
    "tests/web/test_serve.py",
    "tests/browser/test_pages.py",
    "tests/web/test_pages.py",
    "tests/browser/test_roles.py",
    "tests/web/test_routes.py",
    "tests/browser/test_web_forms.py",
    "tests/web/test_displacement_proxy.py",
    "tests/browser/test_moves.py",
    "tests/run/test_command.py",
    "tests/browser/test_passkeys.py",
    "tests/run/test_future_commands.py",
    "tests/web/test_security.py",
    "tests/run/test_report.py",
    "tests/browser/test_explore.py",
    "tests/ledger/test_killed.py",
    "tests/browser/test_work.py",
    "tests/model/test_policy_search.py",
)

BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))


def missing(sentence: str) -> NoReturn:
    """Skip on a user's machine, fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{sentence} In CI nothing is skipped.", pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data and conformance suites that lies beside the repository."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing("The folder shared/data is not beside the repository; put it there to run this test.")
    return folder


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str], Path]:
    """A function that gives the path of ``chromium``, ``java`` or ``javac``, or skips the test without it."""

    def find(tool: str) -> Path:
        names, package = TOOLS[tool]
        for name in names:
            found = shutil.which(name)
            if found:
                return Path(found)
        missing(f"{tool.capitalize()} is not installed; on Debian: apt install {package}.")

    return find


@pytest.fixture(scope="session")
def require_module() -> Callable[[str], None]:
    """A function that skips the test where a package of an extra is not installed."""

    def find(module: str) -> None:
        if importlib.util.find_spec(module) is None:
            missing(f"The package {module} is not installed; run: uv sync --all-extras.")

    return find


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """A function that makes a folder once for all processes of these tests, and gives it thereafter.

    Nobody writes into it: who has to change it copies it first.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    shared.mkdir(exist_ok=True)

    def give(name: str, make: Callable[[Path], None]) -> Path:
        folder, unfinished = shared / name, shared / f"{name}.unfinished"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return give


@pytest.fixture(scope="session")
def ran(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Callable[..., Path]:
    """A function that gives the folder in which ``nuudel`` has run with some words, after other commands.

    Each chain of commands runs once for all tests.
    """

    def give(*commands: tuple[str, ...]) -> Path:
        def make(folder: Path) -> None:
            if commands[1:]:
                shutil.copytree(give(*commands[:-1]), folder, dirs_exist_ok=True)
            command = [sys.executable, "-m", "nuudel", *commands[-1]]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=600
            )
            assert done.returncode == 0, f"{shlex.join(command[2:])}: {done.stderr}"

        return made_once("; ".join(" ".join(words) for words in commands), make)

    return give


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Every file that is, or would be, committed: what git tracks and what it does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        missing("This is no git checkout; clone the repository to run this test.")
    paths = [ROOT / name for name in dict.fromkeys(done.stdout.split("\0")) if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def chromium(require_tool: Callable[[str], Path]) -> Iterator["Browser"]:
    """A browser; one for all tests, for a second playwright does not start beside the loop of the first."""
    from playwright.sync_api import sync_playwright

    path = require_tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=BROWSER_OPTIONS)
        yield browser
        browser.close()
