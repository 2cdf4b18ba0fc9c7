"""Messages: texts and their parts, whom they reach, and that nobody gets one twice."""

import json
import logging
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from nuudel.base.errors import WebError
from nuudel.domains.otor import models
from nuudel.domains.otor.broadcasts import gateway as gateways
from nuudel.domains.otor.broadcasts import sending, texts
from nuudel.domains.otor.broadcasts.gateway import FileGateway, GatewayError, Receipt
from nuudel.domains.otor.broadcasts.record_types import MESSAGE
from nuudel.domains.otor.jobs import StillWaitingError, send_message
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    ELSEWHERE,
    HOST,
    a_household,
    arrived,
    asked,
    days,
    make,
    now,
    person,
    step,
)
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_user
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import close_connections, signed_in

PHONE = "88776655"


class Flaky:
    """A gateway that refuses some calls, and knows each message that it took."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses, self.calls, self.taken = refuses, 0, dict[UUID, str]()

    def send(self, key: UUID, phone: str, text: str) -> Receipt:
        self.calls += 1
        if self.calls <= self.refuses:
            raise GatewayError
        self.taken[key] = phone
        return Receipt(str(self.calls))


def a_message(**given: Any) -> models.Message:
    fields: dict[str, Any] = {"template": "storm", "audience": "here_now", "where": "Тэрх гол", "place": HOST}
    fields |= {"first_day": days(0), "last_day": days(7), "day": days(1)}
    return models.Message(**fields | given)


def deliveries(message: models.Message) -> list[models.Delivery]:
    with acting(service_user(), "test"):
        return list(models.Delivery.objects.filter(message=message).select_related("household"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("ө" * 70, 1),
        ("ө" * 71, 2),
        ("ө" * 134, 2),
        ("ө" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 70 + "ү", 2),
        ("🐑" * 35, 1),
        ("🐑" * 36, 2),
    ],
)
def test_parts_of_a_text_message(text: str, expected: int) -> None:
    assert texts.parts(text) == expected


@pytest.mark.parametrize("template", [name for name in texts.SLOTS if name != "own_words"])
def test_the_templates_fit_into_one_text_message(template: str) -> None:
    message = a_message(template=template, where="Тэрх")
    said = texts.text_of(message)
    assert "Тэрх" in said
    assert texts.parts(said) == 1
    assert len(texts.radio_of(message)) > len(said)


def test_the_office_number_and_own_words() -> None:
    assert texts.text_of(a_message(office_phone="70123456")).endswith("Утас 70123456")
    own = a_message(template="own_words", own_text="Сайн байна уу")
    assert (texts.text_of(own), texts.radio_of(own)) == ("Сайн байна уу", "Сайн байна уу")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"where": ""}, "where"),
        ({"day": None}, "day"),
        ({"template": "own_words"}, "own_text"),
        ({"template": "own_words", "own_text": "ө" * 202}, "own_text"),
        ({"last_day": days(-1)}, "last_day"),
    ],
)
def test_a_message_that_lacks_something_is_refused(host: User, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRulesError) as broken:
        make(host, MESSAGE, a_message(**given))
    assert [problem.field for problem in broken.value.problems] == [field]


def test_whom_it_reaches(home: User, host: User) -> None:
    here = a_household(home, phone=PHONE)
    arrived(home, host, here)
    left = a_household(home)
    step(host, REQUEST, arrived(home, host, left), "leave")
    coming = a_household(home)
    asked(home, coming)
    at_home = a_household(host)
    for audience, expected in (
        ("here_now", {here.pk}),
        ("home_here", {at_home.pk}),
        ("both", {here.pk, at_home.pk}),
    ):
        message = make(host, MESSAGE, a_message(audience=audience))
        step(host, MESSAGE, message, "send")
        reached = {row.household_id for row in deliveries(message)}
        assert reached & {here.pk, left.pk, coming.pk, at_home.pk} == expected
        assert now(host, message).recipients == len(reached)


def test_a_message_to_nobody_is_not_sent(database: Addresses) -> None:
    lonely = person(Role.REGISTRAR, ELSEWHERE)
    message = make(lonely, MESSAGE, a_message(place=ELSEWHERE))
    with pytest.raises(BrokenRulesError) as broken:
        step(lonely, MESSAGE, message, "send")
    assert broken.value.problems[0].message == "otor.rule.no_recipient"


@pytest.fixture
def sent(home: User, host: User) -> models.Message:
    """A message on its way to at least three households, one of which has no telephone."""
    for given in ({"phone": PHONE}, {"phone": "99001122"}, {"phone": None}):
        arrived(home, host, a_household(home, **given))
    message = make(host, MESSAGE, a_message())
    step(host, MESSAGE, message, "send")
    made: models.Message = now(host, message)
    return made


def test_each_household_gets_it_once(sent: models.Message, host: User) -> None:
    gateway = Flaky()
    assert sending.send_waiting(sent.pk, gateway) == 0
    assert sending.send_waiting(sent.pk, gateway) == 0
    rows = deliveries(sent)
    assert {row.state for row in rows} == {"sent", "no_phone"}
    assert gateway.calls == len(gateway.taken) == sum(row.state == "sent" for row in rows)
    assert now(host, sent).state == "sent"
    step(host, MESSAGE, sent, "try_again")
    sending.send_waiting(sent.pk, gateway)
    assert gateway.calls == len(gateway.taken)


def test_what_is_not_taken_is_tried_again_and_given_up_in_the_end(sent: models.Message, host: User) -> None:
    refusing = Flaky(refuses=10_000)
    waiting = [sending.send_waiting(sent.pk, refusing) for _ in range(sending.MOST_ATTEMPTS)]
    assert waiting[0] > 0
    assert waiting[-1] == 0
    assert {row.state for row in deliveries(sent)} == {"failed", "no_phone"}
    assert now(host, sent).state == "sent"
    step(host, MESSAGE, sent, "try_again")
    assert sending.send_waiting(sent.pk, Flaky()) == 0
    assert {row.state for row in deliveries(sent)} == {"sent", "no_phone"}


def test_two_workers_at_once_send_nothing_twice(sent: models.Message) -> None:
    gateway = Flaky()

    def work() -> None:
        try:
            sending.send_waiting(sent.pk, gateway)
        finally:
            close_connections()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert gateway.calls == len(gateway.taken) == sum(row.state == "sent" for row in deliveries(sent))


def test_the_job_comes_back_where_something_waits(
    sent: models.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaky = Flaky(refuses=1)
    monkeypatch.setattr(gateways, "gateway", lambda: flaky)
    with pytest.raises(StillWaitingError):
        send_message(str(sent.pk))
    send_message(str(sent.pk))
    assert "waiting" not in {row.state for row in deliveries(sent)}


def test_no_number_is_in_logs_or_in_the_file(
    sent: models.Message, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sending.send_waiting(sent.pk, Flaky(refuses=2))
        sending.send_waiting(sent.pk, FileGateway(tmp_path))
    kept = (tmp_path / "sms.jsonl").read_text("utf-8")
    assert PHONE not in kept + caplog.text
    assert all(json.loads(line)["to"].startswith("••••••") for line in kept.splitlines())
    assert (tmp_path / "sms.jsonl").stat().st_mode & 0o077 == 0


def test_the_file_holds_a_key_once_even_from_two_processes(tmp_path: Path) -> None:
    key, other = new_id(), new_id()
    first, second = FileGateway(tmp_path), FileGateway(tmp_path)
    for gateway in (first, second, first):
        gateway.send(key, PHONE, "Сайн")
    second.send(other, PHONE, "Сайн")
    first.send(other, PHONE, "Сайн")
    lines = (tmp_path / "sms.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines] == [str(key), str(other)]


def test_the_gateway_is_named_by_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"": FileGateway, "collections:OrderedDict": dict}
    for setting, kind in named.items():
        monkeypatch.setattr(gateways.settings, "value", lambda _, setting=setting: setting)
        assert isinstance(gateways.gateway(), kind)
    for wrong in ("nowhere", "no.such.module:X", "collections:Nothing", ":"):
        monkeypatch.setattr(gateways.settings, "value", lambda _, wrong=wrong: wrong)
        with pytest.raises(WebError) as error:
            gateways.gateway()
        assert error.value.code == "WEB-453"


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_the_page_shows_the_text_and_what_became_of_it(sent: models.Message, host: User, lang: str) -> None:
    sending.send_waiting(sent.pk, Flaky())
    page = signed_in(host).get(f"/{lang}/desk/otor/message/{sent.pk}/").content.decode()
    assert texts.text_of(sent) in page
    assert {"mn": "утасгүй", "en": "no telephone"}[lang] in page
    assert PHONE not in page
