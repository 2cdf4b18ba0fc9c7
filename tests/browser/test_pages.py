"""The pages beside the map in a real browser: accessibility, phones, print, no scripts, no complaints."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ..web.pages_release import complete
from .visitors import AXE

PAGES = {
    "unit": "places/MN81/",
    "soum": "places/MN18101/",
    "places": "places/",
    "search": "places/?q=govi",
    "compare": "compare/?a=MN81&b=MN11",
    "timeline": "timeline/?place=MN11",
    "data": "data/",
    "reports": "reports/",
    "activities": "activities/",
    "unknown": "places/zavkhaan/",
}
SMALLEST_TARGET, SMALLEST_TEXT = 24, 12


# One of the pages asks the database: this module has one of its own, as every other.
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="session", autouse=True)
def pages(release_of_mongolia: Path) -> dict[str, str]:
    """Addresses of each kind of page, under a language; the release gets its tables and reports."""
    complete(release_of_mongolia)
    files = sorted((release_of_mongolia / "tables").glob("*.csv-metadata.json"))
    return PAGES | {"table": f"data/{files[0].name.split('.')[0]}/"}


@pytest.fixture(autouse=True)
def no_complaint(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What the browser complains of: nothing, but the status of a page that is not there."""
    problems: list[str] = []
    yield problems
    assert [problem for problem in problems if "status of 404" not in problem] == []


def opened(browser: Browser, problems: list[str], address: str, **options: Any) -> Page:
    page = browser.new_context(reduced_motion="reduce", **options).new_page()
    page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["mn", "en"])
def test_axe_finds_nothing(
    chromium: Browser, site: str, pages: dict[str, str], no_complaint: list[str], lang: str, theme: Any
) -> None:
    found = {}
    page = opened(chromium, no_complaint, f"{site}/{lang}/places/", color_scheme=theme)
    for kind, address in pages.items():
        page.goto(f"{site}/{lang}/{address}")
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            result = Axe().run(page, options=AXE)
            if result.violations_count:
                found[kind, width] = result.generate_report()
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_nothing_scrolls_sideways_and_targets_can_be_hit(
    chromium: Browser, site: str, pages: dict[str, str], no_complaint: list[str], lang: str
) -> None:
    for kind, address in pages.items():
        page = opened(
            chromium,
            no_complaint,
            f"{site}/{lang}/{address}",
            viewport={"width": 360, "height": 740},
            has_touch=True,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, kind
        texts = page.eval_on_selector_all(
            ".phone svg text", "all => all.map(e => e.getBoundingClientRect().height ? "
            "parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a : 99)",
        )  # fmt: skip
        assert min(texts, default=99) >= SMALLEST_TEXT - 0.2, kind
        heights = page.eval_on_selector_all(
            "main :is(button, select, summary, input)",
            "all => all.map(e => e.getBoundingClientRect().height).filter(h => h > 0)",
        )
        assert min(heights, default=99) >= SMALLEST_TARGET, kind
        page.context.close()


@pytest.mark.parametrize("width", [768, 1440])
def test_drawings_stand_at_their_own_size(
    chromium: Browser, site: str, no_complaint: list[str], width: int
) -> None:
    page = opened(chromium, no_complaint, f"{site}/en/places/MN81/", viewport={"width": width, "height": 900})
    widths = page.eval_on_selector_all(".desk svg", "all => all.map(e => e.getBoundingClientRect().width)")
    assert len(widths) >= 5
    for found in widths:
        assert 600 <= found <= 704
    assert page.locator(".phone svg >> visible=true").count() == 0
    page.context.close()


def test_paper_keeps_the_figures_and_leaves_the_controls(
    chromium: Browser, site: str, no_complaint: list[str]
) -> None:
    page = opened(
        chromium, no_complaint, f"{site}/mn/places/MN81/",
        viewport={"width": 660, "height": 930}, color_scheme="dark",
    )  # fmt: skip
    page.emulate_media(media="print")
    assert page.locator(".desk svg >> visible=true").count() >= 5
    assert page.locator(".phone svg >> visible=true").count() == 0
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#before")).to_be_visible()
    expect(page.locator(".caveat").first).to_be_visible()
    for gone in (".top", ".tabs", ".foot", ".ways"):
        expect(page.locator(gone)).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(20, 33, 43)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 660
    assert len(page.pdf(format="A4")) > 20_000
    page.context.close()


def test_without_scripts(
    chromium: Browser, site: str, pages: dict[str, str], no_complaint: list[str]
) -> None:
    page = opened(
        chromium, no_complaint, f"{site}/en/places/",
        java_script_enabled=False, viewport={"width": 1280, "height": 900},
    )  # fmt: skip
    page.get_by_role("searchbox").fill("Khentii")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("h1")).to_contain_text("Khentii")
    page.locator("summary").first.click()
    expect(page.locator("details table").first).to_be_visible()
    page.get_by_role("link", name="Compare", exact=True).last.click()
    page.locator("select[name=b]").select_option("MN81")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_contain_text("Khentii and Zavkhan")
    page.goto(f"{site}/en/{pages['table']}")
    select = page.locator("main form select").first
    select.select_option(index=1)
    page.get_by_role("button", name="Show").click()
    assert "?" in page.url
    expect(page.locator("main tbody tr").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert download.value.suggested_filename.endswith(".csv")
    page.context.close()


def test_the_keyboard_goes_from_the_tabs_to_the_part(
    chromium: Browser, site: str, no_complaint: list[str]
) -> None:
    page = opened(chromium, no_complaint, f"{site}/en/places/MN81/", viewport={"width": 1280, "height": 900})
    link = page.locator(".tabs a[href='#forecast']")
    link.focus()
    page.keyboard.press("Enter")
    box = page.locator("#forecast h2").bounding_box()
    bar = page.locator(".tabs").bounding_box()
    assert box is not None
    assert bar is not None
    assert bar["y"] + bar["height"] <= box["y"] <= 300
    page.context.close()


def test_the_language_switch_stays_on_the_page(chromium: Browser, site: str, no_complaint: list[str]) -> None:
    page = opened(chromium, no_complaint, f"{site}/en/compare/?a=MN81&b=MN11")
    page.locator(".lang a[lang=mn]").click()
    assert page.url == f"{site}/mn/compare/?a=MN81&b=MN11"
    expect(page.locator("h1")).to_contain_text("Завхан")
    page.context.close()
