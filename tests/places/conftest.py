"""What all tests of places use: Mongolia's gazetteer, the shared data, an empty folder for a user's own."""

from pathlib import Path

import pytest

from nuudel.base.packs import Pack, load_pack
from nuudel.places.gazetteer import Gazetteer, read_gazetteer


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUUDEL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("mongolia")


@pytest.fixture(scope="session")
def gazetteer(pack: Pack) -> Gazetteer:
    return read_gazetteer(pack)


@pytest.fixture(scope="session")
def shared(shared_data: Path) -> Path:
    """Mongolia's folder of the shared data."""
    return shared_data / "mongolia"
