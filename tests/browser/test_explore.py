"""The map page in a real browser: its state, its keys, its size, its accessibility."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .visitors import AXE

# Of the issue: the first view with its fonts, compressed, and how long it may take here.
MOST_BYTES = 200_000


@pytest.fixture
def problems() -> list[str]:
    """Complaints of the browser; a test that opens a page ends with none."""
    return []


@pytest.fixture
def page(chromium: Browser, problems: list[str]) -> Iterator[Page]:
    """A page at a desk, without motion, that notes what the browser complains of."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def opened(page: Page, address: str) -> Page:
    """The page, once the script has taken over."""
    page.goto(address)
    page.wait_for_selector("#map.live")
    return page


def state_of(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def slide(page: Page, year: int) -> None:
    page.locator("#year").fill(str(year))


def test_the_slider_changes_finding_figures_and_address(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2021")
    before = page.locator("#left").inner_text()
    slide(page, 2022)
    expect(page.locator("#finding")).to_contain_text("In 2022 Zavkhan lost")
    expect(page.locator("#left")).not_to_have_text(before)
    expect(page.locator("#year-shown")).to_have_text("2022")
    expect(page.locator("#bars .now")).to_have_attribute("data-year", "2022")
    assert page.title().startswith("In 2022 Zavkhan lost")
    assert state_of(page) == {
        "place": "MN81", "year": "2022", "show": "both", "routes": "place", "level": "aimag",
        "fill": "net_per_100_moves",
    }  # fmt: skip


def test_an_address_brings_back_the_whole_view(page: Page, site: str) -> None:
    opened(
        page,
        f"{site}/en/?place=MN85&year=2020&show=in&routes=place&level=aimag&fill=poverty&at=2.00_0.300_0.400",
    )
    expect(page.locator("#panel-title")).to_have_text("Uvs, 2020")
    expect(page.locator("input[name=show][value=in]")).to_be_checked()
    expect(page.locator("select[name=fill]")).to_have_value("poverty")
    assert page.locator("#flows .out").count() == 0
    assert page.locator("#flows .in").count() == 21
    expect(page.locator("#fill-key")).to_contain_text("Poverty headcount, 2018")
    expect(page.locator("#zoom-out")).to_be_enabled()
    scale = page.locator("#land").get_attribute("transform")
    assert scale is not None
    assert float(scale.split("scale(")[1].rstrip(")")) > 1.5


def test_back_goes_to_the_place_before(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2021")
    page.select_option("#place", "MN85")
    expect(page.locator("#panel-title")).to_have_text("Uvs, 2021")
    page.go_back()
    expect(page.locator("#panel-title")).to_have_text("Zavkhan, 2021")
    expect(page.locator("#place")).to_have_value("MN81")


@pytest.mark.parametrize(
    "query",
    ["", "place=MN81&year=1985", "place=MN42&year=1986", "place=MN11&year=2018", "routes=all&year=2022",
     "place=MN18101&level=soum&year=2021", "place=MN67&show=net&year=2020"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "mn"])
def test_the_script_says_what_the_server_says(
    page: Page, problems: list[str], site: str, lang: str, query: str
) -> None:
    """Heading, figures, list, tables and keys stay as they were when the script takes over."""
    parts = [
        "#finding",
        "#panel-title",
        "#came",
        "#left",
        "#net",
        "#panel-notes",
        "#panel-lists",
        "#fill-key",
    ]
    parts += ["#route-key", "#places-table", "#routes-table", "#year-events"]
    page.route("**/figures/**", lambda route: route.abort())
    page.goto(f"{site}/{lang}/?{query}")
    written = {part: words_of(page, part) for part in parts}
    page.unroute("**/figures/**")
    opened(page, f"{site}/{lang}/?{query}")
    forget_the_cut(problems)
    assert {part: words_of(page, part) for part in parts} == written


def words_of(page: Page, part: str) -> str:
    """The text of a part, its white space aside."""
    return "".join((page.locator(part).text_content() or "").split())


def forget_the_cut(problems: list[str]) -> None:
    """Of a connection that a test has cut, the browser complains as it should."""
    problems[:] = [problem for problem in problems if "net::ERR_" not in problem]


def test_a_lost_connection_keeps_what_is_there(page: Page, problems: list[str], site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2021")
    page.route("**/figures/**", lambda route: route.abort())
    slide(page, 2020)
    expect(page.locator("#notice")).to_contain_text("could not be loaded")
    expect(page.locator("#panel-title")).to_have_text("Zavkhan, 2021")
    page.unroute("**/figures/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#panel-title")).to_have_text("Zavkhan, 2020")
    expect(page.locator("#notice")).to_be_hidden()
    forget_the_cut(problems)


def test_a_year_without_routes_says_so(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=1999")
    expect(page.locator("#panel-lists")).to_contain_text("No routes are known for 1999.")
    assert page.locator("#flows path").count() == 0


def test_the_map_by_keyboard(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2021")
    page.locator("#map").focus()
    page.keyboard.press("+")
    expect(page.locator("#zoom-whole")).to_be_enabled()
    assert "at" in state_of(page)
    page.keyboard.press("0")
    expect(page.locator("#zoom-whole")).to_be_disabled()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.code") == "MN81"
    page.keyboard.press("ArrowUp")
    neighbour = page.evaluate("document.activeElement.dataset.code")
    assert neighbour in {"MN84", "MN85", "MN67"}
    expect(page.locator("#tip")).to_contain_text("2021:")
    expect(page.locator("#announced")).to_contain_text("left, net")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_value(neighbour)
    assert page.evaluate("document.activeElement.dataset.code") == neighbour


def test_a_row_of_the_list_tells_its_range(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2021")
    page.locator("#panel-lists a").first.focus()
    expect(page.locator("#tip")).to_contain_text("estimated")
    expect(page.locator("#announced")).to_contain_text("Ulaanbaatar to Zavkhan: about")
    assert page.locator("#flows .faint").count() > 10
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text("Ulaanbaatar, 2021")


def test_soums_are_loaded_when_they_are_asked_for(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, f"{site}/en/?place=MN81&year=2021")
    assert not any("shapes-soum" in url for url in asked)
    page.select_option("select[name=level]", "soum")
    expect(page.locator("#land path")).to_have_count(339)
    page.select_option("select[name=fill]", "livestock_per_herder")
    page.select_option("#place", "MN18101")
    expect(page.locator("#panel-notes")).to_contain_text("Moves are counted for larger units only")
    expect(page.locator("#panel-notes")).to_contain_text("Livestock per herder household")


def test_play_goes_on_year_by_year(page: Page, site: str) -> None:
    opened(page, f"{site}/en/?place=MN81&year=2020")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#finding")).to_contain_text("In 2021")
    expect(page.locator("#finding")).to_contain_text("In 2022", timeout=4000)
    page.get_by_role("button", name="Pause").click()
    assert page.locator("#play").inner_text() == "Play"


def test_links_carry_the_view(page: Page, site: str) -> None:
    opened(page, f"{site}/en/")
    page.locator("label", has_text="All routes").click()
    expect(page.locator("#panel-title")).to_have_text("Mongolia, 2022")
    for link in page.locator("a[data-download]").all():
        assert "routes=all" in (link.get_attribute("href") or "")
    page.locator(".lang a", has_text="Монгол").click()
    expect(page.locator("#panel-title")).to_have_text("Монгол Улс, 2022")


def test_the_picture_is_a_png(page: Page, site: str) -> None:
    opened(page, f"{site}/mn/?fill=poverty")
    with page.expect_download() as download:
        page.get_by_role("button", name="Зураг").click()
    path = download.value.path()
    assert download.value.suggested_filename == "nuudel-MN11-2022.png"
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 50_000


def test_without_javascript(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/en/")
    assert page.locator("#land path").count() == 22
    assert page.locator("#flows path").count() == 40
    page.select_option("#place", "MN81")
    page.select_option("form select[name=year]", "2021")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#finding")).to_contain_text("In 2021 Zavkhan lost 1,036 people")
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    expect(page.locator("#places-table tbody tr")).to_have_count(22)
    page.locator("#panel-lists a").first.click()
    expect(page.locator("#panel-title")).to_have_text("Ulaanbaatar, 2021")
    context.close()


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_a_phone(chromium: Browser, site: str, lang: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = opened(context.new_page(), f"{site}/{lang}/?place=MN81")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("#zoom-in", "#place", "#play", ".lang a", "#panel-lists a"):
        box = page.locator(name).first.bounding_box()
        assert box is not None
        assert box["height"] >= 44 or name == "#play"
    assert page.locator("#names text").count() >= 2
    sizes = page.eval_on_selector_all(
        "#names text", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12
    touch = page.evaluate("getComputedStyle(document.querySelector('#map')).touchAction")
    assert touch == "pan-x pan-y"
    pinch(page)
    page.wait_for_url("**&at=**")
    assert float(state_of(page)["at"].split("_")[0]) > 1.5
    context.close()


def pinch(page: Page) -> None:
    """Two fingers on the map move apart."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)
    steps: list[tuple[str, list[float]]] = [
        ("touchStart", [20]), ("touchMove", [35]), ("touchMove", [50]), ("touchEnd", []),
    ]  # fmt: skip
    for kind, apart in steps:
        points: list[dict[str, Any]] = [
            {"x": x + sign * wide, "y": y, "id": number}
            for wide in apart
            for number, sign in enumerate((-1, 1))
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "mn"])
def test_axe_finds_nothing(chromium: Browser, site: str, lang: str, theme: Any, width: int) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = opened(context.new_page(), f"{site}/{lang}/?place=MN81&year=2018")
    page.locator("#figures summary").click()
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_theme_that_is_chosen_stays(page: Page, site: str) -> None:
    opened(page, f"{site}/en/")
    page.select_option("#theme", "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator("#theme")).to_have_value("dark")


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_the_first_view_is_small(chromium: Browser, site: str, lang: str) -> None:
    """Bytes as they come over the line, all files until the network rests."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{site}/{lang}/", wait_until="networkidle")
    assert 0 < sum(received) < MOST_BYTES
    context.close()
