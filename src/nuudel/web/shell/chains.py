"""Chains of facts: what changes a record while it counts enters its fact anew, and supersedes the one before.

Ids follow from the record, the chain's name and the action's number, so that the same action enters the same
fact once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from nuudel.ledger.series import Series
from nuudel.web.access.models import Record
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Entry

Row = Mapping[str, object]


@dataclass(frozen=True)
class Chain:
    """A fact of a record: its series, its name, in which states the record counts, and the fact's row."""

    series: Series
    name: str
    states: frozenset[str]
    row: Row


@dataclass(frozen=True)
class Chains:
    """What the chains of a domain share.

    Attributes
    ----------
    namespace
        Of the ids; each domain has its own.
    taken_back
        From a fact's row to what it says instead once the record no longer counts.
    silent
        Steps that change nothing of what a fact says.
    """

    namespace: UUID
    taken_back: Callable[[Row], Row]
    silent: frozenset[str] = frozenset()

    def link(self, record: Record, chain: Chain, action: Action, before: Sequence[Action]) -> list[Entry]:
        """The fact of an action, which supersedes the last one of its chain; nothing where it enters none."""
        if not self.enters(action, before, chain.states):
            return []
        earlier = self.entered(before, chain.states)
        row = dict(chain.row)
        if action.state not in chain.states:
            row |= self.taken_back(chain.row)
        row["id"] = self.fact_id(record, chain.name, action.number)
        row["supersedes"] = self.fact_id(record, chain.name, earlier[-1].number) if earlier else None
        return [Entry(chain.series.fact, chain.series, row)]

    def enters(self, action: Action, before: Sequence[Action], states: frozenset[str]) -> bool:
        """Whether an action enters a fact that counts in some states."""
        return action in self.entered([*before, action], states)

    def entered(self, actions: Sequence[Action], states: frozenset[str]) -> list[Action]:
        """Those actions after which the record counted, and each that took the fact back."""
        found, counted = [], False
        for action in actions:
            counts = action.state in states
            if counts != counted or (counts and action.action not in self.silent):
                found.append(action)
            counted = counts
        return found

    def fact_id(self, record: Record, name: str, number: int) -> UUID:
        """The id of the fact that an action of a record enters into a chain."""
        return uuid5(self.namespace, f"{record.pk}/{name}/{number}")
