"""Public pages: every unit in both languages, figures counted by hand, names in either script, no release."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nuudel.publication.explorer.documents import Exhibit
from nuudel.publication.explorer.pages import compose_place
from nuudel.publication.explorer.read import read_bundle
from nuudel.web.operations.database import Addresses

if TYPE_CHECKING:
    from django.test import Client

from .pages_release import write_release

SVG = re.compile(r'<div class="(desk|phone)">\s*<svg .*?</svg>\s*</div>', re.DOTALL)
LANGUAGES = ("mn", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(autouse=True)
def shown(database: Addresses, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUUDEL_RELEASE", str(folder))
    return folder


def text_of(client: "Client", address: str, status: int = 200) -> str:
    """The words of a page, without its elements."""
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return words(response.content.decode())


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_unit_has_its_page_with_every_figure(client: "Client", folder: Path, lang: str) -> None:
    bundle = read_bundle(folder / "explorer")
    assert len(bundle.units()) == 22
    for unit in bundle.units():
        response = client.get(f"/{lang}/places/{unit.code}/")
        assert response.status_code == 200, unit.code
        page = response.content.decode()
        composed = compose_place(bundle, unit.code, lang)
        blocks = [block for section in composed.sections for block in section.blocks]
        figures = [block for block in blocks if isinstance(block, Exhibit)]
        assert len(figures) >= 5, unit.code
        assert len(SVG.findall(page)) == 2 * len(figures), unit.code
        said = words(page)
        for block in figures:
            assert block.figure.title in said
            assert all(caveat in said for caveat in block.figure.caveats)
        for tile in composed.key_figures:
            assert tile.value in said
        assert " nan" not in said.casefold()
        assert re.search(r'<svg class="where".*?class="here"', page)


@pytest.mark.parametrize(
    ("code", "figures"),
    [("MN81", ("342", "2,224", "−1,882", "73,231")), ("MN11", ("37,602", "7,183", "+30,419", "1,499,140"))],
)
def test_the_large_numbers_are_those_that_were_counted(
    client: "Client", code: str, figures: tuple[str, ...]
) -> None:
    """By hand from the table DT_NSO_0300_040V1 of the National Statistics Office."""
    page = client.get(f"/en/places/{code}/").content.decode()
    tiles = dict(re.findall(r'<dt>(.*?)</dt><dd><span class="big \w*">(.*?)</span>', page))
    assert set(figures) <= set(tiles.values())


def test_the_numbers_below_a_drawing_hold_the_year_before(client: "Client") -> None:
    """Zavkhan 2021: 560 came, 1,596 left, a balance of −1,036."""
    page = client.get("/en/places/MN81/").content.decode()
    row = re.search(r'<th scope="row">2021</th>(.*?)</tr>', page)
    assert row is not None
    assert re.findall(r">([−+]?[\d,]+)</td>", row[1])[:3] == ["560", "1,596", "−1,036"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", ["MN18101", "MN01101"])
def test_a_soum_says_what_is_missing_of_it(client: "Client", folder: Path, lang: str, code: str) -> None:
    bundle = read_bundle(folder / "explorer")
    if code not in bundle.places:
        code = next(p.code for p in bundle.places.values() if p.parent == "MN11")
    page = client.get(f"/{lang}/places/{code}/").content.decode()
    assert bundle.name(code, lang) in page
    assert '<circle class="point"' in page
    assert 'id="missing"' in page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "address", ["places/", "compare/", "timeline/", "data/", "reports/", "timeline/?place=MN81"]
)
def test_every_page_opens_in_both_languages(client: "Client", lang: str, address: str) -> None:
    page = client.get(f"/{lang}/{address}")
    assert page.status_code == 200
    assert f'<html lang="{lang}"' in page.content.decode()
    assert page.content.decode().count("<h1") == 1


def test_soums_in_a_table_lead_to_their_pages(client: "Client", folder: Path) -> None:
    bundle = read_bundle(folder / "explorer")
    page = client.get("/mn/places/MN81/").content.decode()
    linked = set(re.findall(r'<th scope="row"><a href="/mn/places/(MN18\d+)/">', page))
    assert linked == {place.code for place in bundle.places.values() if place.parent == "MN81"}
    assert len(linked) == 24


@pytest.mark.parametrize(("lang", "address"), [("en", "places/zavhan_/"), ("mn", "places/Завхон/")])
def test_a_place_that_is_not_there_is_answered_with_those_near(
    client: "Client", lang: str, address: str
) -> None:
    response = client.get(f"/{lang}/{address}")
    assert response.status_code == 404
    assert f'href="/{lang}/places/MN81/"' in response.content.decode()


@pytest.mark.parametrize(
    "address", ["compare/?a=XX1&b=MN11", "compare/?a=MN11&b=XX1", "timeline/?place=XX1", "places/XX1/"]
)
def test_unknown_places_are_404_in_words_everywhere(client: "Client", address: str) -> None:
    assert "Nothing is called “XX1” here" in text_of(client, f"/en/{address}", 404)
    assert "“XX1” нэртэй газар" in text_of(client, f"/mn/{address}", 404)


@pytest.mark.parametrize("typed", ["Хэнтий", "khentii", "Hentii", "MN23", "ХЭНТИЙ"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_name_in_either_script_leads_to_its_place(client: "Client", lang: str, typed: str) -> None:
    searched = client.get(f"/{lang}/places/", {"q": typed})
    assert (searched.status_code, searched.headers.get("Location")) == (302, f"/{lang}/places/MN23/")
    if typed != "MN23":
        assert client.get(f"/{lang}/places/{typed}/").headers["Location"] == f"/{lang}/places/MN23/"


def test_a_name_of_two_places_lists_both(client: "Client") -> None:
    """Zavkhan is an aimag, and a soum of Uvs."""
    page = client.get("/mn/places/", {"q": "Завхан"}).content.decode()
    assert re.findall(r'<tr><th scope="row"><a href="[^"]*">(.*?)</a>', page) == ["Завхан", "Увс"]
    assert len(re.findall(r'<li><a href="[^"]*">Завхан</a>', page)) == 1


@pytest.mark.parametrize(
    ("typed", "found"), [("баян улгий", "MN83"), ("Өвөрхангай", "MN62"), ("уворхангай", "MN62")]
)
def test_letters_that_a_keyboard_lacks(client: "Client", typed: str, found: str) -> None:
    assert client.get("/mn/places/", {"q": typed})["Location"] == f"/mn/places/{found}/"


def test_a_part_of_a_name_keeps_what_has_it(client: "Client") -> None:
    said = text_of(client, "/en/places/?q=govi")
    assert "Govi-Altai" in said
    assert "Dornogovi" in said
    assert "Zavkhan" not in said


def test_a_search_for_nothing_that_is_there(client: "Client") -> None:
    page = client.get("/en/places/", {"q": "<script>alert(1)</script>"})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "No place has" in words(page.content.decode())
    assert "Zavkhan" in text_of(client, "/en/places/?q=zavkhaan")


def test_names_stand_in_the_order_of_the_language(client: "Client") -> None:
    page = client.get("/mn/places/").content.decode()
    names = re.findall(r'<tr><th scope="row"><a href="[^"]*">(.*?)</a>', page)
    assert names.index("Орхон") < names.index("Өвөрхангай") < names.index("Сүхбаатар")
    assert names[0] == "Архангай"
    assert len(names) == 22


def test_the_same_place_twice_asks_for_another(client: "Client") -> None:
    assert "Choose two different places." in text_of(client, "/en/compare/?a=MN11&b=MN11")


def test_two_soums_can_be_compared(client: "Client", folder: Path) -> None:
    assert "Uliastai" in text_of(client, "/en/compare/?a=MN18101&b=MN18107")


def test_before_the_first_release_the_pages_say_so(
    client: "Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUUDEL_RELEASE", str(tmp_path))
    for page in ("places/", "data/", "reports/", "timeline/", "places/MN81/"):
        response = client.get(f"/en/{page}")
        assert response.status_code == 503, page
        assert response.headers["Retry-After"]
        assert "The figures are being computed" in words(response.content.decode())


def test_a_release_without_tables_and_reports(
    client: "Client", folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "explorer").symlink_to(folder / "explorer")
    monkeypatch.setenv("NUUDEL_RELEASE", str(tmp_path))
    assert "Тайланг бичиж байна" in text_of(client, "/mn/reports/")
    assert "Хүснэгтүүдийг бичиж байна" in text_of(client, "/mn/data/")


@pytest.fixture(autouse=True, scope="module")
def forget_release() -> Iterator[None]:
    """The next module reads a release of its own."""
    yield
    from nuudel.web.explorer import release

    release._kept = None


def test_the_pages_are_drawn_ahead_once(client: "Client", folder: Path) -> None:
    """After the tests above have drawn every unit the process has the timeline left."""
    from nuudel.web.pages import ahead, drawn, jobs

    old = drawn.pages_folder() / "of-an-earlier-release"
    old.mkdir(parents=True)
    assert not ahead.is_drawn()
    assert jobs.draw_ahead(0)
    assert ahead.is_drawn()
    assert not old.exists()
    files = {path.name for path in drawn.drawn_folder().glob("*.html.gz")}
    assert {
        f"place-{u.code}-{lang}.html.gz"
        for u in read_bundle(folder / "explorer").units()
        for lang in LANGUAGES
    } < files
    assert {"timeline--mn.html.gz", "timeline--en.html.gz"} <= files
    assert not jobs.draw_ahead(0)


def test_the_worker_knows_the_job() -> None:
    from procrastinate.contrib.django import app

    task = app.tasks["pages.draw_ahead"]
    assert task.queueing_lock == "pages.draw_ahead"
    assert "pages.draw_ahead" in {name for name, _ in app.periodic_registry.periodic_tasks}
