"""The main job, run once for each pack and language, for all tests that look at its results."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nuudel.base.packs import load_pack
from nuudel.pipeline import Run, run_pipeline


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Folder of a finished run of a pack in a language."""
    done: dict[tuple[str, str], Path] = {}

    def run(pack: str, lang: str) -> Path:
        if (pack, lang) not in done:
            out = tmp_path_factory.mktemp(f"{pack}-{lang}")
            # What does not depend on the language is kept from the run in another one.
            for other in [folder for (name, _), folder in done.items() if name == pack]:
                shutil.copytree(other, out, dirs_exist_ok=True)
            run_pipeline(Run(load_pack(pack), out, lang, seed=1), lambda name, result: None)
            done[pack, lang] = out
        return done[pack, lang]

    return run
