"""The PxWeb interface over tables: what is listed, described, answered and refused, in both versions."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.publication.formats.px import parse_px, px_to_table
from nuudel.publication.formats.pxweb import Answer, Catalogue, Limits, catalogue, handle_v1, handle_v2
from nuudel.publication.tables import Status, Table, same_figures

FOLDER = ["nuudel", "observed"]
PATH = [*FOLDER, "in_migrants.px"]
ALL = {
    "valueCodes[place]": "*",
    "valueCodes[sex]": "*",
    "valueCodes[ContentsCode]": "*",
    "valueCodes[year]": "*",
}


@pytest.fixture
def offered(make_table: Callable[..., Table]) -> Catalogue:
    """Two tables, one of them estimated."""
    return catalogue([make_table(), make_table(key="flows", quality=Quality.ESTIMATED)])


def v1(offered: Catalogue, path: list[str], body: Any = None, lang: str = "en", **query: str) -> Answer:
    if body is None:
        return handle_v1(offered, lang, path, "GET", query)
    return handle_v1(offered, lang, path, "POST", query, json.dumps(body).encode())


def v2(offered: Catalogue, *path: str, **query: str) -> Answer:
    return handle_v2(offered, path, "GET", query)


def item(code: str, how: str, *values: str) -> dict[str, Any]:
    return {"code": code, "selection": {"filter": how, "values": list(values)}}


def ask(offered: Catalogue, *query: dict[str, Any], form: str = "json-stat2", lang: str = "en") -> Answer:
    return v1(offered, PATH, {"query": list(query), "response": {"format": form}}, lang)


# --- version 1 -----------------------------------------------------------------------------------------


def test_v1_lists_databases_folders_and_tables(offered: Catalogue) -> None:
    assert v1(offered, []).json == [{"dbid": "nuudel", "text": "Nuudel: movement of people"}]
    assert v1(offered, ["nuudel"], lang="mn").json == [
        {"id": "observed", "type": "l", "text": "Ажигласан тоо"},
        {"id": "estimated", "type": "l", "text": "Тооцоолсон тоо"},
    ]
    assert v1(offered, FOLDER).json == [
        {
            "id": "in_migrants.px",
            "type": "t",
            "text": 'In-migrants; "registered"',
            "updated": "2026-03-01T00:00:00Z",
        }
    ]
    assert v1(offered, ["nuudel"], query="IN-migrants PLACE").json[0]["id"] == "in_migrants.px"
    assert v1(offered, ["nuudel"], query="livestock").json == []
    assert v1(offered, [], config="").json["maxCells"] == offered.limits.most_cells


def test_v1_describes_the_variables(offered: Catalogue, table: Table) -> None:
    described = v1(offered, PATH).json
    assert described["title"] == table.title["en"]
    assert [variable["code"] for variable in described["variables"]] == [
        "place",
        "sex",
        "ContentsCode",
        "year",
    ]
    place, _, contents, year = described["variables"]
    assert place["values"] == list(table.dimensions[0].codes)
    assert place["valueTexts"] == list(table.dimensions[0].labels["en"])
    assert "time" not in place
    assert contents["valueTexts"] == ["In-migrants"]
    assert year["time"] is True
    assert v1(offered, PATH, lang="mn").json["variables"][0]["text"] == "Газар"


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (item("place", "item", "65+", "MN11"), ["65+", "MN11"]),
        (item("PLACE", "item", "mn46"), ["MN46"]),
        (item("place", "all", "MN*"), ["MN11", "MN46"]),
        (item("place", "all", "*"), ["MN11", "MN46", "01", "65+", "a b/в"]),
        (item("place", "top", "2"), ["MN11", "MN46"]),
        (item("year", "top", "2"), ["2021", "2022"]),
        (item("time", "item", "1983"), ["1983"]),
    ],
)
def test_v1_filters(offered: Catalogue, asked: dict[str, Any], codes: list[str]) -> None:
    answer = ask(offered, asked).json
    variable = {"PLACE": "place", "time": "year"}.get(asked["code"], asked["code"])
    assert list(answer["dimension"][variable]["category"]["index"]) == codes


def test_v1_takes_whole_what_is_not_asked_about(offered: Catalogue, table: Table) -> None:
    answer = ask(offered, item("year", "item", "2022")).json
    assert answer["size"] == [5, 1, 1, 1]
    known = table.values[:, 0, 2].tolist()
    assert [value for value in answer["value"] if value is not None] == pytest.approx(known)


def test_the_figures_and_their_signs_are_those_of_the_table(offered: Catalogue, table: Table) -> None:
    answer = ask(offered).json
    values = [np.nan if value is None else value for value in answer["value"]]
    assert np.array_equal(values, table.values.ravel(), equal_nan=True)
    signs = {"suppressed": "...", "missing": "..", "not_applicable": "."}
    signs |= {"doubtful": "d", "estimated": "e", "provisional": "p", "not_comparable": "b"}
    statuses = [list(Status)[code] for code in table.status.ravel()]
    assert answer["status"] == {
        str(place): signs[status] for place, status in enumerate(statuses) if status != "normal"
    }
    assert answer["role"] == {"time": ["year"], "geo": ["place"], "metric": ["ContentsCode"]}
    assert answer["dimension"]["ContentsCode"]["category"]["unit"]["in_migrants"] == {
        "base": "persons",
        "decimals": 1,
    }
    assert "Registered moves only." in answer["note"]
    assert "Disclosure control: Cells below 5 suppressed." in answer["note"]


def test_estimated_figures_say_so(offered: Catalogue) -> None:
    query = {"query": [], "response": {"format": "json-stat2"}}
    answer = v1(offered, ["nuudel", "estimated", "flows"], query).json
    assert answer["note"][0] == "Quality: ESTIMATED figures."
    assert answer["extension"]["quality"] == "estimated"


def test_json_stat_1_has_the_same_figures(offered: Catalogue) -> None:
    second, first = ask(offered).json, ask(offered, form="json-stat").json["dataset"]
    assert first["value"] == second["value"]
    assert first["dimension"]["id"] == second["id"]
    assert first["dimension"]["size"] == second["size"]
    assert first["dimension"]["role"] == second["role"]
    assert first["dimension"]["place"] == second["dimension"]["place"]


def test_plain_json_has_a_row_for_each_cell(offered: Catalogue) -> None:
    answer = ask(offered, item("place", "item", "MN11", "01"), form="json").json
    assert [column["type"] for column in answer["columns"]] == ["d", "d", "t", "c"]
    assert answer["columns"][-1]["code"] == "in_migrants"
    rows = {tuple(row["key"]): row["values"] for row in answer["data"]}
    assert rows["MN11", "t", "1983"] == ["32150.0"]
    assert rows["MN11", "t", "2022"] == ["-17.0"]
    assert rows["01", "t", "2022"] == ["4e-07"]
    assert len(rows) == 6


def test_csv_is_read_back(offered: Catalogue, table: Table) -> None:
    answer = ask(offered, form="csv", lang="mn")
    assert answer.content_type.startswith("text/csv")
    header, *rows = list(csv.reader(io.StringIO(answer.body.decode())))
    assert header == ["Газар", "Хүйс", "Ирэгчид 1983", "Ирэгчид 2021", "Ирэгчид 2022"]
    assert [row[0] for row in rows] == list(table.dimensions[0].labels["mn"])
    assert rows[1] == ["Өмнөговь", "Бүгд", "...", "12.5", repr(1 / 3)]


def test_px_is_read_back_in_the_language_asked_for(offered: Catalogue, table: Table) -> None:
    answer = ask(offered, item("place", "item", "01", "MN11"), form="px", lang="mn")
    px = parse_px(answer.body)
    assert px.header.language == "mn"
    read = px_to_table(px)
    assert read.dimensions[0].codes == ("01", "MN11")
    both = [2, 0]
    places = replace(
        table.dimensions[0],
        codes=("01", "MN11"),
        labels={lang: tuple(t[i] for i in both) for lang, t in table.dimensions[0].labels.items()},
    )
    part = replace(
        table,
        dimensions=(places, *table.dimensions[1:]),
        values=table.values[both],
        status=table.status[both],
    )
    assert same_figures(read, part)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ([item("plaice", "item", "MN11")], 400, 402),
        ([item("place", "item", "MN12")], 400, 403),
        ([item("place", "all", "X*")], 400, 403),
        ([item("place", "item")], 400, 403),
        ([item("place", "top", "0")], 400, 404),
        ([item("place", "agg:five", "a")], 400, 408),
        ([item("place", "vs:aimags", "a")], 400, 408),
        ([item("place", "itme", "MN11")], 400, 411),
        ([item("place", "item", "MN11")] * 2, 400, 411),
        ([{"code": "place"}], 400, 411),
        ({}, 400, 411),
    ],
)
def test_v1_refuses(offered: Catalogue, query: Any, status: int, code: int) -> None:
    answer = v1(offered, PATH, {"query": query, "response": {"format": "json"}})
    assert answer.status == status
    assert answer.json["error"].startswith(f"PUBLICATION-{code}: ")


@pytest.mark.parametrize(
    ("path", "method", "body", "lang", "status", "code"),
    [
        ([*FOLDER, "out_migrants"], "GET", b"", "en", 404, 401),
        (["nuudel", "estimated", "in_migrants"], "GET", b"", "en", 404, 401),
        (["nso"], "GET", b"", "en", 404, 412),
        (["nuudel", "guessed"], "GET", b"", "en", 404, 412),
        ([*PATH, "more"], "GET", b"", "en", 404, 412),
        ([], "GET", b"", "sv", 404, 410),
        (FOLDER, "POST", b"{}", "en", 405, 413),
        (PATH, "DELETE", b"", "en", 405, 413),
        (PATH, "POST", b"{", "en", 400, 411),
        (PATH, "POST", b"[]", "en", 400, 411),
        (PATH, "POST", b"\xff", "en", 400, 411),
        (PATH, "POST", b"[" * 100_000, "en", 400, 411),
        (PATH, "POST", b'{"queries": []}', "en", 400, 411),
        (PATH, "POST", b'{"response": []}', "en", 400, 411),
        (PATH, "POST", b'{"response": {"format": "xlsx"}}', "en", 400, 407),
    ],
)
def test_v1_refuses_other_requests(
    offered: Catalogue, path: list[str], method: str, body: bytes, lang: str, status: int, code: int
) -> None:
    answer = handle_v1(offered, lang, path, method, {}, body)
    assert answer.status == status
    assert answer.json["error"].startswith(f"PUBLICATION-{code}: ")


def test_too_many_values_are_403_in_v1_and_a_problem_in_v2(make_table: Callable[..., Table]) -> None:
    offered = catalogue([make_table()], limits=Limits(most_cells=14))
    refused = ask(offered)
    assert refused.status == 403
    assert refused.json["error"].startswith("PUBLICATION-406: 15 values are asked for; 14 are allowed")
    assert ask(offered, item("year", "top", "2")).status == 200
    problem = v2(offered, "tables", "in_migrants", "data", **ALL)
    assert problem.status == 400
    assert problem.json["title"] == "Too many cells selected"
    assert problem.json["type"] == "Parameter error"
    assert "PUBLICATION-406" in problem.json["detail"]


def test_a_catalogue_needs_differing_keys_and_a_common_language(make_table: Callable[..., Table]) -> None:
    with pytest.raises(PublicationError, match=r"PUBLICATION-415.*same key"):
        catalogue([make_table(), make_table()])
    assert catalogue([]).languages == ("en",)
    assert handle_v2(catalogue([]), ["tables"], "GET", {}).json["tables"] == []


def test_what_px_cannot_hold_is_refused_as_format(make_table: Callable[..., Table]) -> None:
    table = make_table()
    alike = replace(table.dimensions[0], labels=dict.fromkeys(("en", "mn"), ("same",) * 5))
    offered = catalogue([make_table(dimensions=(alike, *table.dimensions[1:]))])
    refused = ask(offered, form="px")
    assert refused.status == 400
    assert "PUBLICATION-210" in refused.json["error"]
    assert ask(offered).status == 200


def test_more_values_than_there_are_and_endless_ones_are_refused(offered: Catalogue) -> None:
    many = ask(offered, item("place", "all", *(f"a{number}*" for number in range(1000))))
    assert (many.status, many.json["error"][:15]) == (400, "PUBLICATION-411")
    long = ask(offered, item("place", "item", "x" * 100_000))
    assert (long.status, len(long.json["error"]) < 400) == (400, True)
    assert ask(offered, item("place", "all", "?" * 100_000 + "*")).status == 400
