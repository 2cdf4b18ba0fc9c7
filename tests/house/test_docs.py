"""Everything a user can meet is documented: commands, settings, error codes, indicators, files to touch."""

import ast
import importlib
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path("docs/reference")


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of a page's tables whose first cell is one ``code``: that code -> the other cells."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and re.fullmatch(r"`[^`]+`", cells[0]):
            assert cells[0] not in found, f"{cells[0]} is documented twice"
            found[cells[0].strip("`")] = cells[1:]
    return found


# --- commands ------------------------------------------------------------------------------------------


def commands() -> dict[str, list[Any]]:
    """Each command of ``nuudel`` as typed -> its parameters."""
    from typer.main import get_command

    from nuudel.cli import app

    found: dict[str, list[Any]] = {}

    def walk(command: Any, words: str) -> None:
        if hasattr(command, "commands"):
            for name, sub in command.commands.items():
                walk(sub, f"{words} {name}")
        else:
            found[words] = [p for p in command.params if p.name != "help"]

    walk(get_command(app), "nuudel")
    return found


def sections(text: str) -> dict[str, str]:
    """The text under each heading of the form ``## `nuudel …` ``."""
    parts = re.split(r"^#{2,3} `(nuudel[^`]*)`\s*$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def undocumented_parameters(parameters: list[Any], section: str) -> list[str]:
    documented = rows_of(section)
    missing = []
    for parameter in parameters:
        names = [n for n in parameter.opts if n.startswith("-")] or [
            parameter.metavar or parameter.name.upper()
        ]
        if not any(name in cell.split() for cell in documented for name in names):
            missing.append(max(names, key=len))
    return missing


def test_every_command_and_option_is_documented(repository: Path) -> None:
    documented = sections((repository / REFERENCE / "commands.md").read_text("utf-8"))
    existing = commands()
    assert documented.keys() == existing.keys()
    missing = {
        name: undocumented
        for name, parameters in existing.items()
        if (undocumented := undocumented_parameters(parameters, documented[name]))
    }
    assert missing == {}


def test_no_documented_option_is_unknown(repository: Path) -> None:
    documented = sections((repository / REFERENCE / "commands.md").read_text("utf-8"))
    for name, parameters in commands().items():
        known = {option for p in parameters for option in (*p.opts, *p.secondary_opts)}
        written = {
            word for cell in rows_of(documented[name]) for word in cell.split() if word.startswith("-")
        }
        assert written - known == set(), name


# --- settings ------------------------------------------------------------------------------------------


def test_every_setting_is_documented(repository: Path) -> None:
    from nuudel.base.settings import SETTINGS

    documented = rows_of((repository / REFERENCE / "settings.md").read_text("utf-8"))
    assert documented.keys() == {setting.name for setting in SETTINGS}
    assert all(setting.help.get(language) for setting in SETTINGS for language in ("en", "mn"))


def test_no_setting_is_read_past_the_list(repository: Path) -> None:
    from nuudel.base.settings import SETTINGS

    texts = [path.read_text("utf-8") for path in (repository / "src" / "nuudel").rglob("*.py")]
    reading = [text for text in texts if re.search(r"\benviron\b|\bgetenv\b", text)]
    read = {name for text in reading for name in re.findall(r"\bNUUDEL_[A-Z_]+\b", text)}
    assert read - {setting.name for setting in SETTINGS} == set()


# --- indicators and measurements -----------------------------------------------------------------------


def test_every_indicator_is_documented(repository: Path) -> None:
    from nuudel.statistics.indicator_list import INDICATORS

    keys = {indicator.key for indicator in INDICATORS}
    text = (repository / REFERENCE / "indicators.md").read_text("utf-8")
    assert keys
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


def test_every_measurement_is_documented(repository: Path) -> None:
    measured = {
        node.value
        for path in (repository / "src" / "nuudel" / "bench").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"\w+_(seconds|per_second|memory_mb|peak_share|linearity|ratio|ms|cost)", node.value)
    }
    documented = rows_of((repository / REFERENCE / "performance.md").read_text("utf-8"))
    assert measured == documented.keys()


# --- error codes ---------------------------------------------------------------------------------------


CODE = re.compile(r"(?:PACK|PLACES|PEOPLE|LEDGER|SURVEY|STATISTICS|MODEL|PUBLICATION|RUN|WEB)-\d{3}")
RAISED_BY_THE_DATABASE = re.compile(r"RAISE EXCEPTION '(WEB-\d{3}): ")


def error_rooms() -> dict[str, str]:
    """Each class of ``nuudel.base.errors`` -> the prefix of its codes."""
    errors = importlib.import_module("nuudel.base.errors")
    return {
        name: value.room
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.NuudelError)
    }


def numbers_passed(tree: ast.Module, function: ast.FunctionDef, argument: str) -> set[int]:
    """What a function of a module is given for one of its arguments: the default and every call's literal."""
    names = [a.arg for a in function.args.args]
    both = [*function.args.args, *function.args.kwonlyargs]
    padding = [None] * (len(function.args.args) - len(function.args.defaults))
    defaults = [*padding, *function.args.defaults, *function.args.kw_defaults]
    given: list[ast.expr | None] = [d for a, d in zip(both, defaults, strict=True) if a.arg == argument]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function.name:
            given += [k.value for k in node.keywords if k.arg == argument]
            given += [node.args[names.index(argument)]] if len(node.args) > names.index(argument) else []
    return {g.value for g in given if isinstance(g, ast.Constant) and isinstance(g.value, int)}


def possible_numbers(tree: ast.Module, function: ast.FunctionDef | None, number: ast.expr) -> set[int]:
    """The numbers that an expression can stand for: a literal, an argument, or what a name is bound to."""
    if isinstance(number, ast.Constant) and isinstance(number.value, int):
        return {number.value}
    if function is None or not isinstance(number, ast.Name):
        return set()
    if number.id in {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}:
        return numbers_passed(tree, function, number.id)
    bound: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.For) and number.id in names_in(node.target):
            bound.append(node.iter)
        elif isinstance(node, ast.Assign) and any(number.id in names_in(target) for target in node.targets):
            bound.append(node.value)
    constants = [node for value in bound for node in ast.walk(value) if isinstance(node, ast.Constant)]
    # Error numbers have three digits; positions and limits beside them do not.
    return {c.value for c in constants if isinstance(c.value, int) and 100 <= c.value <= 999}


def names_in(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def numbers_of_subclasses(tree: ast.Module, rooms: dict[str, str]) -> list[tuple[int, str]]:
    """Numbers that errors derived from a room's give it in their own ``__init__``, with the room."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        above = [rooms[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in rooms]
        for call in ast.walk(node):
            if not (isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "__init__"):
                continue
            # super().__init__(401, …), or WebError.__init__(self, 401, …) where another class is between.
            room = rooms.get(getattr(getattr(call.func, "value", None), "id", ""))
            number = call.args[1 if room else 0] if call.args else None
            if (room or above) and isinstance(number, ast.Constant):
                found.append((int(number.value), room or above[0]))  # type: ignore[call-overload]
    return found


def raised_codes(source: Path, rooms: dict[str, str]) -> dict[str, set[str]]:
    """Each code that the source can raise -> the files that do; a number that cannot be read fails."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(source.rglob("*.py")):
        if "tests" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        for node in ast.walk(tree):  # what is only noted, not raised, carries its code as a text
            if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                found[node.value].add(path.relative_to(source).as_posix())
            for code in RAISED_BY_THE_DATABASE.findall(str(getattr(node, "value", ""))):
                found[code].add(path.relative_to(source).as_posix())
        for number, room in numbers_of_subclasses(tree, rooms):
            found[f"{room}-{number}"].add(path.relative_to(source).as_posix())
        for node in ast.walk(tree):
            name = (
                getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            )
            if not isinstance(node, ast.Call) or name not in rooms:
                continue
            number = node.args[0] if node.args else next(k.value for k in node.keywords if k.arg == "number")
            around = [f for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)]
            numbers = possible_numbers(tree, around[-1] if around else None, number)
            assert numbers, f"{path.name}:{node.lineno}: write the number of the error as a literal"
            for value in numbers:
                found[f"{rooms[name]}-{value}"].add(path.relative_to(source).as_posix())
    return found


def test_every_error_code_is_documented_and_none_is_invented(repository: Path) -> None:
    documented = rows_of((repository / REFERENCE / "errors.md").read_text("utf-8"))
    raised = raised_codes(repository / "src" / "nuudel", error_rooms())
    undocumented = {code: sorted(files) for code, files in raised.items() if code not in documented}
    assert undocumented == {}
    assert documented.keys() - raised.keys() == set()
    assert [code for code, cells in documented.items() if len(cells) != 2 or not all(cells)] == []


def test_the_scanner_reads_literals_defaults_and_passed_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from x import LedgerError\n"
        "def f():\n    raise LedgerError(101, 'a.', 'b.')\n"
        "def check(word, number=102):\n    raise LedgerError(number, 'a.', 'b.')\n"
        "def h(x):\n    for n, i in ((106, 0), (107, 1)):\n        raise LedgerError(n, 'a.', 'b.')\n"
        "NOTE = 'LEDGER-110'\n"
        "def i(x):\n    n = 108 if x else 109\n    raise LedgerError(n, 'a.', 'b.')\n"
        "class Own(LedgerError):\n    def __init__(self):\n        super().__init__(111, 'a.', 'b.')\n"
        "def g():\n    check('w', 103)\n    check('w', number=104)\n    raise e.LedgerError(number=105)\n"
    )
    assert sorted(raised_codes(tmp_path, {"LedgerError": "LEDGER"})) == [
        f"LEDGER-{n}" for n in range(101, 112)
    ]


def test_the_scanner_refuses_a_number_that_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    raise LedgerError(compute(), 'a.', 'b.')\n")
    with pytest.raises(AssertionError, match="literal"):
        raised_codes(tmp_path, {"LedgerError": "LEDGER"})


# --- files that the documents name ---------------------------------------------------------------------


def named_paths(text: str) -> set[str]:
    """Paths in backticks: with a slash, or with a file's ending; ``<name>`` stands for any name."""
    codes = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return {
        code
        for code in codes
        if re.fullmatch(r"[\w.<>/*-]+", code)
        and ("/" in code or re.search(r"\.(py|md|toml|json|yaml|yml|lock|csv)$", code))
        and not code.startswith(("/", "-", "<", "http"))
    }


def exists(name: str, root: Path) -> bool:
    return any(root.glob(re.sub(r"<[^>]+>", "*", name).rstrip("/")))


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/reference/house.md"])
def test_every_file_that_the_page_names_exists(repository: Path, page: str) -> None:
    named = named_paths((repository / page).read_text("utf-8"))
    assert len(named) > 5
    assert sorted(name for name in named if not exists(name, repository)) == []


def test_contributing_says_how_to_add_an_indicator_a_pack_and_a_domain(repository: Path) -> None:
    text = (repository / "CONTRIBUTING.md").read_text("utf-8")
    for what in ("an indicator", "a pack", "a domain"):
        section = re.search(rf"^## .*\b{what}\b.*\n((?:(?!^## ).*\n?)*)", text, re.M)
        assert section, f"CONTRIBUTING.md does not say how to add {what}"
        assert len(named_paths(section[1])) >= 3, what


def test_links_of_the_root_pages_lead_somewhere(repository: Path) -> None:
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (repository / page).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            if "://" not in target:
                assert (repository / target).exists(), f"{page} links to {target}"


def test_every_page_is_in_the_navigation(repository: Path) -> None:
    pages = {p.relative_to(repository / "docs").as_posix() for p in (repository / "docs").rglob("*.md")}
    navigation = (repository / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    assert pages - set(re.findall(r"[\w/-]+\.md", navigation)) == set()
