"""While an operation of a node is done again: its ids and its time are those that the node gave it."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import pre_save
from django.utils import timezone

from nuudel.web.access.models import Protected, Record, RecordPart
from nuudel.web.nodes.wire import Told


@dataclass
class Replay:
    """What is being done again, and what comes of it.

    Attributes
    ----------
    numbers
        The number of the last action of each record concerned.
    effects
        What was done with other records: type and action.
    ids
        Ids that new records are to get, by model.
    """

    told: Told
    numbers: dict[str, int] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)
    ids: dict[str, deque[UUID]] = field(default_factory=dict)
    entered: bool = False  # whether its own action, comment or file has its id


_replay: ContextVar[Replay | None] = ContextVar("nuudel_replay", default=None)


@contextmanager
def replaying(told: Told) -> Iterator[Replay]:
    """Inside, records are made as the operation says."""
    replay = Replay(told, ids={label: deque(ids) for label, ids in told.made.items()})
    before = _replay.set(replay)
    try:
        yield replay
    finally:
        _replay.reset(before)


def running_replay() -> Replay | None:
    return _replay.get()


def keep_ids() -> None:
    """Let the defaults of record ids ask first whether a node has given one already.

    The default that migrations see stays what it is: only what a new instance is given changes.
    """
    for model in apps.get_models():
        if issubclass(model, Record):
            key = model._meta.pk
            key.__dict__["_get_default"] = partial(next_id, model._meta.label_lower, key.default)
    pre_save.connect(date_back, dispatch_uid="nuudel.nodes.date_back")


def next_id(label: str, fresh: Callable[[], UUID]) -> UUID:
    replay = _replay.get()
    given = replay.ids.get(label) if replay is not None else None
    return given.popleft() if given else fresh()


def date_back(sender: type[Model], instance: Any, **_: Any) -> None:
    """What is written now was done when the node says, though never in the future."""
    replay = _replay.get()
    if replay is None or not isinstance(instance, Protected) or not instance._state.adding:
        return
    instance.created_at = min(replay.told.made_at, timezone.now())
    # Its own action, comment or file; what follows with other records gets ids of the centre.
    part: Any = instance
    its_own = isinstance(part, RecordPart) and part.record_id == replay.told.record
    action = getattr(instance, "action", replay.told.action)
    if its_own and action == replay.told.action and not replay.entered:
        part.id, replay.entered = replay.told.entry, True
