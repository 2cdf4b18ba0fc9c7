"""What a page of the explorer shows as a table, in every format, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from nuudel.base.errors import PublicationError
from nuudel.publication.explorer.read import Bundle, read_bundle
from nuudel.publication.explorer.subset import subset_table
from nuudel.publication.explorer.write import write_bundle
from nuudel.publication.formats import write_all
from nuudel.publication.formats.csvw import read_csvw
from nuudel.publication.tables import Status, same_figures

from .explorer_data import material_of


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("downloads")
    write_bundle(material_of("mongolia"), folder)
    return read_bundle(folder)


@pytest.mark.parametrize(
    "filters",
    [
        {"what": "moves", "places": ["MN81", "MN11"]},
        {"what": "flows", "years": [2021]},
        {"what": "indicator", "indicator": "temperature_january"},
        {"what": "indicator", "indicator": "residents", "level": "soum"},
    ],
)
def test_what_is_shown_can_be_downloaded_and_read_back(
    bundle: Bundle, filters: dict[str, Any], tmp_path: Path
) -> None:
    table = subset_table(bundle, **filters)
    files = write_all(table, tmp_path)
    assert {"".join(file.suffixes) for file in files} >= {".csv", ".px", ".sdmx.xml"}
    assert same_figures(read_csvw(tmp_path / f"{table.key}.csv"), table)


def test_downloaded_moves_carry_their_doubt(bundle: Bundle) -> None:
    table = subset_table(bundle, "moves", places=["MN81"], years=[2014, 2018, 2021])
    assert table.values[0, 2].tolist() == [560, 1596, -1036]
    rows = table.to_frame("en")
    status = {(r["year"], r["direction"]): r["status"] for r in rows.iter_rows(named=True)}
    assert status["2014", "net"] == Status.DOUBTFUL
    assert status["2018", "out"] == Status.NOT_COMPARABLE
    assert status["2018", "in"] == status["2021", "net"] == Status.NORMAL


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"what": "births"}, "PUBLICATION-325"),
        ({"what": "moves", "places": ["MN18101"]}, "PUBLICATION-325"),
        ({"what": "moves", "years": [1900]}, "PUBLICATION-324"),
        ({"what": "indicator", "indicator": "poverty", "level": "soum"}, "PUBLICATION-325"),
        ({"what": "flows", "places": ["XX"]}, "PUBLICATION-323"),
    ],
)
def test_a_download_of_nothing_is_refused(bundle: Bundle, filters: dict[str, Any], code: str) -> None:
    with pytest.raises(PublicationError, match=code):
        subset_table(bundle, **filters)
