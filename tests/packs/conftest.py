"""Fixtures of the pack tests: the packs of the installation, and a small pack to spoil."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nuudel.base.packs import Pack, load_pack

MANIFEST = """
name = "tiny"
country = "XX"
languages = ["en", "mn"]
title = { en = "Tiny", mn = "Жижиг" }

[sources.office]
institution = { en = "Office", mn = "Газар" }
title = { en = "Moves", mn = "Шилжилт" }
identifier = "T1"
licence = "open data"

[tables.moves]
file = "moves.csv"
title = { en = "Moves", mn = "Шилжилт" }
source = "office"
key = ["year", "place"]

[tables.moves.columns]
year = { type = "year" }
place = { type = "place" }
migrants = { type = "count", unit = "persons" }
share = { type = "number", unit = "percent", optional = true }
"""
MOVES = "year,place,migrants,share\n2000,XX1,10,1.5\n2001,XX1,12,\n"


@pytest.fixture(scope="session")
def mongolia() -> Pack:
    return load_pack("mongolia")


@pytest.fixture(scope="session")
def austria() -> Pack:
    return load_pack("austria")


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small valid pack, with a piece of its manifest or its table replaced."""

    def write(old: str = "", new: str = "", *, moves: str | bytes | None = MOVES) -> Path:
        assert not old or MANIFEST.count(old) == 1
        (tmp_path / "pack.toml").write_text(MANIFEST.replace(old, new) if old else MANIFEST, "utf-8")
        if moves is not None:
            content = moves.encode() if isinstance(moves, str) else moves
            (tmp_path / "moves.csv").write_bytes(content)
        return tmp_path

    return write
