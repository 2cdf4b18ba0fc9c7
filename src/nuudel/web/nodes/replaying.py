"""While an operation of a node is done again: its ids and its time are those that the node gave it."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, UUIDField
from django.db.models.signals import pre_save
from django.utils import timezone

from nuudel.web.access.context import running
from nuudel.web.access.models import Protected, RecordPart
from nuudel.web.nodes.wire import Told

DRAWN = "nodes_drawn"
LOCALTIME = timezone.localtime


@dataclass
class Replay:
    """What is being done again, and what comes of it.

    Attributes
    ----------
    earliest
        When the node joined: nothing was done on it before, whatever its clock said.
    numbers
        The number of the last action of each record concerned.
    effects
        What was done with other records: type and action.
    ids
        Ids that new records are to get, by model.
    texts
        Texts drawn by chance, by label.
    """

    told: Told
    earliest: datetime
    numbers: dict[str, int] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)
    ids: dict[str, deque[UUID]] = field(default_factory=dict)
    texts: dict[str, deque[str]] = field(default_factory=dict)
    entered: bool = False  # whether its own action, comment or file has its id

    @property
    def at(self) -> datetime:
        """When the node did it: after it had joined, and not in the future."""
        return min(max(self.told.made_at, self.earliest), timezone.now())


_replay: ContextVar[Replay | None] = ContextVar("nuudel_replay", default=None)


@contextmanager
def replaying(told: Told, earliest: datetime) -> Iterator[Replay]:
    """Inside, records are made as the operation says, at the time at which the node did it."""
    replay = Replay(
        told,
        earliest,
        ids={label: deque(ids) for label, ids in told.made.items()},
        texts={label: deque(texts) for label, texts in told.drawn.items()},
    )
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
        if issubclass(model, Protected) and not issubclass(model, RecordPart):
            key = model._meta.pk
            if isinstance(key, UUIDField):
                key.__dict__["_get_default"] = partial(next_id, model._meta.label_lower, key.default)
    pre_save.connect(date_back, dispatch_uid="nuudel.nodes.date_back")
    timezone.localtime = then_or_now  # type: ignore[assignment]  # "today" of a rule is the day of the deed


def then_or_now(value: datetime | None = None, zone: tzinfo | None = None) -> datetime:
    """Django's ``localtime``; inside of a replay, without a value, the time at which the node did it."""
    replay = _replay.get()
    if value is None and replay is not None:
        value = replay.at
    return LOCALTIME(value, zone)


def next_id(label: str, fresh: Callable[[], UUID]) -> UUID:
    replay = _replay.get()
    given = replay.ids.get(label) if replay is not None else None
    if given:
        return given.popleft()
    made = fresh()
    log_drawn(label, made)
    return made


def log_drawn(label: str, value: UUID | str) -> None:
    """Remember what the function under way has drawn, in its order, for the centre to draw the same."""
    context = running()
    log = context.held.get(DRAWN) if context is not None else None
    if log is not None:
        log.setdefault(label, []).append(value)


def next_text(label: str, fresh: Callable[[], str]) -> str:
    """A text drawn by chance: that of the node where an operation is done again."""
    replay = _replay.get()
    given = replay.texts.get(label) if replay is not None else None
    if given:
        return given.popleft()
    made = fresh()
    log_drawn(label, made)
    return made


def date_back(sender: type[Model], instance: Any, **_: Any) -> None:
    """What is written now was done when the node says, though never in the future."""
    replay = _replay.get()
    if replay is None or not isinstance(instance, Protected) or not instance._state.adding:
        return
    instance.created_at = replay.at
    # Its own action, comment or file; what follows with other records gets ids of the centre.
    part: Any = instance
    told = replay.told
    its_own = isinstance(part, RecordPart) and not told.command and part.record_id == told.record
    if its_own and getattr(instance, "action", told.action) == told.action and not replay.entered:
        part.id, replay.entered = told.entry, True
