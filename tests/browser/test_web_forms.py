"""Forms in a real browser: the shipped ones open, are filled as in JavaRosa, wait offline, come once."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Locator, expect

from nuudel.base.packs import load_pack
from nuudel.surveys import instruments
from nuudel.surveys.answers import answers
from nuudel.surveys.facts import Context, facts
from nuudel.surveys.instruments.lookups import places_csv
from nuudel.surveys.mapping_reading import read_mapping
from nuudel.surveys.submission import read_submission
from nuudel.surveys.xform import read_xform
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import database, signed_in
from nuudel.web.testing_live import live

from ..surveys.javarosa_engine import filled
from ..surveys.test_instruments_engine import KEYS, LANGUAGES, PHONE, POINTS, SUBAREAS
from .cut_link import Link, link_to
from .visitors import PATIENCE, Visitor
from .visitors import PHONE as NARROW

__all__ = ["database", "live"]
# On a crowded machine a form of sixty questions takes longer than the five seconds that are usual.
expect.set_options(timeout=6 * PATIENCE)
SMALL, POINT = "tally", "Баруун товчоо"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAFnRFWHRDb21tZW50AE5vdCB0byBiZSBzZW50tvSK2gAAAA1J"
    "REFUeJxjSKno+Q8ABRQCaMqiLikAAAAASUVORK5CYII="
)
"""One dot with a remark beside it."""


@dataclass(frozen=True)
class Field:
    """An operation with every shipped form open, and two people who fill them."""

    given: Any
    people: tuple[Any, Any]
    assignments: tuple[Any, Any]
    versions: dict[str, Any]

    def submissions(self, key: str) -> list[Any]:
        from nuudel.domains.displacement.tests.given import submissions_of

        return [one for one in submissions_of(self.given) if one.form.form_id == key]

    def persons(self) -> list[str]:
        """What the small form was told, in the order in which it came."""
        found = [re.search(rb"<persons>(\d+)</persons>", one.content) for one in self.submissions(SMALL)]
        return [one[1].decode() for one in found if one]


@pytest.fixture(scope="module")
def field(database: Addresses) -> Field:
    from nuudel.domains.displacement.forms.keeping import keep_file
    from nuudel.domains.displacement.tests.given import given, step
    from nuudel.surveys.xlsform import read_xlsform

    around = given()
    versions = {}
    for key in KEYS:
        xml = read_xlsform(instruments.workbook(key), f"{key}.xlsx").xml
        version = around.upload(xml, f"{key}.xml", instruments.mapping_text(key))
        step(around.planner, "form", version.form, "open")
        with acting(around.planner, "test"):
            for name, text in (("points.csv", POINTS), ("subareas.csv", SUBAREAS)):
                if name in version.files:
                    keep_file(around.planner, version.form, name, text.encode(), entities=False)
        versions[key] = version
    versions[SMALL] = around.upload(small_form())
    step(around.planner, "form", versions[SMALL].form, "open")
    assignments = (around.phone().device.assignment, around.phone().device.assignment)
    return Field(around, (assignments[0].person, assignments[1].person), assignments, versions)


@pytest.fixture(scope="module")
def link(live: str) -> Iterator[Link]:
    with link_to(live) as one:
        yield one


def small_form() -> bytes:
    """The small form of the domain's tests, for an engine that makes the id itself."""
    from nuudel.domains.displacement.tests.given import form_xml

    known = b'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx='
    return form_xml(SMALL).replace(b" preload=", b" jr:preload=").replace(b"xmlns:orx=", known)


class Filler(Visitor):
    """Somebody who fills forms, at a phone's width."""

    def __init__(self, chromium: Browser, link: Link, lang: str, field: Field, who: int) -> None:
        super().__init__(chromium, link.address, lang, NARROW)
        self.field_of, self.link, self.who = field, link, who
        self.enter_as(who)

    def enter_as(self, who: int) -> None:
        """The session of one of the people, as if that person had signed in at this browser."""
        cookie = signed_in(self.field_of.people[who]).cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site}])

    def list_forms(self) -> None:
        self.page.goto(self.address("displacement_webforms"))
        expect(self.page.locator("#link")).not_to_be_empty()

    def is_kept(self) -> None:
        expect(self.page.locator("html[data-kept=ready]")).to_be_attached()

    def waits(self, key: str, count: int = 0) -> None:
        """What the list says of the link and the queue."""
        words = self.say(f"displacement.webforms.script.{key}").replace("{count}", str(count))
        expect(self.page.locator("#link")).to_have_text(words)

    def open_form(self, key: str, query: str = "") -> None:
        version = self.field_of.versions[key]
        assignment = self.field_of.assignments[self.who]
        self.page.goto(self.address("displacement_webform", assignment.pk, version.pk) + query)
        expect(self.page.locator(".form-initialization-status.ready")).to_be_attached()

    def question(self, label: str, row: int = 0) -> Locator:
        named = self.page.locator("label", has_text=re.compile(rf"^{re.escape(label)}$"))
        return self.page.locator("#form [id$='_container']").filter(has=named).nth(row)

    def answer(self, label: str, value: str, row: int = 0) -> None:
        """Answer a question as people do: press, type, choose from a list by its words."""
        at = self.question(label, row)
        if at.locator("input[type=radio]").count():
            at.locator(f"input[value='{value}']").check()
        elif at.locator("input").count():
            box = at.locator("input").first
            box.press("Control+a")
            box.press_sequentially(value)
            box.press("Tab")
        else:
            at.get_by_role("combobox").click()
            self.page.get_by_role("option", name=value, exact=True).click()

    def choose_first_day(self, label: str) -> str:
        """The first day of this month, out of the calendar; the day as it is shown."""
        box = self.question(label).locator("input")
        box.click()
        days = self.page.locator(".p-datepicker-day:not([data-p-disabled='true'])")
        days.get_by_text("1", exact=True).first.click()
        return box.input_value()

    def send(self) -> None:
        self.page.locator("#form .footer button").click()
        expect(self.page.locator("#done")).to_be_visible()

    def fill_count(self, persons: int) -> None:
        self.open_form(SMALL)
        self.answer("Persons present", str(persons))
        self.send()

    def goes(self, away: bool) -> None:
        """The network goes, or comes back."""
        self.link.cut = away
        if away:
            self.link.drop()
        self.context.set_offline(away)


@pytest.fixture
def come(chromium: Browser, link: Link, field: Field) -> Iterator[Callable[..., Filler]]:
    fillers: list[Filler] = []

    def one(who: int = 0, lang: str = "mn") -> Filler:
        fillers.append(Filler(chromium, link, lang, field, who))
        return fillers[-1]

    yield one
    link.cut = link.ill = False
    link.lossy = b""
    for filler in fillers:
        filler.context.close()


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_every_shipped_form_opens_in_its_language(
    come: Callable[..., Filler], field: Field, lang: str
) -> None:
    filler = come(lang=lang)
    for key in KEYS:
        filler.open_form(key)
        expect(filler.page.locator(".language-changer").first).to_contain_text(LANGUAGES[lang])
        assert filler.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    filler.look()
    assert filler.problems == []


WATCH = (
    ("watch/enumerator", "Enumerator's code", "UB-2"),
    ("watch/point", "Flow monitoring point", "p-west"),
    ("watch/watch_from", "Counting began at", "08:00"),
    ("watch/watch_to", "Counting ended at", "10:00"),
    ("watch/break_minutes", "Minutes of break", "15"),
    ("watch/missed", "Did people pass uncounted?", "few"),
    ("watch/any_passed", "Did anybody pass?", "yes"),
)
ROWS = (("8", "in", "Bus", "1", "42", "no"), ("9", "out", "Car", "3", "9", "no"))
QUESTIONS = (
    "In which hour? (0–23)",
    "Direction",
    "By what?",
    "How many vehicles or groups?",
    "How many people?",
    "Are sex and age known?",
)


def rows_of(xml: bytes, form: bytes) -> list[dict[str, object]]:
    """The facts of a submission of the registry, without ids."""
    answered = answers(read_xform(form), read_submission(xml))
    assert answered.unread == ()
    context = Context("r1", "Test office", datetime.now(UTC))
    made = facts(read_mapping(instruments.mapping_text("flow_registry")), answered, context)
    assert made.left_out == ()
    return [{"fact": row.name} | without_id(row.row) for row in made.rows]


def without_id(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if not name.endswith("id")}


def filled_by_javarosa(form: bytes, day: str, folder: Path) -> bytes:
    """The same answers in JavaRosa."""
    (folder / "form.xml").write_bytes(form)
    (folder / "places.csv").write_bytes(places_csv(load_pack("mongolia")))
    (folder / "points.csv").write_text(POINTS, "utf-8")
    names = ("hour", "direction", "mode", "vehicles", "passed", "profile")
    given = {"watch/watched_on": day} | {
        f"passing[{number}]/{name}": value.lower()
        for number, row in enumerate(ROWS)
        for name, value in zip(names, row, strict=True)
    }
    script = {
        "form": str(folder / "form.xml"),
        "media": str(folder),
        "language": LANGUAGES["en"],
        "answers": {path: value for path, _, value in WATCH} | given,
    }
    (told,) = filled(folder, PHONE, [script])
    assert told["through"]
    return str(told["xml"]).encode()


def test_what_is_filled_gives_the_facts_that_javarosa_gives(
    come: Callable[..., Filler], field: Field, tmp_path: Path
) -> None:
    """Rows of a repeat, lists out of tables, times; it comes twice, for the first answer is lost."""
    from nuudel.domains.displacement.submissions.entering import enter_all
    from nuudel.domains.displacement.submissions.stored import content_of

    filler = come(lang="en")
    filler.open_form("flow_registry")
    for _, label, value in WATCH:
        filler.answer(label, POINT if label == "Flow monitoring point" else value)
    for row, values in enumerate(ROWS):
        if row:
            filler.page.locator(".button-add-instance").click()
        for label, value in zip(QUESTIONS, values, strict=True):
            filler.answer(label, value, row)
    filler.page.set_input_files(
        "#form input[type=file]", {"name": "a b.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    day = filler.choose_first_day("Day")
    assert re.fullmatch(r"\d{4}-\d{2}-01", day)
    filler.link.lossy = b"/send"
    filler.send()
    filler.reads(filler.say("displacement.webforms.script.kept"))
    filler.link.lossy = b""
    filler.list_forms()
    filler.waits("nothing")
    (row,) = field.submissions("flow_registry")
    form = bytes(field.versions["flow_registry"].xml)
    assert rows_of(row.content, form) == rows_of(filled_by_javarosa(form, day, tmp_path), form)
    assert enter_all() > 0
    (row,) = field.submissions("flow_registry")
    assert (row.facts, row.left_out, row.unread) == (3, 0, 0)
    with acting(field.given.planner, "test"):
        assert row.device.name == "browser"
        (picture,) = row.sent_files.all()
        # The library draws it anew: what a camera writes beside a picture (where it was taken) is gone.
        assert content_of(picture)[:24] == PICTURE[:24]
        assert b"tEXt" not in content_of(picture)
        assert picture.name.encode() in row.content
    assert not row.incomplete


def test_two_are_filled_without_a_network_and_come_once(come: Callable[..., Filler], field: Field) -> None:
    filler = come()
    filler.list_forms()
    filler.is_kept()
    filler.goes(away=True)
    for persons in (11, 12):
        filler.fill_count(persons)
        filler.reads(filler.say("displacement.webforms.script.kept"))
    filler.list_forms()
    filler.page.reload()
    filler.waits("offline", 2)
    filler.goes(away=False)
    filler.waits("nothing")
    filler.page.reload()
    filler.waits("nothing")
    assert field.persons() == ["11", "12"]


def test_what_the_server_does_not_take_stays_and_is_another_persons_never(
    come: Callable[..., Filler], field: Field
) -> None:
    from nuudel.domains.displacement.tests.given import step

    filler = come()
    before = field.persons()
    filler.open_form(SMALL)
    filler.link.ill = True
    filler.link.drop()
    filler.answer("Persons present", "21")
    filler.send()
    filler.reads(filler.say("displacement.webforms.script.kept"))
    filler.link.ill = False
    # Closed meanwhile: the server says why, and what was filled stays.
    step(field.given.planner, "form", field.versions[SMALL].form, "close")
    filler.list_forms()
    filler.reads(filler.say("displacement.refused.506"))
    # Somebody else at the same browser.
    filler.enter_as(1)
    filler.page.get_by_role("button", name=filler.say("displacement.webforms.send_now")).click()
    filler.reads(filler.say("displacement.webforms.script.other_user"))
    filler.list_forms()
    filler.waits("nothing")
    assert field.persons() == before
    step(field.given.planner, "form", field.versions[SMALL].form, "reopen")
    filler.enter_as(0)
    filler.list_forms()
    filler.waits("nothing")
    assert field.persons() == [*before, "21"]


def test_what_was_sent_is_corrected(come: Callable[..., Filler], field: Field) -> None:
    filler = come()
    filler.fill_count(31)
    first = field.submissions(SMALL)[-1]
    filler.open_form(SMALL, f"?correct={first.pk}")
    expect(filler.question("Persons present").locator("input")).to_have_value("31")
    filler.answer("Persons present", "32")
    filler.send()
    filler.reads(filler.say("displacement.webforms.script.sent_text"))
    last = field.submissions(SMALL)[-1]
    assert (last.replaces_id, b"<persons>32</persons>" in last.content) == (first.pk, True)
    assert filler.problems == []


def test_who_signs_out_is_told_what_waits_and_leaves_no_page(come: Callable[..., Filler]) -> None:
    filler = come()
    filler.list_forms()
    filler.is_kept()
    filler.open_form(SMALL)
    filler.link.ill = True
    filler.link.drop()
    filler.answer("Persons present", "41")
    filler.send()
    filler.link.ill = False
    filler.page.goto(filler.address("account_logout"))
    filler.reads(filler.say("accounts.sign_out.waiting").replace("{count}", "1"))
    filler.press(filler.say("accounts.sign_out.button"))
    filler.goes(away=True)
    with pytest.raises(Error, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        filler.page.goto(filler.address("displacement_webforms"))
