"""What people and programs do with a notice: hand it in, apply it, reject it, take it back."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils.timezone import localdate

from nuudel.base.errors import NuudelError, WebError
from nuudel.domains.registration.models import CivilNotice
from nuudel.domains.registration.notices.checks import HeldError
from nuudel.domains.registration.notices.format import Notice, read
from nuudel.domains.registration.notices.kept import (
    concerns_my_place,
    known_place,
    same_message,
    write_fields,
)
from nuudel.domains.registration.notices.settle import WRITTEN, perform, settle_again
from nuudel.domains.registration.notices.undo import undo
from nuudel.web.access.context import current
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CREATED


def rules(notice: CivilNotice, action: str) -> Sequence[Problem]:
    """What is wrong with a message that is handed in; one that is good gives the record its fields."""
    if action != CREATED:
        return ()
    try:
        message = read((notice.content or "").strip(), localdate())
        known_place(message)
        if same_message(message) is not None:
            return [Problem("content", "registration.notice_rule.repeated")]
    except WebError as error:
        slots = {"code": error.code, "field": ", ".join(error.fields) or "–"}
        return [Problem("content", "registration.notice_rule.unreadable", slots)]
    write_fields(notice, message)
    user = current().user
    if user is None or not concerns_my_place(user, notice):
        return [Problem("content", "registration.notice_rule.elsewhere")]
    return ()


def effects(user: User, notice: CivilNotice, action: str) -> None:
    """What follows from a step; a notice that was handed in is settled as soon as it is kept.

    Raises
    ------
    BrokenRulesError
        ``WEB-214``: what stands against it; the request is undone with all that was done until then.
    """
    try:
        if action == CREATED:
            transaction.on_commit(partial(settle_again, user, [notice.pk]))
        elif action == "apply":
            perform(user, notice, message_of(notice))
            with service_rights():
                notice.save(update_fields=[*WRITTEN])
        elif action == "take_back":
            undo(user, notice)
    except HeldError as held:
        raise BrokenRulesError([problem(held.problem)]) from held
    except NuudelError as error:
        raise BrokenRulesError([problem("residence")]) from error


def message_of(notice: CivilNotice) -> Notice:
    """The notice as it came; ``HeldError`` where it has been erased, or is one of another version."""
    try:
        return read(notice.content or "", localdate())
    except NuudelError:
        raise HeldError("unreadable") from None


def problem(code: str) -> Problem:
    return Problem("problem", f"registration.problem_code.{code}")
