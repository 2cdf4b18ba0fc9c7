"""The record types of moves."""

from nuudel.domains.registration import models
from nuudel.domains.registration.moves import forms, rules, states
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import Panel, RecordType


def effects(user: User, record: Record, action: str) -> None:
    """What follows from a step; what it needs of other parts is loaded when there is a step."""
    from nuudel.domains.registration.moves import apply

    assert isinstance(record, models.Move)
    apply.effects(user, record, action)


def panel(user: User, record: Record) -> dict[str, object]:
    """What the registers know of the move, for the page of the case."""
    from nuudel.domains.registration.moves import panel as shown

    assert isinstance(record, models.Move)
    return shown.content(user, record)


def member_panel(user: User, record: Record) -> dict[str, object]:
    """The question whether somebody agrees, for whom it is put to."""
    from nuudel.domains.registration.moves import panel as shown

    assert isinstance(record, models.MoveMember)
    return shown.question(user, record)


MOVE = RecordType(
    key="registration.move",
    model=models.Move,
    form=forms.MoveForm,
    states=states.MOVE,
    listed=("day", "reason", "whole"),
    filtered=("reason", "officers"),
    personal=frozenset(["phone", "address", "appeal"]),
    parts=("registration.move_member",),
    pages=(("moves", "registration.moves.page"), ("moves_follow", "registration.follow.title")),
    offered=rules.offered,
    rules=rules.move,
    effects=effects,
    panel=Panel("registration/move_panel.html", panel),
)

MOVE_MEMBER = RecordType(
    key="registration.move_member",
    model=models.MoveMember,
    form=forms.MoveMemberForm,
    states=states.MOVE_MEMBER,
    listed=(),
    parent="move",
    panel=Panel("registration/move_member_panel.html", member_panel),
)

RECORD_TYPES = (
    MOVE,
    MOVE_MEMBER,
)
