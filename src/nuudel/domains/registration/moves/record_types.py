"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.moves import forms, states
from nuudel.web.shell.record_types import RecordType

MOVE = RecordType(
    key="registration.move",
    model=models.Move,
    form=forms.MoveForm,
    states=states.MOVE,
    listed=("day", "reason", "whole"),
    filtered=("reason",),
    personal=frozenset(["phone", "address"]),
    parent="",
    parts=("registration.move_member",),
)

MOVE_MEMBER = RecordType(
    key="registration.move_member",
    model=models.MoveMember,
    form=forms.MoveMemberForm,
    states=states.MOVE_MEMBER,
    listed=(),
    filtered=(),
    personal=frozenset([]),
    parent="move",
    parts=(),
)

RECORD_TYPES = (
    MOVE,
    MOVE_MEMBER,
)
