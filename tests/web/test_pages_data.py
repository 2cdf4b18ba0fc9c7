"""Tables and reports for everybody: a cut through a table, files byte for byte, hostile names."""

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nuudel.publication.explorer.read import read_bundle
from nuudel.publication.explorer.subset import subset_table
from nuudel.publication.formats import csvw, px, sdmx
from nuudel.publication.tables import Table, same_figures
from nuudel.web.operations.database import Addresses
from nuudel.web.pages.cross_table import cross

if TYPE_CHECKING:
    from django.test import Client

from .pages_release import complete, write_release

FORMS = ("csv", "px", "sdmx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(autouse=True)
def shown(database: Addresses, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUUDEL_RELEASE", str(folder))
    return folder


def read_table(folder: Path, name: str) -> Table:
    return csvw.read_csvw(folder / "tables" / f"{name}.csv")


def names_of(folder: Path) -> list[str]:
    return sorted(path.name.split(".")[0] for path in (folder / "tables").glob("*.csv-metadata.json"))


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_every_table_is_listed_and_has_its_page(client: "Client", folder: Path, lang: str) -> None:
    listed = client.get(f"/{lang}/data/").content.decode()
    assert len(names_of(folder)) == 3
    for name in names_of(folder):
        table = read_table(folder, name)
        assert f'href="/{lang}/data/{name}/"' in listed
        page = html.unescape(client.get(f"/{lang}/data/{name}/").content.decode())
        assert table.title[lang] in page
        for source in table.sources:
            assert source.line(lang) in page
        assert table.disclosure[lang] in page
        assert read_bundle(folder / "explorer").build in page
        assert table.as_of.isoformat() in page


def test_a_cut_shows_the_figures_of_the_table(client: "Client", folder: Path) -> None:
    """Zavkhan 2021: 560 came, 1,596 left."""
    table = read_table(folder, next(n for n in names_of(folder) if "moves" in n or "migration" in n))
    keys = [d.key for d in table.dimensions]
    page = client.get(f"/en/data/{table.key}/", {"place": "MN81", "rows": "year"}).content.decode()
    row = re.search(r'<th scope="row">2021</th>(.*?)</tr>', page)
    assert "place" in keys
    assert row is not None
    assert re.findall(r'class="num">([^<]*)</td>', row[1])[:2] == ["560", "1,596"]
    assert '<option value="MN81" selected>' in page


def test_a_cut_has_every_figure_once_its_dimensions_are_chosen(folder: Path) -> None:
    """Going through all choices gives each figure of the table exactly once."""
    table = read_table(folder, next(n for n in names_of(folder) if "flow" in n))
    first = cross(table, {}, "en")
    asked: list[dict[str, str]] = [{}]
    for choice in first.choices:
        asked = [done | {choice.key: code} for done in asked for code, _, _ in choice.options]
    seen = [value for one in asked for row in cross(table, one, "en").rows for value in row.values]
    assert len(seen) == table.values.size
    known = sorted(value for value in seen if value is not None)
    np.testing.assert_allclose(known, np.sort(table.values[~np.isnan(table.values)]))


def test_what_somebody_asks_wrongly_is_chosen_for_them(client: "Client", folder: Path) -> None:
    name = names_of(folder)[0]
    plain = client.get(f"/en/data/{name}/").content
    for query in ({"place": "<b>"}, {"rows": "../../etc"}, {"year": "0"}, {"rows": "place\0"}):
        response = client.get(f"/en/data/{name}/", query)
        assert response.status_code == 200
        table = re.search(rb"<tbody>.*?</tbody>", response.content, re.DOTALL)
        assert table is not None
        assert table[0] in plain


def test_files_come_byte_for_byte_and_read_back(client: "Client", folder: Path, tmp_path: Path) -> None:
    for name in names_of(folder):
        files = sorted((folder / "tables").glob(f"{name}.*"))
        assert len(files) == 6
        for file in files:
            response: Any = client.get(f"/en/data/{name}/{file.name}")
            content = b"".join(response.streaming_content)
            assert content == file.read_bytes()
            assert file.name in response.headers["Content-Disposition"]
            (tmp_path / file.name).write_bytes(content)
        original = read_table(folder, name)
        assert same_figures(csvw.read_csvw(tmp_path / f"{name}.csv"), original)
        assert same_figures(sdmx.read_sdmx_csv(tmp_path / f"{name}.sdmx.csv"), original)


def test_who_has_a_file_gets_no_second_one(client: "Client", folder: Path) -> None:
    address = f"/en/data/{names_of(folder)[0]}/{names_of(folder)[0]}.csv"
    first: Any = client.get(address)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    first.close()


@pytest.mark.parametrize(
    "address",
    [
        "data/no_such_table/",
        "data/no_such_table/no_such_table.csv",
        "data/{name}/{name}.exe",
        "data/{name}/other.csv",
        "data/{name}/..%2F..%2Fexplorer%2Findex.json",
        "data/{name}/%2Fetc%2Fpasswd",
        "data/{name}/.csv",
        "data/..%2F/x.csv",
        "reports/report-en.exe",
        "reports/report-xx.html",
        "reports/..%2Fexplorer%2Findex.json",
        "reports/report-en.html%00",
        "reports/report-..%2F..%2Fx.html",
        "download/nothing.csv",
        "download/routes.exe",
        "download/fill.csv?fill=none",
    ],
)
def test_hostile_and_unknown_names_are_404(client: "Client", folder: Path, address: str) -> None:
    for lang in ("mn", "en"):
        response = client.get(f"/{lang}/" + address.format(name=names_of(folder)[0]))
        assert response.status_code == 404, address
        assert b"<h1" in response.content


def test_a_report_keeps_its_own_rules_and_a_pdf_is_saved(client: "Client") -> None:
    shown: Any = client.get("/mn/reports/report-mn.html")
    assert b"".join(shown.streaming_content) == b"<!doctype html><title>report in mn</title>"
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    saved: Any = client.get("/mn/reports/report-en.pdf")
    assert b"".join(saved.streaming_content).startswith(b"%PDF")
    assert "nuudel-report-en.pdf" in saved.headers["Content-Disposition"]
    listed = client.get("/mn/reports/").content.decode()
    assert listed.index("report-mn.html") < listed.index("report-en.html")


@pytest.mark.parametrize("what", ["routes", "totals", "fill"])
def test_what_the_map_shows_reads_back(client: "Client", folder: Path, tmp_path: Path, what: str) -> None:
    bundle = read_bundle(folder / "explorer")
    query = "place=MN81&year=2022&fill=residents&level=aimag&routes=place"
    wanted = {
        "routes": lambda: subset_table(bundle, "flows", places=["MN81"], years=[2022]),
        "totals": lambda: subset_table(bundle, "moves"),
        "fill": lambda: subset_table(bundle, "indicator", indicator="residents", level="aimag"),
    }[what]()
    answers = {form: client.get(f"/en/download/{what}.{form}?{query}") for form in FORMS}
    assert {form: answer.status_code for form, answer in answers.items()} == dict.fromkeys(FORMS, 200)
    assert answers["csv"].content == csvw.format_csv(wanted)
    assert answers["sdmx"].content == sdmx.format_figures(wanted)[0]
    (tmp_path / "t.px").write_bytes(answers["px"].content)
    read = px.px_to_table(px.read_px(tmp_path / "t.px"))
    both = np.array([np.nansum(read.values), np.nansum(wanted.values)])
    assert both[0] == pytest.approx(both[1], rel=1e-9)


def test_a_table_without_a_known_subject_is_listed_too(folder: Path) -> None:
    from nuudel.web.pages.data import OTHER, SUBJECTS, subject_of

    assert subject_of("something_new") == OTHER
    assert subject_of("outlook_share") == "forecast"
    assert {subject_of(name) for name in names_of(folder)} <= set(SUBJECTS)


def test_the_files_of_a_table_are_those_that_are_there(
    client: "Client", folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "explorer").symlink_to(folder / "explorer")
    complete(tmp_path)
    name = names_of(tmp_path)[0]
    (tmp_path / "tables" / f"{name}.px").unlink()
    monkeypatch.setenv("NUUDEL_RELEASE", str(tmp_path))
    page = client.get(f"/en/data/{name}/").content.decode()
    assert f"{name}.px" not in page
    assert f"{name}.csv" in page
