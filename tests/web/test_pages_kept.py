"""Pages that are kept: compressed, asked about by their tag, the same for all, and quick."""

import gzip
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import pytest

from nuudel.web.operations.database import Addresses
from nuudel.web.pages import kept
from nuudel.web.testing import signed_in, user_with

if TYPE_CHECKING:
    from django.test import Client

from .pages_release import write_release

PAGE = "/en/places/"
PLACE = "/en/places/MN81/"
# A kept page, whatever the machine does beside; measured: 0.3 ms.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(autouse=True)
def shown(database: Addresses, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUUDEL_RELEASE", str(folder))
    return folder


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
        ("*;q=0", None),
    ],
)
def test_a_page_comes_in_the_form_that_is_read(client: "Client", accepted: str, encoding: str | None) -> None:
    plain = client.get(PAGE).content
    response = client.get(PAGE, headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](response.content)
    assert read == plain
    assert response.headers["Content-Length"] == str(len(response.content))
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_who_has_the_page_gets_304_in_its_own_form(client: "Client") -> None:
    br = client.get(PAGE, headers={"Accept-Encoding": "br"})
    plain = client.get(PAGE)
    assert br.headers["ETag"] != plain.headers["ETag"]
    for first, accepted in ((br, "br"), (plain, "")):
        asked = {"Accept-Encoding": accepted, "If-None-Match": first.headers["ETag"]}
        again = client.get(PAGE, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


def test_the_chosen_colours_have_pages_of_their_own(client: "Client") -> None:
    auto = client.get(PAGE).content
    client.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in client.get(PAGE).content
    client.cookies["theme"] = '"><script>'
    assert client.get(PAGE).content == auto


def test_a_page_is_the_same_for_who_has_signed_in(client: "Client") -> None:
    assert signed_in(user_with()).get(PAGE).content == client.get(PAGE).content


def test_a_new_release_has_new_pages(
    client: "Client", folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = tmp_path / "release"
    shutil.copytree(folder, release)
    monkeypatch.setenv("NUUDEL_RELEASE", str(release))
    before = client.get("/en/data/").content
    (release / "tables" / "moves.csv-metadata.json").unlink(missing_ok=True)
    for path in (release / "tables").glob("*.csv-metadata.json"):
        path.unlink()
    assert client.get("/en/data/").content == before
    index = release / "explorer" / "index.json"
    index.write_text(index.read_text("utf-8").replace('"version":"', '"version":"9.'), "utf-8")
    os.utime(index, ns=(time.time_ns() + 10**9, time.time_ns() + 10**9))
    assert client.get("/en/data/").content != before


@pytest.mark.parametrize(
    "address", ["/en/account/login/", "/en/places/XX/", "/healthz", "/en/places/?q=khentii"]
)
def test_what_is_not_for_all_is_not_kept(client: "Client", address: str) -> None:
    response = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers.get("Cache-Control") != kept.ASK_FIRST


def test_a_page_that_looked_at_the_session_is_not_kept(
    client: "Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpRequest, HttpResponse
    from django.urls import resolve

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"for {request.session.get('name')}")

    match = resolve("/en/timeline/")
    match.func = view
    monkeypatch.setattr(
        "django.core.handlers.base.BaseHandler.resolve_request", lambda self, request: placed(request, match)
    )
    response = client.get("/en/timeline/?kept=never", headers={"Accept-Encoding": "br"})
    assert response.content == b"for None"
    assert "Content-Encoding" not in response.headers


def placed(request, match):  # type: ignore[no-untyped-def]
    request.resolver_match = match
    return match


def test_only_asking_is_answered_from_memory(client: "Client") -> None:
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405
    head = client.head(PAGE)
    assert (head.status_code, head.content) == (200, b"")


def test_memory_stays_within_its_bound(client: "Client", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 40_000)
    middleware = kept.KeptPagesMiddleware(lambda request: pytest.fail("not asked"))
    for number in range(30):
        page = kept.KeptPage(bytes(3_000), "tag", {}, None)  # type: ignore[arg-type]
        middleware.keep((1, PAGE, str(number), ""), page)
    assert middleware.bytes == sum(page.size for page in middleware.pages.values())
    assert 0 < middleware.bytes <= 40_000
    assert (1, PAGE, "29", "") in middleware.pages


def test_a_kept_page_is_composed_no_second_time(client: "Client", monkeypatch: pytest.MonkeyPatch) -> None:
    """What it takes then is measured by ``nuudel bench web``, not here."""
    first = client.get(PLACE, headers={"Accept-Encoding": "br"})
    monkeypatch.setattr("nuudel.web.pages.places.drawn_page", lambda *told: pytest.fail("composed again"))
    again = client.get(PLACE, headers={"Accept-Encoding": "br"})
    assert (first.status_code, again.content) == (200, first.content)


def test_a_very_long_address_is_answered_but_not_kept(client: "Client") -> None:
    address = f"{PLACE}?q={'a' * (kept.LONGEST_QUERY + 1)}"
    response = client.get(address, headers={"Accept-Encoding": "br"})
    assert response.status_code == 200
    assert response.headers.get("Cache-Control") != kept.ASK_FIRST
