"""The answers as others read them: the reference's own, ``pxwebpy``, and Nuudel's connector."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import numpy as np
import pytest

from nuudel.base.provenance import Text
from nuudel.pipeline.pxweb.client import Client
from nuudel.pipeline.pxweb.remote import question, read_answer, read_metadata
from nuudel.pipeline.pxweb.splitting import gather
from nuudel.publication.formats.px import parse_px, px_to_table, read_px
from nuudel.publication.formats.pxweb import Catalogue, Limits, catalogue, handle_v1, handle_v2
from nuudel.publication.tables import Measure, Table

DATABASE = Path("px", "pxwebapi2", "PxWeb", "wwwroot", "Database")
EXPECTED = Path("px", "pxwebapi2", "PxWebApi_Mvc.Tests", "ExpectedJson")
FILES = {"TAB001": "PO/PO01", "TAB004": "EN/EN02"}


def import_table(shared_data: Path, name: str) -> Table:
    """A PX file of the reference as table: its one value of contents becomes the measure."""
    px = read_px(shared_data / DATABASE / FILES[name] / f"{name}.px")
    read = px_to_table(px, key=name.lower())
    keys = [dimension.key for dimension in read.dimensions]
    axis = keys.index("contentscode")
    contents = read.dimensions[axis]
    assert len(contents.codes) == 1
    title: Text = {lang: labels[0] for lang, labels in contents.labels.items()}
    return Table(
        key=read.key,
        title=read.title,
        dimensions=tuple(d for d in read.dimensions if d is not contents),
        measure=Measure(contents.codes[0].lower(), title, read.measure.unit, read.measure.decimals),
        values=read.values.squeeze(axis),
        quality=read.quality,
        sources=read.sources,
        disclosure=read.disclosure,
        as_of=read.as_of,
        caveats=read.caveats,
        status=read.status.squeeze(axis),
    )


def expected(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / EXPECTED / name).read_text("utf-8-sig"))


@pytest.mark.parametrize("name", ["TAB001", "TAB004"])
def test_metadata_are_those_of_the_reference(shared_data: Path, name: str) -> None:
    offered = catalogue([import_table(shared_data, name)])
    ours = handle_v2(offered, ["tables", name, "metadata"], "GET", {"lang": "en"}).json
    theirs = expected(shared_data, f"MetadataById_{name.lower()}_js2.json")
    assert set(ours) == {*theirs} - {"link"}
    for key in ("version", "class", "label", "size", "value"):
        assert ours[key] == theirs[key], key
    code_of = {code.lower(): code for code in theirs["id"]}
    assert [code_of[code.lower()] for code in ours["id"]] == theirs["id"]
    assert [code_of[code] for code in ours["role"]["time"]] == theirs["role"]["time"]
    assert ours["role"]["metric"] == theirs["role"]["metric"]
    assert ours["updated"][:10] == theirs["updated"][:10] or theirs["updated"] == "VALUE_HAS_BEEN_REPLACED"
    assert set(theirs["note"]) <= set(ours["note"])
    for code, dimension in ours["dimension"].items():
        reference = theirs["dimension"][code_of[code.lower()]]
        assert dimension["label"].casefold() == reference["label"]
        if code == "ContentsCode":
            (own,), (other,) = dimension["category"]["unit"].values(), reference["category"]["unit"].values()
            assert own == other
            own_label = list(dimension["category"]["label"].values())
            assert own_label == list(reference["category"]["label"].values())
        else:
            assert dimension["category"]["index"] == reference["category"]["index"]
            assert dimension["category"]["label"] == reference["category"]["label"]
        assert dimension["extension"]["show"] == reference["extension"]["show"]
        assert dimension["extension"]["codelists"] == reference["extension"]["codelists"]
    own, reference = ours["extension"]["px"], theirs["extension"]["px"]
    assert {*reference} - {*own} == {"infofile"}
    for key in ("decimals", "language", "descriptiondefault", "official-statistics"):
        assert own[key] == reference[key]
    for key in ("heading", "stub"):
        assert [code_of[code.lower()] for code in own[key]] == reference[key]


def test_a_table_is_listed_as_by_the_reference(shared_data: Path) -> None:
    offered = catalogue([import_table(shared_data, "TAB004")], address="/api/v2")
    ours = handle_v2(offered, ["tables", "TAB004"], "GET", {"lang": "en"}).json
    theirs = expected(shared_data, "TableById_tab004.json")
    assert set(ours) == set(theirs)
    same = ("language", "label", "description", "firstPeriod", "lastPeriod", "category", "timeUnit")
    for key in same:
        assert ours[key] == theirs[key], key
    assert [name.lower() for name in ours["variableNames"]] == theirs["variableNames"]
    assert ours["links"] == json.loads(json.dumps(theirs["links"]).replace("TAB004", "tab004"))


def test_a_list_of_tables_has_the_parts_of_the_reference(shared_data: Path) -> None:
    offered = catalogue([import_table(shared_data, name) for name in FILES], address="/api/v2")
    ours = handle_v2(offered, ["tables"], "GET", {"lang": "en"}).json
    theirs = expected(shared_data, "ListAllTables.json")
    assert set(ours) == set(theirs)
    assert ours["page"] == theirs["page"] | {"totalElements": 2}
    assert ours["links"] == theirs["links"]
    assert set(ours["tables"][0]) | {"language"} == {*theirs["tables"][0], "language"}


def test_the_configuration_has_the_parts_of_the_reference(shared_data: Path) -> None:
    offered = catalogue([import_table(shared_data, "TAB004")])
    ours = handle_v2(offered, ["config"], "GET", {}).json
    theirs = expected(shared_data, "GetApiConfiguration.json")
    assert set(ours) == set(theirs)
    assert ours["features"] == theirs["features"]
    assert [language["id"] for language in ours["languages"]] == ["en", "sv"]
    assert set(ours["dataFormats"]) <= set(theirs["dataFormats"])


def test_a_few_cells_as_px_are_those_of_the_reference(shared_data: Path) -> None:
    offered = catalogue([import_table(shared_data, "TAB004")])
    query = {"valueCodes[ContentsCode]": "Emission", "valueCodes[TIME]": "2017", "outputFormat": "px"}
    query |= {"valueCodes[GREENHOUSEGAS]": "CO2", "valueCodes[SECTOR]": "7.0"}
    ours = parse_px(handle_v2(offered, ["tables", "TAB004", "data"], "GET", query).body)
    # The file is kept as UTF-8, but says that it is in ISO 8859-1.
    text = (shared_data / EXPECTED / "tab4_fewcells.px").read_text("utf-8")
    theirs = parse_px(text.encode("iso-8859-1"))
    assert ours.values.ravel().tolist() == theirs.values.ravel().tolist() == [445]
    for axis, variable in enumerate(theirs.header.variables()):
        if variable == "contents":
            continue
        swedish = theirs.header.variables("sv")[axis]
        assert ours.header.codes(variable) == theirs.header.codes(variable)
        assert ours.header.categories(variable) == theirs.header.categories(variable)
        assert ours.header.categories(swedish, "sv") == theirs.header.categories(swedish, "sv")
    assert ours.header.text("UNITS") == theirs.header.text("UNITS")


# --- clients -------------------------------------------------------------------------------------------


@contextmanager
def serve(offered: Catalogue) -> Iterator[str]:
    """A server on the loopback that hands requests to ``handle_v1`` and ``handle_v2``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.respond(b"")

        def do_POST(self) -> None:
            self.respond(self.rfile.read(int(self.headers["Content-Length"])))

        def respond(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            version, *path = [unquote(part) for part in parts.path.strip("/").split("/")]
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            if version == "v2":
                answer = handle_v2(offered, path, self.command, query, body)
            else:
                answer = handle_v1(offered, path[0], path[1:], self.command, query, body)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def served(make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve(catalogue([make_table()], limits=Limits(most_cells=4, calls=1000, seconds=1))) as address:
        yield address


def test_pxwebpy_reads_our_tables(served: str, table: Table) -> None:
    from pxweb import PxApi

    api = PxApi(f"{served}/v2", language="mn", max_workers=1)
    assert api.number_of_tables == 1
    assert api.get_config()["defaultLanguage"] == "en"
    assert api.search(query="ирэгчид")["tables"][0]["id"] == "in_migrants"
    assert api.get_paths() == [{"id": "observed", "label": "Ажигласан тоо", "sortCode": "Ажигласан тоо"}]
    variables = api.get_table_variables("in_migrants")
    assert list(variables["place"]["category"]["label"]) == list(table.dimensions[0].codes)
    rows = api.get_table_data_all("in_migrants", show="code")  # 15 cells, 4 at a time
    found = {(row["Газар"], row["Он"]): row["value"] for row in rows}
    assert len(rows) == len(found) == 15
    for i, place in enumerate(table.dimensions[0].codes):
        for j, year in enumerate(table.dimensions[2].codes):
            value = table.values[i, 0, j]
            assert found[place, year] == (None if np.isnan(value) else value)


def test_pxwebpy_is_told_what_is_wrong(served: str) -> None:
    from pxweb import PxApi
    from requests.exceptions import HTTPError

    api = PxApi(f"{served}/v2", max_workers=1)
    codes = {"place": ["MN12"], "sex": ["t"], "ContentsCode": ["in_migrants"], "year": ["2022"]}
    with pytest.raises(HTTPError, match=r"Non-existent value[\s\S]*PUBLICATION-403"):
        api.get_table_data("in_migrants", value_codes=codes)


@pytest.mark.parametrize("form", ["json", "json-stat2"])
def test_our_connector_reads_our_tables(served: str, table: Table, form: str) -> None:
    address = f"{served}/v1/en/nuudel/observed/in_migrants.px"
    client = Client()
    remote = read_metadata(client.ask(address))
    shape = tuple(len(variable.codes) for variable in remote.variables)
    values = gather(
        shape,
        lambda part: read_answer(client.ask(address, question(remote, part, form)), remote, part),
        lambda done, total: None,
    )
    assert np.array_equal(values.squeeze(2), table.values, equal_nan=True)
