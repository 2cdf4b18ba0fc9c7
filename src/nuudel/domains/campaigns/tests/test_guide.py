"""The guide "Add a domain" follows this domain: its files, excerpts and names are those that are there."""

import importlib
import re
import tomllib
from pathlib import Path

import nuudel.domains.campaigns

DOMAIN = Path(nuudel.domains.campaigns.__file__).parent
GUIDE = DOMAIN.parents[3] / "docs" / "how-to" / "add-a-domain.md"
LEFT_OUT = {"__pycache__"}


def guide() -> str:
    return GUIDE.read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", guide(), re.DOTALL | re.MULTILINE)


def test_the_listing_is_the_folder() -> None:
    [listing] = blocks("text")
    first, *lines = listing.splitlines()
    assert first == "src/nuudel/domains/campaigns/"
    listed = [line.split()[0].rstrip("/") for line in lines]
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.name for path in DOMAIN.iterdir()} - LEFT_OUT


def test_each_excerpt_stands_in_its_file() -> None:
    excerpts = blocks("python")
    assert len(excerpts) >= 6
    for excerpt in excerpts:
        head, _, code = excerpt.partition("\n")
        source = (DOMAIN / head.removeprefix("# ")).read_text("utf-8")
        assert code in source, head


def test_each_name_is_there() -> None:
    """``module.name`` of this domain or ``nuudel.….name``, in backticks."""
    named = set(re.findall(r"`((?:nuudel\.)?(?:[a-z_]+\.)+[A-Za-z_]+)`", guide()))
    names = [
        name
        for name in named
        if name.startswith("nuudel.") or (DOMAIN / f"{name.split('.')[0]}.py").is_file()
    ]
    names = [name for name in names if not (DOMAIN / name).exists()]
    assert len(names) >= 10
    for name in names:
        module, _, attribute = name.rpartition(".")
        package = module if name.startswith("nuudel.") else f"nuudel.domains.campaigns.{module}"
        assert hasattr(importlib.import_module(package), attribute), name


def test_each_test_file_is_named() -> None:
    named = set(re.findall(r"^\| `tests/(test_\w+\.py)` \|", guide(), re.MULTILINE))
    assert named == {path.name for path in (DOMAIN / "tests").glob("test_*.py")}


def test_each_message_key_is_there() -> None:
    table = guide().partition("## 8. The words")[2].partition("## 9.")[0]
    keys = re.findall(
        r"`([a-z_]+(?:\.[a-z_]+)?)`", "\n".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    )
    assert len(keys) >= 10
    for lang in ("en", "mn"):
        words = tomllib.loads((DOMAIN / "messages" / f"{lang}.toml").read_text("utf-8"))
        for key in keys:
            section, _, name = key.rpartition(".")
            assert name in (words[section] if section else words), key


def test_the_domain_is_in_the_list() -> None:
    from nuudel.domains import DOMAINS

    assert DOMAIN.name in DOMAINS
