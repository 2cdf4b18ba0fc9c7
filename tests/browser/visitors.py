"""People at browsers: they sign in, read and press; every page that they pass is checked.

What they read and press is named by its message, so that no word of a page is copied here.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response, expect

from nuudel.web.testing import PASSWORD, TOTP_SEED, give_factor
from nuudel.web.words import say

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

# What axe looks for: all violations of WCAG 2.2 AA. What has passed is not listed; that takes as long again.
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
PHONE, DESK = 360, 1280
# What axe looks at: elements with their attributes; not what is written in them or where links lead.
BUILD = """() => [...document.querySelectorAll('*')].map(element => element.tagName + [...element.attributes]
  .filter(one => !['href', 'value', 'action', 'content', 'd'].includes(one.name))
  .map(one => one.name + one.value)).join()"""
PATIENCE = 10_000  # milliseconds
NEW_PASSWORD = "river stone horse winter"


class Visitor:
    """Somebody at a browser of their own.

    Attributes
    ----------
    problems
        What the browser complained of (also what the content security policy has stopped); none at the end.
    """

    examined: ClassVar[set[tuple[int, str]]] = set()

    def __init__(self, chromium: Browser, site: str, lang: str, width: int) -> None:
        self.site, self.lang, self.width = site, lang, width
        self.context = chromium.new_context(
            viewport={"width": width, "height": 740},
            reduced_motion="reduce",
            accept_downloads=True,
            timezone_id="Asia/Ulaanbaatar",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda said: self.complain(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complain(str(error)))

        self.shown: set[str] = set()

    def complain(self, text: str) -> None:
        self.problems.append(f"{self.page.url}: {text}")

    def say(self, key: str, **slots: object) -> str:
        return say(key, lang=self.lang, **slots)

    def address(self, name: str, *parts: object) -> str:
        """The address of a route in the visitor's language."""
        from django.urls import reverse
        from django.utils.translation import override

        with override(self.lang):
            return self.site + reverse(name, args=parts)

    def open(self, name: str, *parts: object, query: str = "") -> None:
        self.go(self.address(name, *parts) + query)

    def go(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, (answer.status, address)
        self.look()

    def refused(self, status: int, name: str, *parts: object) -> None:
        """An address that must not open says so in words, and nothing else."""
        answer = self.page.goto(self.address(name, *parts))
        assert answer is not None
        assert answer.status == status, (answer.status, self.page.url)
        self.reads(self.say(f"accounts.refused.{status}.title"))
        self.forget(status)
        self.look()

    def forget(self, status: int) -> None:
        """Chromium writes every answer of 400 and more into its console; of this one it was right."""
        self.problems[:] = [text for text in self.problems if f"status of {status} " not in text]

    def look(self) -> None:
        """The page fits its window and axe finds nothing; once for pages that are built alike."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        build = (self.width, self.page.evaluate(BUILD))
        if build in self.examined:
            return
        self.examined.add(build)
        found = Axe().run(self.page, options=AXE)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"

    @property
    def record(self) -> str:
        """The number of the record whose page is open."""
        found = re.search(r"/([0-9a-f-]{36})/(?:[#?]|$)", self.page.url)
        assert found, self.page.url
        return found[1]

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def reads(self, *texts: str) -> None:
        for text in texts:
            expect(self.main).to_contain_text(text)

    def reads_nothing_of(self, *texts: str) -> None:
        for text in texts:
            expect(self.main).not_to_contain_text(text)

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def follow(self, text: str) -> None:
        """A link by its whole name, and the page behind it."""
        with self.page.expect_navigation():
            self.main.get_by_role("link", name=text, exact=True).first.click()
        self.look()

    def follow_record(self, pk: object) -> None:
        """A record among those that are listed or wait, and its own page."""
        self.follow_first(f"a[href$='/{pk}/']")

    def follow_first(self, selector: str) -> None:
        """The first link of a kind, and the page behind it."""
        with self.page.expect_navigation():
            self.main.locator(selector).first.click()
        self.look()

    def press(self, text: str) -> None:
        """A button by its whole name, and the page that follows."""
        with self.page.expect_navigation():
            self.main.get_by_role("button", name=text, exact=True).click()
        self.look()

    def field(self, label: str) -> Locator:
        """A control by its label, with or without the remark that it may stay empty."""
        remarks = "|".join(re.escape(self.say(f"{app}.form.optional")) for app in ("accounts", "shell"))
        return self.main.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s*\(({remarks})\))?\s*$"))

    def write(self, texts: Mapping[str, str], under: str) -> None:
        """Fill fields; they are named by messages that begin with ``under``."""
        for name, text in texts.items():
            self.field(self.say(f"{under}.{name}")).fill(text)

    def choose(self, label: str, words: str) -> None:
        self.field(label).select_option(label=words)

    def sign_in(self, user: "User", password: str = PASSWORD) -> None:
        """Password, then the code of the app for an officer; arrives at the work page."""
        verify(user)
        officer = user.is_officer
        if officer:
            give_factor(user)
        self.open("account_login")
        self.enter(user.email, password)
        if officer:
            self.heading(self.say("accounts.factors.challenge_title"))
            self.write({"code": self.code_of(TOTP_SEED)}, "accounts.field")
            self.press(self.say("accounts.factors.challenge_button"))
        self.is_at_work()

    def enter(self, email: str, password: str) -> None:
        """Address and password on the page for signing in."""
        self.write({"login": email, "password": password}, "accounts.field")
        self.press(self.say("accounts.sign_in.button"))

    def is_at_work(self) -> None:
        assert self.page.url == self.address("work")
        self.heading(self.say("shell.home.title"))

    def sign_out(self) -> None:
        self.open("account_logout")
        self.press(self.say("accounts.sign_out.button"))

    def confirm(self, password: str = "") -> None:
        """Before a factor changes one shows again who one is: by a code, without a factor by the password."""
        self.heading(self.say("accounts.confirm.title"))
        shown = {"password": password} if password else {"code": self.code_of(TOTP_SEED)}
        self.write(shown, "accounts.field")
        self.press(self.say("accounts.confirm.button"))

    def code_of(self, seed: str) -> str:
        """What an app with this seed shows: now, or a moment later or before, for each code works once."""
        code = next(code for code in codes_of(seed) if code not in self.shown)
        self.shown.add(code)
        return code

    def set_up_app(self, password: str = "") -> str:
        """Set up an app with codes, from the page of factors on; its seed."""
        self.follow(self.say("accounts.factors.app_set_up"))
        if password:
            self.confirm(password)
        seed = self.main.locator("code.key").inner_text()
        self.write({"code_of_app": self.code_of(seed)}, "accounts.field")
        self.press(self.say("accounts.factors.app_button"))
        self.reads(self.say("accounts.notice.totp_activated"))
        return seed

    def takes(self, button: Any) -> tuple[str, bytes]:
        """What is downloaded by a link: the file's name and its content."""
        with self.page.expect_download() as waited:
            button.click()
        return waited.value.suggested_filename, waited.value.path().read_bytes()

    def post(self, address: str) -> Response | Any:
        """A form sent to an address by somebody who writes the request, with the right token."""
        token = next(c["value"] for c in self.context.cookies() if c["name"] == "csrftoken")
        return self.context.request.post(
            address, form={"csrfmiddlewaretoken": token}, headers={"Referer": address}, max_redirects=0
        )


def verify(user: "User") -> None:
    """The user's address counts as confirmed."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)


def codes_of(seed: str) -> list[str]:
    """Codes that are taken now, that of now first."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    before, now, after = yield_hotp_counters_from_time()
    return [str(format_hotp_value(hotp_value(seed, counter))) for counter in (now, after, before)]
