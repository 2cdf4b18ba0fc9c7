"""The states of a record type: one small, explicit table of who may bring what from where to where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CREATED, CHANGED = "create", "change"
"""Actions that every record type has; all others are transitions."""

WRITTEN = (CREATED, CHANGED)
"""Actions after which a record says something else than before."""


@dataclass(frozen=True)
class Transition:
    """A step from one state to the next; who may take it is in the type's permission table.

    Attributes
    ----------
    action
        The name of the step, also in the permission table.
    start
        The states from which it leads.
    end
        The state to which it leads.
    reason
        Whether whoever takes it must say why.
    notice
        Whether the record's maker is told.
    """

    action: str
    start: tuple[str, ...]
    end: str
    reason: bool = False
    notice: bool = False


@dataclass(frozen=True)
class StateTable:
    """The states of a record type.

    Attributes
    ----------
    first
        The state in which a record is made.
    transitions
        All steps.
    tags
        How a state is shown: ``new``, ``wait``, ``done``, ``refused``; quiet where it is not named.
    waiting
        States in which a record waits for somebody's work.
    fixed
        States in which a record is no longer changed.
    """

    first: str
    transitions: tuple[Transition, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """All states, in the order in which the table names them."""
        ends = (state for step in self.transitions for state in (*step.start, step.end))
        return tuple(dict.fromkeys((self.first, *ends)))

    def step(self, action: str) -> Transition | None:
        """The transition of a name."""
        return next((step for step in self.transitions if step.action == action), None)

    def steps_from(self, state: str) -> tuple[Transition, ...]:
        return tuple(step for step in self.transitions if state in step.start)

    def after(self, state: str, action: str) -> str:
        """The state after an action, which folds a history into a state; ``KeyError`` for no such step."""
        if action == CREATED:
            return self.first
        if action == CHANGED:
            return state
        step = self.step(action)
        if step is None or state not in step.start:
            raise KeyError(action)
        return step.end
