"""The PxWeb interface over tables, version 2: pages, problems, selections, and the default one."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.pxweb import Catalogue, catalogue, handle_v2
from nuudel.publication.formats.pxweb.contents import Kind, Variable
from nuudel.publication.formats.pxweb.selection import choose, split_list
from nuudel.publication.tables import Dimension, Table

from .test_pxweb import ALL, offered, v2

__all__ = ["offered"]  # fixture


# --- requests ------------------------------------------------------------------------------------------


def test_v2_pages_and_finds_tables(make_table: Callable[..., Table]) -> None:
    offered = catalogue([make_table(key=f"t{number}") for number in range(5)])
    page = v2(offered, "tables", pageSize="2", pageNumber="2").json
    assert [table["id"] for table in page["tables"]] == ["t2", "t3"]
    assert page["page"] | {"links": []} == {
        "pageNumber": 2,
        "pageSize": 2,
        "totalElements": 5,
        "totalPages": 3,
        "links": [],
    }
    assert [link["rel"] for link in page["page"]["links"]] == ["previous", "next", "last"]
    assert [table["id"] for table in v2(offered, "tables", query="T3 year").json["tables"]] == ["t3"]
    nothing = v2(offered, "tables", query="livestock").json
    assert nothing["tables"] == []
    assert nothing["page"]["totalPages"] == 1


def test_v2_says_what_is_not_a_codelist(offered: Catalogue) -> None:
    assert v2(offered, "codelists", "agg_x").status == 404
    chosen = {**ALL, "codelist[place]": "vs_x"}
    answer = v2(offered, "tables", "in_migrants", "data", **chosen)
    assert (answer.status, answer.json["title"]) == (400, "Non-existent codelist")


@pytest.mark.parametrize(
    ("path", "query", "status", "title"),
    [
        (["tables", "nope"], {}, 404, "Non-existent table"),
        (["tables"], {"pageNumber": "2"}, 404, "Non-existent page"),
        (["tables"], {"pageSize": "0"}, 400, "Illegal query"),
        (["tables"], {"pastDays": "3"}, 400, "Unsupported parameter"),
        (["tables"], {"lang": "sv"}, 400, "Unsupported language"),
        (["navigation"], {}, 404, "Non-existent address"),
        (["tables", "in_migrants", "metadata"], {"outputFormat": "csv"}, 400, "Unsupported output format"),
        (
            ["tables", "in_migrants", "data"],
            {**ALL, "outputFormat": "xlsx"},
            400,
            "Unsupported output format",
        ),
        (["tables", "in_migrants", "data"], {"valueCodes[place]": "*"}, 400, "Missing selection"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes[year]": "MN*"}, 400, "Missing selection"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes[year]": "2023"}, 400, "Non-existent value"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes[x]": "1"}, 400, "Non-existent variable"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes[TIME]": "2022"}, 400, "Illegal query"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes": "2022"}, 400, "Unsupported parameter"),
        (["tables", "in_migrants", "data"], {**ALL, "valueCodes[year]": "TOP(0)"}, 400, "Illegal selection"),
    ],
)
def test_v2_problems(
    offered: Catalogue, path: list[str], query: dict[str, str], status: int, title: str
) -> None:
    answer = v2(offered, *path, **query)
    assert answer.status == answer.json["status"] == status
    assert answer.json["type"] == "Parameter error"
    assert answer.json["title"].startswith(title)
    assert answer.json["detail"].startswith("PUBLICATION-4")


@pytest.mark.parametrize(
    "body",
    [
        {"selection": [{"variableCode": "place"}]},
        {"selection": [{"variableCode": "place", "valueCodes": ["*"]}] * 2},
        {"selection": [{"variableCode": "place", "valueCodes": [1]}]},
        {"selection": {}},
        {"selections": []},
        {"selection": [], "placement": {"heading": [], "stub": []}},
    ],
)
def test_v2_refuses_bodies(offered: Catalogue, body: Any) -> None:
    path = ["tables", "in_migrants", "data"]
    answer = handle_v2(offered, path, "POST", {}, json.dumps(body).encode())
    assert (answer.status, answer.json["title"]) == (400, "Illegal query")
    assert handle_v2(offered, ["tables"], "POST", {}).status == 405


def test_v2_get_and_post_say_the_same(offered: Catalogue) -> None:
    path = ["tables", "IN_MIGRANTS", "data"]
    got = v2(offered, *path, **{**ALL, "valueCodes[place]": "MN*,[01]", "valueCodes[year]": "FROM(2021)"})
    selection = [
        {"variableCode": "Place", "valueCodes": ["MN??", "01"]},
        {"variableCode": "sex", "valueCodes": ["*"]},
        {"variableCode": "ContentsCode", "valueCodes": ["in_migrants"], "codelist": None},
        {"variableCode": "Time", "valueCodes": ["TOP(2)"]},
    ]
    posted = handle_v2(offered, path, "POST", {}, json.dumps({"selection": selection}).encode())
    assert got.status == 200
    assert got.body == posted.body
    assert got.json["size"] == [3, 1, 1, 2]


def test_v2_default_selection_is_what_data_answer_without_one(make_table: Callable[..., Table]) -> None:
    years = tuple(str(year) for year in range(2000, 2020))
    places, codes = ("en", "mn"), tuple(f"P{number}" for number in range(4))
    place = Dimension("place", {"en": "P", "mn": "Г"}, codes, dict.fromkeys(places, codes))
    time = Dimension("year", {"en": "Y", "mn": "Он"}, years, dict.fromkeys(places, years), is_time=True)
    small = make_table(dimensions=(place, time), values=np.ones((4, 20)), status=None)
    offered = catalogue([small, make_table(key="larger")])
    chosen = v2(offered, "tables", "in_migrants", "defaultselection").json["selection"]
    assert [len(entry["valueCodes"]) for entry in chosen] == [4, 1, 13]
    assert chosen[2]["valueCodes"][-1] == "2019"
    for key in ("in_migrants", "larger"):
        chosen = v2(offered, "tables", key, "defaultselection").json["selection"]
        answer = v2(offered, "tables", key, "data").json
        for entry in chosen:
            index = answer["dimension"][entry["variableCode"]]["category"]["index"]
            assert list(index) == entry["valueCodes"]
    described = v2(offered, "tables", "larger", "metadata", defaultSelection="true").json
    assert described["size"] == v2(offered, "tables", "larger", "data").json["size"] == [5, 1, 1, 1]
    assert described["value"] == []


# --- selections ----------------------------------------------------------------------------------------

CODES = ("a1", "a2", "b1", "b,2", "TOP(1)")
PLAIN = Variable("v", "V", CODES, CODES, Kind.CLASSIFICATION)
TIME = Variable("t", "T", ("2019", "2020", "2021", "2022"), ("2019", "2020", "2021", "2022"), Kind.TIME)


@pytest.mark.parametrize(
    ("variable", "wanted", "found"),
    [
        (PLAIN, ["*"], [0, 1, 2, 3, 4]),
        (PLAIN, ["A*"], [0, 1]),
        (PLAIN, ["*1"], [0, 2]),
        (PLAIN, ["*,*"], [3]),
        (PLAIN, ["?1"], [0, 2]),
        (PLAIN, ["TOP(1)"], [4]),  # a code comes before an expression
        (PLAIN, ["top(2)"], [0, 1]),
        (PLAIN, ["TOP(2,1)"], [1, 2]),
        (PLAIN, ["BOTTOM(2)"], [3, 4]),
        (PLAIN, ["RANGE(b1,a1)"], [0, 1, 2]),
        (PLAIN, ["FROM(B1)"], [2, 3, 4]),
        (PLAIN, ["TO(a2)"], [0, 1]),
        (PLAIN, ["b1", "a1", "a1"], [0, 2]),
        (PLAIN, ["x*"], []),
        (TIME, ["TOP(1)"], [3]),
        (TIME, ["TOP(2,1)"], [1, 2]),
        (TIME, ["BOTTOM(1)"], [0]),
        (TIME, ["TOP(99)"], [0, 1, 2, 3]),
    ],
)
def test_expressions(variable: Variable, wanted: list[str], found: list[int]) -> None:
    assert list(choose(variable, wanted)) == found


@pytest.mark.parametrize("wanted", ["a*b", "***", "TOP()", "TOP(a)", "TOP(0)", "RANGE(a1)", "FROM()", "*a?"])
def test_what_is_no_expression(wanted: str) -> None:
    with pytest.raises(PublicationError, match="PUBLICATION-404"):
        choose(PLAIN, [wanted])


@pytest.mark.parametrize("wanted", ["c1", "FROM(c1)", "RANGE(a1,c1)", ""])
def test_what_is_no_value(wanted: str) -> None:
    with pytest.raises(PublicationError, match="PUBLICATION-403"):
        choose(PLAIN, [wanted])


@given(st.lists(st.text(alphabet="ab1.-+é", min_size=1), max_size=6))
def test_lists_of_codes_are_split_where_they_were_joined(codes: list[str]) -> None:
    assert split_list(",".join(codes)) == codes
    assert split_list(",".join(f"[{code},x]" for code in codes)) == [f"{code},x" for code in codes]


@pytest.mark.parametrize(
    ("text", "parts"),
    [("TOP(2,1),a", ["TOP(2,1)", "a"]), ("[a,b],c", ["a,b", "c"]), ("a,,b", ["a", "b"]), ("", [])],
)
def test_brackets_keep_commas_together(text: str, parts: list[str]) -> None:
    assert split_list(text) == parts
