"""What domains publish while the server runs: on the map, in files, on pages of places, in the interface."""

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nuudel.web.explorer.published import Content, file_of, keep, published, shown
from nuudel.web.operations.database import Addresses

from .pages_release import write_release

if TYPE_CHECKING:
    from django.test import Client

AIMAG, SOUM, EMPTY = "MN81", "MN18101", "MN18104"
KEY = "displacement_individuals_example"


def text(words: str) -> dict[str, str]:
    return {"en": words, "mn": f"{words} (mn)"}


def content(people: int, made_of: str = "1") -> Content:
    """A round with people in one soum, and in a place that the explorer does not have."""
    source = {
        "key": "displacement-example",
        "institution": text("Example office"),
        "title": text("Round 2"),
        "identifier": "0123",
        "licence": "",
        "line": text("Example office: round 2"),
    }
    return {
        "made_of": made_of,
        "indicators": [
            {
                "key": KEY,
                "title": text("People present, round 2"),
                "unit": text("people"),
                "caveat": text("Of covered areas only."),
                "disclosure": text("Rounded to 5."),
                "source": source,
                "as_of": "2026-11-30",
                "values": {AIMAG: people + 5, SOUM: people, "MN99999": 5},
            }
        ],
        "section": {
            "key": "displacement",
            "title": text("Displacement tracking"),
            "text": text("No census."),
            "caption": text("Published rounds"),
            "header": [text("Round"), text("Days"), text("People present"), text("Arrived")],
            "caveat": text("Of covered areas only."),
            "source": text("Example office"),
            "rows": {SOUM: [(text("Round <2>"), ["2026-11-10 – 2026-11-30", people, None])]},
        },
    }


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(autouse=True)
def _folders(database: Addresses, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUUDEL_RELEASE", str(release))
    monkeypatch.setenv("NUUDEL_DATA", str(tmp_path))


def page_of(client: "Client", address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def handed(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="explore-data" type="application/json">(.*?)</script>', page)
    assert found
    told: dict[str, Any] = json.loads(found[1])["page"]
    return told


def test_nothing_is_shown_before_something_is_published(client: "Client") -> None:
    assert published().stamp == ""
    assert KEY not in page_of(client, "/en/")
    assert "Displacement tracking</h2>" not in page_of(client, f"/en/places/{SOUM}/")


def test_the_map_draws_the_counts_as_dots(client: "Client") -> None:
    keep("displacement", content(1235))
    page = page_of(client, f"/en/?place={SOUM}&level=soum&fill={KEY}&routes=none")
    assert page.count('class="count c-larch"') == 1, "the place that the explorer does not have is no dot"
    assert "People present, round 2: 1,235 (people)" in page
    assert "Of covered areas only." in page
    assert "Example office: round 2" in page
    page = page_of(client, f"/mn/?place={AIMAG}&level=soum&fill={KEY}&routes=none")
    assert "People present, round 2 (mn): 1,240" in page, (
        "an aimag is told its own count though soums are drawn"
    )


def test_the_script_gets_the_values_under_a_build_of_their_own(client: "Client") -> None:
    before = handed(page_of(client, "/en/"))
    keep("displacement", content(10))
    now = handed(page_of(client, "/en/"))
    assert now["figures"] != before["figures"]
    assert now["indicators"][-1]["key"] == KEY
    assert client.get(f"{before['figures']}indicator-{KEY}.json").status_code == 404
    got = client.get(f"{now['figures']}indicator-{KEY}.json")
    assert got.json() == {"aimag": {"all": {AIMAG: 15}}, "soum": {"all": {SOUM: 10}}}
    assert client.get(f"{now['figures']}series.json").status_code == 200


def test_a_new_version_is_seen_at_once_and_what_is_withdrawn_is_gone(client: "Client") -> None:
    address = f"/en/?place={SOUM}&level=soum&fill={KEY}&routes=none"
    for number, people in enumerate((100, 105)):
        keep("displacement", content(people, str(number)))
        assert f"round 2: {people} (people)" in page_of(client, address)
        assert f">{people}<" in page_of(client, f"/en/places/{SOUM}/")
    keep("displacement", {"made_of": "3", "indicators": [], "section": None})
    assert "round 2" not in page_of(client, address)
    assert "Round <2>" not in page_of(client, f"/en/places/{SOUM}/")


def test_a_page_tells_the_rounds_of_its_place(client: "Client") -> None:
    keep("displacement", content(1235))
    for lang, words in (("en", "Displacement tracking"), ("mn", "Displacement tracking (mn)")):
        raw = client.get(f"/{lang}/places/{SOUM}/").content.decode()
        assert "Round &lt;2&gt;" in raw
        assert f'<a href="#displacement">{words}</a>' in raw
        assert f'href="/{lang}/displacement/places/{SOUM}/"' in raw
        rows = re.findall(r'<th scope="row">Round &lt;2&gt;.*?</tr>', raw)
        assert [re.findall(r'<td[^>]*?class="num">([^<]*)', row) for row in rows] == [["1,235", "–"]]
    assert 'id="displacement"' not in page_of(client, f"/en/places/{EMPTY}/")


def test_the_figures_are_taken_along_with_what_is_to_be_known(client: "Client") -> None:
    keep("displacement", content(1235))
    table = client.get(f"/en/download/fill.csv?fill={KEY}&level=soum")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert any(SOUM in row and "1235" in row for row in rows)
    axis = client.get(f"/en/download/fill.px?fill={KEY}&level=soum").content.decode("utf-8")
    assert "Rounded to 5." in axis


def test_the_interface_lists_them(client: "Client") -> None:
    keep("displacement", content(1235))
    listed = client.get("/api/v1/statistics/indicators").json()["items"]
    assert listed[-1]["key"] == KEY
    values = client.get(f"/api/v1/statistics/indicators/{KEY}/values?level=soum").json()["items"]
    assert values == [{"place": SOUM, "level": "soum", "year": None, "value": 1235}]


def test_a_broken_file_hides_no_page(client: "Client") -> None:
    keep("displacement", content(1235))
    file_of("displacement").write_bytes(b'{"indicators": [')
    assert KEY not in page_of(client, "/en/")
    assert client.get(f"/en/places/{SOUM}/").status_code == 200


def test_the_bundle_is_made_once() -> None:
    keep("displacement", content(1235))
    assert shown() is shown()
