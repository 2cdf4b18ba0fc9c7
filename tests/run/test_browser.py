"""The report in a real browser: nothing scrolls sideways on a phone, the fonts are its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser


@pytest.mark.parametrize("lang", ["en", "mn"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_report_fits_the_screen(
    chromium: Browser, finished: Callable[[str, str], Path], lang: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((finished("mongolia", lang) / "report.html").as_uri())
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.check('600 20px Literata', 'Өө Үү')")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert {name.strip('"') for name in loaded} == {"Golos Text", "Literata"}
    assert [url for url in requests if url.startswith("http")] == []
    shown = page.locator(".phone svg" if width == 360 else ".desk svg")
    hidden = page.locator(".desk svg" if width == 360 else ".phone svg")
    assert shown.first.is_visible()
    assert not hidden.first.is_visible()
    # A drawing is shown at about its own size, so that its 12 px text stays 12 px text.
    box = shown.first.bounding_box()
    assert box is not None
    assert box["width"] >= 0.99 * float(shown.first.get_attribute("width") or 0)
    page.close()


def test_words_on_drawings_stay_inside_the_page_of_a_phone(
    chromium: Browser, finished: Callable[[str, str], Path]
) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.goto((finished("mongolia", "mn") / "report.html").as_uri())
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.phone svg text')]
             .filter(t => { const b = t.getBoundingClientRect(); return b.left < 0 || b.right > 360 })
             .map(t => t.textContent)"""
    )
    assert outside == []
    page.close()
