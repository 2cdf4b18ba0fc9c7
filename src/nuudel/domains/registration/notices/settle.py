"""Settling a notice: apply it, or hold it with what keeps it from being applied."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from nuudel.base.errors import NuudelError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import CivilNotice
from nuudel.domains.registration.notices.checks import HeldError, check
from nuudel.domains.registration.notices.effects import Application
from nuudel.domains.registration.notices.format import Notice, read
from nuudel.domains.registration.notices.undo import undo
from nuudel.web.access.context import acting, current
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import RecordType, record_types

PURPOSE = "settle civil notices"
WRITTEN = ("problem", "done", "person", "corrects")
"""The fields of a notice that its application writes."""


def notice_type() -> RecordType:
    """The record type, whose effects are made of this module."""
    return record_types()[kinds.NOTICE]


def settle(user: User, notice: CivilNotice, message: Notice) -> str:
    """Apply a notice in state received or held, or hold it; the state it has then."""
    try:
        with attempt():
            apply(user, notice, message)
    except HeldError as held:
        return hold(user, notice, held.problem)
    return "applied"


def hold(user: User, notice: CivilNotice, problem: str) -> str:
    """Keep a notice back; one that is held already only changes its reason."""
    if notice.state == "held" and notice.problem == problem:
        return "held"
    before = {"problem": notice.problem}
    notice.problem = problem
    records.follow(
        user, notice_type(), notice, "hold" if notice.state == "received" else "hold_on", before=before
    )
    return "held"


def apply(user: User, notice: CivilNotice, message: Notice) -> None:
    """Take the step and do what the notice says, or raise ``HeldError``."""
    before = {name: getattr(notice, name) for name in WRITTEN}
    perform(user, notice, message)
    records.follow(user, notice_type(), notice, "apply", before=before)


def perform(user: User, notice: CivilNotice, message: Notice) -> None:
    """Do what the notice says and note it in the record, which is not saved.

    Raises
    ------
    HeldError
        With what stands against it; the caller undoes what was done until then.
    """
    try:
        if message.corrects is not None:
            notice.corrects = retire(user, message)
        check(message)
        application = Application(user, notice)
        notice.person = application.apply(message)
    except NuudelError as error:
        raise HeldError("residence") from error
    notice.done = application.done.written()
    notice.problem = ""


def retire(user: User, message: Notice) -> CivilNotice:
    """Take back the message that a new one takes the place of, or reject it where it was not applied."""
    with service_rights():
        keys = CivilNotice.objects.filter(sender=message.sender, message_id=message.corrects)
        found = list(keys.values_list("pk", flat=True))
    for earlier in records.locked(notice_type(), found):
        # The sender is what a message says of itself: only who may take the earlier one back corrects it.
        if not any(may(user, kinds.NOTICE, action, earlier) for action in ("take_back", "change")):
            break
        if earlier.state == "applied":
            undo(user, earlier)
            records.follow(user, notice_type(), earlier, "take_back", reason="corrected by its sender")
        elif earlier.state in ("received", "held"):
            records.follow(user, notice_type(), earlier, "reject", reason="corrected by its sender")
        assert isinstance(earlier, CivilNotice)
        return earlier
    raise HeldError("earlier_unknown")


def settle_again(user: User, keys: Iterable[UUID]) -> int:
    """Settle notices that wait, each in a transaction of its own; how many were applied."""
    applied = 0
    for key in keys:
        with acting(user, PURPOSE):
            for notice in records.locked(notice_type(), [key]):
                if notice.state in ("received", "held") and notice.content:
                    applied += settle(user, notice, read(notice.content, localdate())) == "applied"
    return applied


@contextmanager
def attempt() -> Iterator[None]:
    """Do something that may be undone: the database and the audit's notes go back together."""
    notes = current().notes
    there = len(notes)
    try:
        with transaction.atomic():
            yield
    except HeldError:
        del notes[there:]
        raise
