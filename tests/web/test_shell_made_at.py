"""Records that are made on a domain's own page: the shell leads there, and programs make none."""

from dataclasses import replace

import pytest
from django.test import Client

from nuudel.web.access.roles import Role
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import signed_in, user_with

from .shell_trial import CASE, trial, url

__all__ = ["trial"]
pytestmark = pytest.mark.usefixtures("trial")


@pytest.fixture
def made_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setitem(record_types(), CASE.key, replace(CASE, made_at="work"))  # type: ignore[arg-type]
    return signed_in(user_with(Role.REGISTRAR))


def test_the_shell_leads_to_the_page_of_the_domain(made_elsewhere: Client) -> None:
    answer = made_elsewhere.get(url("new") + "?of=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/desk/?of=1")
    assert made_elsewhere.post(url("new"), {"title_mn": "Хүсэлт"}).status_code == 302


def test_who_may_not_make_one_is_not_led_there(made_elsewhere: Client) -> None:
    assert signed_in(user_with(Role.ANALYST)).get(url("new")).status_code == 403
