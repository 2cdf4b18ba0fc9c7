"""What somebody tries who wants more than is theirs: another's household, another side's signature."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from nuudel.base.errors import WebError
from nuudel.domains.otor import models
from nuudel.domains.otor.broadcasts.texts import text_of
from nuudel.domains.otor.models import HerderHousehold
from nuudel.domains.otor.my.linking import link
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.domains.otor.tests.given import (
    ELSEWHERE,
    a_household,
    accepted,
    arrived,
    asked,
    change,
    days,
    now,
    person,
    refused,
    step,
)
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import close_connections


def test_two_who_link_a_household_at_once_are_not_both_its_holder(home: User) -> None:
    household = a_household(home, phone="99887701")
    herders = [person(Role.CITIZEN) for _ in range(2)]
    together, ends = threading.Barrier(2), list[str]()

    def try_it(user: User) -> None:
        together.wait()
        try:
            with acting(user, "test"):
                link(user, household.code, "99887701")
            ends.append(str(user.pk))
        except WebError as error:
            ends.append(error.code)
        finally:
            close_connections()

    threads = [threading.Thread(target=try_it, args=[user]) for user in herders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "WEB-454" in ends
    assert str(now(home, household).holder_id) in ends


def test_a_program_alters_no_agreement(home: User, host: User) -> None:
    """The form hides what is settled; a program sends it all the same."""
    there = arrived(home, host, a_household(home))
    assert "not_now" in refused(change, home, REQUEST, there, last_day=days(120))
    assert "not_now" in refused(change, host, REQUEST, there, fee_mnt=5_000_000)
    assert "not_now" in refused(change, host, REQUEST, there, conditions="Гурав дахин.")
    kept = now(host, there)
    assert (kept.last_day, kept.fee_mnt) == (days(60), None)
    assert change(host, REQUEST, there, sheep=150).sheep == 150, "what came is counted"


def test_no_side_signs_for_the_other(home: User, host: User) -> None:
    request = asked(home, a_household(home))
    for action in ("accept", "accept_above_capacity", "refuse"):
        assert refused(step, home, REQUEST, request, action) == ["host_side_only"]
    accepted(host, request)
    assert refused(step, home, REQUEST, request, "sign_host") == ["host_side_only"]
    step(host, REQUEST, request, "sign_host")
    assert refused(step, host, REQUEST, request, "sign_home") == ["home_side_only"]


def test_one_officer_over_both_soums_does_not_sign_twice(home: User) -> None:
    everywhere = person(Role.REGISTRAR)
    request = asked(home, a_household(home))
    step(everywhere, REQUEST, request, "accept_above_capacity", "sign_host")
    assert refused(step, everywhere, REQUEST, request, "sign_home") == ["two_signatures"]


def test_a_stranger_takes_no_step_of_another_household(home: User) -> None:
    request, stranger = asked(home, a_household(home)), person(Role.REGISTRAR, ELSEWHERE)
    herder = person(Role.CITIZEN)
    for user in (stranger, herder):
        with pytest.raises((Http404, PermissionDenied)):
            step(user, REQUEST, request, "withdraw")


@pytest.mark.parametrize(
    "typed", ["{phone}", "{0.__class__}", "{where.__class__.__mro__}", "{{7*7}}", "{% debug %}", "<script>"]
)
def test_what_is_typed_into_a_message_is_said_and_never_run(database: Addresses, typed: str) -> None:
    message = models.Message(
        template="storm",
        where=typed,
        day=days(1),
        office_phone="70112233",
        first_day=days(0),
        last_day=days(1),
    )
    assert typed in text_of(message)
    message.template, message.own_text = "own_words", typed
    assert text_of(message) == typed


def test_a_number_alone_or_a_code_alone_links_nothing(home: User) -> None:
    household: HerderHousehold = a_household(home, phone="99887702")
    silent = a_household(home, phone=None)
    for code, phone in ((household.code, ""), ("", "99887702"), (silent.code, "")):
        user = person(Role.CITIZEN)
        with acting(user, "test"), pytest.raises(WebError, match="WEB-454"):
            link(user, code, phone)
