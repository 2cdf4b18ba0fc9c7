"""Statistical clients read our tables from the running server: pxwebpy, and whoever speaks version 1."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nuudel.web.operations.database import Addresses
from nuudel.web.testing_live import serving

from .api_release import write_release


@pytest.fixture(scope="module")
def server(database: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = write_release(tmp_path_factory.mktemp("release") / "release")
    with serving(database, NUUDEL_RELEASE=str(folder)) as address:
        yield address


def ask(address: str, query: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    body = None if query is None else (query if isinstance(query, bytes) else json.dumps(query).encode())
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"} | headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.loads(response.read()), named(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null"), named(error.headers)


def named(headers: Any) -> dict[str, str]:
    """Headers as they are written in the standard; the server sends them in small letters."""
    return {name.title(): value for name, value in headers.items()}


def test_pxwebpy_reads_a_table(server: str) -> None:
    from pxweb import PxApi

    api = PxApi(f"{server}/api/pxweb/v2", language="en", max_workers=1)
    assert api.number_of_tables == 1
    assert api.search(query="moves")["tables"][0]["id"] == "moves"
    rows = api.get_table_data_all("moves", show="code")
    assert {(row["Place"], row["Year"]): row["value"] for row in rows} == {
        ("MN11", "2020"): 10,
        ("MN11", "2021"): 20,
        ("MN81", "2020"): 30,
        ("MN81", "2021"): None,
    }


def test_version_1_leads_from_the_databases_to_the_figures(server: str) -> None:
    base = f"{server}/api/pxweb/v1/mn"
    _, databases, headers = ask(f"{base}/")
    assert databases[0]["dbid"] == "nuudel"
    assert headers["Access-Control-Allow-Origin"] == "*"
    (folder,) = ask(f"{base}/nuudel")[1]
    (table,) = ask(f"{base}/nuudel/{folder['id']}")[1]
    address = f"{base}/nuudel/{folder['id']}/{table['id']}"
    assert [variable["code"] for variable in ask(address)[1]["variables"]] == [
        "place",
        "ContentsCode",
        "year",
    ]
    chosen = [{"code": "place", "selection": {"filter": "item", "values": ["MN81"]}}]
    status, found, headers = ask(address, {"query": chosen, "response": {"format": "json-stat2"}})
    assert status == 200
    assert found["value"] == [30, None]
    # Figures are computed for each posted query; other sites' pages may read only what GET gives.
    assert "Access-Control-Allow-Origin" not in headers


def test_what_is_wrong_is_told_as_pxweb_tells_it(server: str) -> None:
    status, found, _ = ask(f"{server}/api/pxweb/v1/en/nuudel/observed/none.px")
    assert (status, list(found)) == (404, ["error"])
    status, found, _ = ask(f"{server}/api/pxweb/v2/tables/none")
    assert (status, found["status"]) == (404, 404)
    for body in (b"", b"{", b"[" * 100_000, b'{"query": 5}', b"\xff\x00"):
        status, found, _ = ask(f"{server}/api/pxweb/v1/en/nuudel/observed/moves.px", body)
        assert status == 400, body[:10]
    status, found, _ = ask(f"{server}/api/pxweb/v2/tables/moves/data", b" " * 1_100_000)
    assert (status, found["title"]) == (413, "Хэт том")


def test_who_asks_too_often_is_told_to_wait(server: str) -> None:
    from nuudel.web.api.pxweb import LIMITS

    address = f"{server}/api/pxweb/v1/en/nuudel/observed/moves.px"
    statuses = [
        ask(address, {"query": [], "response": {"format": "json"}})[0] for _ in range(LIMITS.calls + 5)
    ]
    assert statuses[-1] == 429
    assert set(statuses) == {200, 429}
    assert ask(address, {"query": []})[2]["Retry-After"] == "1"
