"""Series: one way of counting by one source. Every query names one; two are never added to each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nuudel.base.errors import LedgerError
from nuudel.base.packs import nearest
from nuudel.base.provenance import Text
from nuudel.ledger.codes import DURATIONS
from nuudel.ledger.schema import Fact


@dataclass(frozen=True)
class Series:
    """A series of facts.

    Attributes
    ----------
    key
        Its name in facts and queries, e.g. ``nso-040-in``.
    source
        Who or what counts: the ``source`` of all its facts.
    fact
        The kind of fact: ``movement``, ``presence`` or ``event``.
    durations
        The duration classes that it counts; empty: all of them.
    concept
        What it counts and what not, in each language; empty where nobody has said so yet.
    """

    key: str
    source: str
    fact: str = Fact.MOVEMENT.value
    durations: tuple[str, ...] = ()
    concept: Text = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact", str(self.fact))
        object.__setattr__(self, "durations", tuple(self.durations))
        for duration in self.durations:
            if duration not in DURATIONS:
                raise LedgerError(
                    206,
                    f"series {self.key!r} names no duration class {duration!r}.",
                    f"Use one of the list{nearest(duration, DURATIONS.names)}.",
                    ("durations",),
                )

    def entry(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "fact": self.fact,
            "durations": list(self.durations),
            "concept": dict(self.concept),
        }


def declare(known: Mapping[str, Series], added: Iterable[Series]) -> dict[str, Series]:
    """The series with some added; one that is there may gain a concept or durations, nothing else.

    Raises
    ------
    LedgerError
        ``LEDGER-207`` where a series is declared with another source or kind of fact.
    """
    found = dict(known)
    for series in added:
        before = found.get(series.key)
        if before and (before.source, before.fact) != (series.source, series.fact):
            raise LedgerError(
                207,
                f"series {series.key!r} is there with another source or kind of fact.",
                "Give the new one its own key.",
                ("series",),
            )
        found[series.key] = series
    return found
