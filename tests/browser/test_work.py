"""The work pages in a browser: with the keyboard, without scripts, on a phone, in both themes."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import Quiet, Server
from .visitors import AXE


def apart(work: Callable[[], Any]) -> Any:
    """Do something with the database; playwright keeps a loop in this thread that Django refuses."""
    found: list[Any] = []

    def run() -> None:
        from django.db import connections

        try:
            found.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert found
    return found[0]


@dataclass(frozen=True)
class Desk:
    """Two officers of one place, as their browsers know them, and a record of theirs."""

    cookie: str
    colleague: Any
    record: str


@pytest.fixture(scope="module")
def trial(site: str) -> Iterator[Any]:
    """The tests' domain in a database of this module."""
    from nuudel.web.testing import point_to, start_platform

    from ..web import shell_trial

    platform = start_platform()
    name = platform.copy()
    point_to(platform.addresses(name))
    steps = shell_trial.put_in()
    next(steps)
    yield shell_trial
    next(steps, None)
    from nuudel.web.testing import close_connections

    close_connections()
    platform.drop(name)


@pytest.fixture(scope="module")
def desk(trial: Any) -> Desk:
    def prepare() -> Desk:
        from nuudel.web.access.roles import Role
        from nuudel.web.testing import signed_in, user_with

        own = signed_in(user_with(Role.REGISTRAR, place="MN81"))
        colleague = signed_in(user_with(Role.REGISTRAR, place="MN81", name="The colleague"))
        record = trial.make(own, title_mn="The first case", note="Some words")
        own.post(trial.url(record, "comment"), {"text": "A comment\nof two lines"})
        own.post(trial.url("new", kind="visit") + f"?of={record}", {"day": "2026-06-01"})
        return Desk(own.cookies["sessionid"].value, colleague, record)

    made: Desk = apart(prepare)
    return made


@pytest.fixture(scope="module")
def office(trial: Any) -> Iterator[str]:
    """Address of a server of the work pages."""
    from nuudel.web.wsgi import application

    server = make_server("127.0.0.1", 0, application, Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def work(chromium: Browser, office: str, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Opens a page of who has signed in."""
    contexts: list[BrowserContext] = []

    def opened(address: str, width: int = 1440, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", base_url=office, **options
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": desk.cookie, "url": office}])
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("lang", "theme", "width"), [("mn", "light", 360), ("en", "dark", 360), ("en", "light", 1440)]
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    work: Callable[..., Page], desk: Desk, lang: str, theme: Any, width: int
) -> None:
    kind = f"/{lang}/desk/trial/case"
    record = f"{kind}/{desk.record}"
    page = work(f"/{lang}/desk/", width, color_scheme=theme)
    addresses = [f"/{lang}/desk/notices/", f"{kind}/list/", f"{kind}/list/?q=none-such", f"{kind}/new/"]
    for address in (
        f"/{lang}/desk/",
        *addresses,
        f"{record}/",
        f"{record}/change/",
        f"{record}/step/refuse/",
    ):
        page.goto(address)
        expect(page.locator("h1")).to_have_count(1)
        examine(page, address)
    page.goto(f"{kind}/new/")
    page.locator("form.written button.button").click()
    expect(page.locator(".errors")).to_be_visible()
    examine(page, "a form with errors")


def examine(page: Page, what: str) -> None:
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what


def test_a_record_is_made_with_the_keyboard_and_without_scripts(
    work: Callable[..., Page], desk: Desk
) -> None:
    page = work("/en/desk/trial/case/list/", java_script_enabled=False)
    page.get_by_role("link", name="new case").press("Enter")
    page.get_by_label("Title", exact=True).press_sequentially("By keyboard")
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name=re.compile("^Full name: ")).press("Enter")
    page.get_by_label("Full name").press_sequentially("Test Person")
    expect(page.get_by_label("Title", exact=True)).to_have_value("By keyboard")
    page.get_by_label("Place").select_option("MN81")
    page.get_by_label("topic").select_option("school")
    page.get_by_label("Full name").press("Enter")
    expect(page.locator("h1")).to_have_text("By keyboard")
    page.get_by_role("link", name="Do take").press("Enter")
    page.get_by_role("button", name="Do take").press("Enter")
    expect(page.locator("header .tag").first).to_have_text("Case is working")
    expect(page.locator("ol.steps > li b").nth(1)).to_have_text("Do take")


def test_who_comes_second_decides_with_both_texts_in_view(
    work: Callable[..., Page], desk: Desk, trial: Any
) -> None:
    address = trial.url(desk.record, "change")
    page = work(address)
    page.get_by_label("Title", exact=True).fill("Mine")

    def first() -> int:
        version = trial.hidden(desk.colleague.get(address), "version")
        sent = trial.typed(version=version, title_mn="Theirs", note="Some words")
        status: int = desk.colleague.post(address, sent).status_code
        return status

    assert apart(first) == 302
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("The colleague")
    expect(page.locator(".field.differs .now")).to_contain_text("Theirs")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Mine")
    examine(page, "a conflict")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Mine")


def test_fingers_meet_large_enough_targets(work: Callable[..., Page], desk: Desk) -> None:
    page = work(f"/en/desk/trial/case/{desk.record}/", 360, has_touch=True)
    for control in page.locator("main :is(.button, textarea, input:not([type=hidden]))").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44, control.evaluate("it => it.outerHTML")
