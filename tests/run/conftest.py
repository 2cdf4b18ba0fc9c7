"""The main job, run once for each pack and language, for all tests that look at its results."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def finished(
    ran: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """Folder of a finished run of a pack in a language; a copy for this process, whose tests work in it."""
    copies: dict[tuple[str, str], Path] = {}

    def give(pack: str, lang: str) -> Path:
        if (pack, lang) not in copies:
            # The commands of the README, which begin with Mongolia's pack in English; another language
            # keeps what does not depend on it.
            first = ("run",) if pack == "mongolia" else ("run", "--pack", pack)
            commands = (first,) if lang == "en" else (first, (*first, "--lang", lang))
            out = tmp_path_factory.mktemp(f"{pack}-{lang}")
            copies[pack, lang] = shutil.copytree(ran(*commands) / "out", out, dirs_exist_ok=True)
        return copies[pack, lang]

    return give
