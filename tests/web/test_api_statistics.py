"""The statistics API: what is published, for everybody, without the database."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nuudel.web.operations.database import Addresses

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

from .api_release import write_release

STATISTICS = "/api/v1/statistics"


@pytest.fixture(autouse=True)
def published(database: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_release(tmp_path / "release")
    monkeypatch.setenv("NUUDEL_RELEASE", str(folder))
    return folder


def get(client: "Client", address: str, **headers: str) -> "HttpResponse":
    return client.get(f"{STATISTICS}{address}", headers={"accept-language": "en"} | headers)  # type: ignore[return-value]


def body(client: "Client", address: str) -> Any:
    response = get(client, address)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def test_the_release_says_what_there_is(client: "Client") -> None:
    found = body(client, "")
    assert found["build"] == "b1"
    assert found["flow_years"] == [2021]
    assert found["country"] == {"en": "Mongolia", "mn": "Монгол Улс"}


def test_places_come_in_pages(client: "Client") -> None:
    first = body(client, "/places?limit=2&fields=code")
    assert first["items"] == [{"code": "MN11"}, {"code": "MN81"}]
    second = json.loads(client.get(first["next"]).content)
    assert second["items"] == [{"code": "MN82"}]
    assert second["next"] is None


def test_a_cursor_of_another_build_is_refused(client: "Client", published: Path) -> None:
    link = body(client, "/places?limit=2")["next"]
    (published / "explorer" / "index.json").unlink()
    write_release(published.parent / "second", build="b2")
    (published.parent / "second" / "explorer" / "index.json").rename(published / "explorer" / "index.json")
    assert json.loads(client.get(link).content)["code"] == "WEB-266"


def test_a_series_tells_its_doubts_and_leaves_out_what_is_missing(client: "Client") -> None:
    found = body(client, "/places/MN11/series")["items"]
    assert [(row["year"], row["arrivals"], row["departures"], row["net"]) for row in found] == [
        (2020, 30, 10, 20),
        (2021, None, 20, None),
    ]
    assert found[0]["doubtful"][0]["sides"] == ["in"]
    assert [row["year"] for row in body(client, "/places/MN11/series?first=2021")["items"]] == [2021]


def test_the_country_has_no_net(client: "Client") -> None:
    assert body(client, "/places/MN/series")["items"][0] == {
        "year": 2020,
        "arrivals": 50,
        "departures": 50,
        "net": None,
        "doubtful": [],
    }


def test_flows_have_ranges_and_say_that_they_are_estimated(client: "Client") -> None:
    found = body(client, "/flows/2021?destination=MN11")
    assert found["quality"] == "estimated"
    assert found["range_percent"] == 80
    assert found["items"][0] == {
        "origin": "MN81",
        "destination": "MN11",
        "persons": 40,
        "low": 30,
        "high": 50,
    }
    assert [row["origin"] for row in found["items"]] == ["MN81", "MN82"]


def test_an_indicator_has_values_by_level_year_and_place(client: "Client") -> None:
    assert body(client, "/indicators")["items"][0]["key"] == "rate"
    assert body(client, "/indicators/rate/values")["items"] == [
        {"place": "MN11", "level": "aimag", "year": 2021, "value": 1.5},
        {"place": "MN81", "level": "aimag", "year": 2021, "value": None},
        {"place": "MN11", "level": "aimag", "year": None, "value": 2},
    ]
    assert len(body(client, "/indicators/rate/values?year=2021&place=MN11")["items"]) == 1


def test_a_forecast_is_quantiles_by_year(client: "Client") -> None:
    found = body(client, "/places/MN11/forecast")
    assert found["levels"] == [0.1, 0.5, 0.9]
    assert found["items"] == [{"year": 2022, "persons": [1, 3, 5]}, {"year": 2023, "persons": [2, 4, 6]}]
    assert get(client, "/places/MN81/forecast").status_code == 404


def test_a_scenario_is_called_one(client: "Client") -> None:
    found = body(client, "/places/MN11/scenarios")
    assert found["quality"] == "scenario"
    assert found["items"][0]["median"] == [5]


def test_tables_are_given_in_every_format(client: "Client", published: Path) -> None:
    assert body(client, "/tables")["items"][0]["key"] == "moves"
    assert body(client, "/tables/moves")["measure"]["unit"] == {"en": "persons", "mn": "хүн"}
    for name, ending in (
        ("csv", ".csv"),
        ("px", ".px"),
        ("sdmx-xml", ".sdmx.xml"),
        ("csvw", ".csv-metadata.json"),
    ):
        response = get(client, f"/tables/moves/data?format={name}")
        assert response.content == (published / "tables" / f"moves{ending}").read_bytes()
        assert response.headers["Content-Disposition"] == f'attachment; filename="moves{ending}"'
    dataset = body(client, "/tables/moves/data?format=json-stat&lang=mn")
    assert dataset["value"] == [10, 20, 30, None]
    assert dataset["label"] == "Шилжилт, газар, оноор"


def test_who_has_the_answer_gets_304(client: "Client") -> None:
    first = get(client, "/places/MN11")
    tag = first.headers["ETag"]
    assert get(client, "/places/MN11", **{"if-none-match": f'"x", {tag}'}).status_code == 304
    assert get(client, "/places/MN11", **{"if-none-match": '"x"'}).status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=300"


def test_answers_are_compressed_and_open_to_other_sites(client: "Client") -> None:
    plain = get(client, "/tables/moves")
    packed = get(client, "/tables/moves", **{"accept-encoding": "gzip, br;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert get(client, "/tables/moves", **{"accept-encoding": "br"}).headers["Content-Encoding"] == "br"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert plain.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_figures_need_no_database(client: "Client") -> None:
    from django.db import connection

    def refuse(*_: Any) -> Any:
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(refuse):
        for address in ("", "/places", "/flows/2021", "/tables", "/indicators/rate/values"):
            assert get(client, address).status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "code", "field"),
    [
        ("/places?levle=aimag", 422, "WEB-265", "levle"),
        ("/places?limit=0", 422, "WEB-265", "limit"),
        ("/places?limit=201", 422, "WEB-265", "limit"),
        ("/places?limit=1e3", 422, "WEB-265", "limit"),
        ("/places?limit=9999999999999999999999999", 422, "WEB-265", "limit"),
        ("/places?limit=1&limit=2", 422, "WEB-265", "limit"),
        ("/places?fields=code,nmae", 422, "WEB-265", "nmae"),
        ("/places?level=%00", 400, "WEB-264", ""),
        ("/places?level=%ED%A0%80", 200, "", ""),
        ("/places?cursor=x", 400, "WEB-266", ""),
        ("/places/MN12", 404, "WEB-255", "code"),
        ("/places/%00", 400, "WEB-264", ""),
        ("/places/MN11/series?first=2022&last=2020", 422, "WEB-265", "first"),
        ("/flows/1850", 404, "WEB-255", "year"),
        ("/flows/99999999999999999999999999", 404, "WEB-255", "year"),
        ("/indicators/none", 404, "WEB-255", "key"),
        ("/tables/none", 404, "WEB-255", "key"),
        ("/tables/..%2F..%2Fetc/data", 404, "WEB-255", ""),
        ("/tables/moves/data?format=exe", 422, "WEB-265", "format"),
        ("/nothing", 404, "WEB-255", ""),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    client: "Client", address: str, status: int, code: str, field: str
) -> None:
    response = get(client, address)
    assert response.status_code == status
    if status == 200:
        return
    problem = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["fields"] == ([field] if field else [])
    assert problem["request_id"]
    assert problem["detail"].endswith(".")


def test_a_refusal_never_repeats_a_value(client: "Client") -> None:
    for address in (
        "/places/УБ00112233",
        "/places?limit=УБ00112233",
        "/places?УБ%20Бат=1",
        "/tables/УБ00112233",
    ):
        assert "УБ" not in get(client, address).content.decode()


def test_the_nearest_names_are_told(client: "Client") -> None:
    problem = json.loads(get(client, "/places?levle=aimag").content)
    assert problem["errors"][0]["reason"].startswith("is not known: level")


def test_problems_are_told_in_the_language_asked_for(client: "Client") -> None:
    response = get(client, "/nothing", **{"accept-language": "mn"})
    assert json.loads(response.content)["title"] == "Олдсонгүй"
    assert response.headers["Content-Language"] == "mn"


def test_other_methods_are_not_allowed(client: "Client") -> None:
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)(f"{STATISTICS}/places")
        assert (response.status_code, json.loads(response.content)["code"]) == (405, "WEB-256")
        assert response.headers["Allow"] == "GET"


def test_without_a_release_the_answer_is_to_come_again(
    client: "Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUUDEL_RELEASE", str(tmp_path / "none"))
    for address in (f"{STATISTICS}/places", "/api/pxweb/v2/tables"):
        response = client.get(address)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "60"


def test_who_asks_too_often_waits(client: "Client", monkeypatch: pytest.MonkeyPatch) -> None:
    from nuudel.web.api.limits import Limit
    from nuudel.web.api.statistics import answers

    monkeypatch.setattr(answers, "STRANGERS", Limit(per_minute=60, burst=1))
    assert get(client, "/places?limit=3").status_code == 200
    refused = get(client, "/places?limit=4")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    # What is there already costs nothing, and is not counted.
    assert get(client, "/places?limit=3").status_code == 200


def test_kept_answers_are_bounded() -> None:
    from nuudel.web.api.statistics.answers import Answers, Kept

    answers = Answers(limit=100)
    for number in range(10):
        answers.put((number,), Kept("text/plain", "x", {"identity": b"y" * 30}, {}))
    assert [answers.get((number,)) is not None for number in range(10)] == [False] * 7 + [True] * 3
