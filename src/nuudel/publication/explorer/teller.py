"""What the parts of a page share: the bundle in one language, its names, numbers, sources and doubts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.publication.charts.events import Event
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.words import load_words
from nuudel.publication.report.words import Words

Values = NDArray[np.float64]
KINDS = {"rule": "policy"}
DOUBTFUL, NOT_COMPARABLE = "doubtful", "not_comparable"


@dataclass(frozen=True)
class Teller:
    """A bundle told in one language."""

    bundle: Bundle
    lang: str

    @cached_property
    def words(self) -> Words:
        return replace(load_words(self.lang), units=self.level_words(self.bundle.unit_level, plural=True))

    def say(self, key: str, /, **slots: object) -> str:
        return self.words(key, **slots)

    def name(self, code: str) -> str:
        return self.bundle.name(code, self.lang)

    def text(self, texts: Mapping[str, str]) -> str:
        return texts[self.lang]

    @cached_property
    def years(self) -> NDArray[np.int_]:
        return np.array(self.bundle.years, dtype=int)

    def moves(self, code: str) -> "Moves | None":
        """Arrivals and departures of a place or the country; None where nobody counted them."""
        entry = self.bundle.series.get(code)
        if entry is None or entry["arrivals"] is None:
            return None
        return Moves(
            self.years, as_values(entry["arrivals"]), as_values(entry["departures"]), entry["doubtful"]
        )

    def level_words(self, level: str, *, plural: bool = False) -> str:
        entry = next(entry for entry in self.bundle.index["levels"] if entry["key"] == level)
        return self.text(entry["plural" if plural else "one"])

    def source(self, *keys: str) -> str:
        """The source line of a figure, of the sources with these keys that the bundle has."""
        known = {entry["key"]: self.text(entry["line"]) for entry in self.bundle.index["sources"]}
        lines = dict.fromkeys(known[key] for key in keys if key in known)
        return self.say("page.source", sources="; ".join(lines)) if lines else ""

    @property
    def moves_source(self) -> str:
        """Key of the source of arrivals and departures."""
        return str(self.bundle.index["moves_source"])

    def indicator_source(self, key: str) -> str:
        return self.say("page.source", sources=self.text(self.bundle.indicators[key]["source"]))

    def events(self) -> list[Event]:
        """All events, in the short words of charts."""
        return [
            Event(
                KINDS.get(entry["kind"], entry["kind"]), entry["from"], entry["to"], self.text(entry["short"])
            )
            for entry in self.bundle.index["events"]
        ]

    @cached_property
    def rule(self) -> Mapping[str, Any] | None:
        """The rule on registration, the last one where there are several."""
        rules = [entry for entry in self.bundle.index["events"] if entry["kind"] == "rule"]
        return rules[-1] if rules else None

    def listed(self, names: Sequence[str]) -> str:
        """``a, b and c``."""
        if len(names) < 2:
            return "".join(names)
        return self.say("page.and", first=", ".join(names[:-1]), last=names[-1])


@dataclass(frozen=True)
class Moves:
    """Arrivals and departures over the years, NaN where not counted, and what is doubtful of them."""

    years: NDArray[np.int_]
    arrivals: Values
    departures: Values
    doubts: Sequence[Mapping[str, Any]]

    @cached_property
    def net(self) -> Values:
        return self.arrivals - self.departures

    @cached_property
    def per_100(self) -> Values:
        both = self.arrivals + self.departures
        with np.errstate(invalid="ignore", divide="ignore"):
            balance: Values = np.where(both > 0, 100 * self.net / both, np.nan)
        return balance

    def doubtful_years(self, effect: str = DOUBTFUL, side: str = "") -> frozenset[int]:
        """Years of which a caveat has this effect, on one side where one is named."""
        return frozenset(
            d["year"] for d in self.doubts if d["effect"] == effect and (not side or side in d["sides"])
        )

    def reasons(self, year: int, side: str = "") -> list[Mapping[str, str]]:
        """What is known against the figures of a year, the same reason once."""
        return [d["reason"] for d in self.doubts if d["year"] == year and (not side or side in d["sides"])]

    def last_year(self, upto: int | None = None) -> int | None:
        """The last year with both figures, up to one where it is named."""
        known = self.years[np.isfinite(self.net) & (self.years <= (upto or self.years[-1]))]
        return int(known[-1]) if known.size else None

    def at(self, year: int) -> tuple[float, float]:
        """Arrivals and departures of a year."""
        row = int(np.flatnonzero(self.years == year)[0])
        return float(self.arrivals[row]), float(self.departures[row])

    def mean(self, values: Values, first: int, last: int) -> float:
        """Mean of the years that were counted, NaN where none was."""
        chosen = values[(self.years >= first) & (self.years <= last)]
        chosen = chosen[np.isfinite(chosen)]
        return float(chosen.mean()) if chosen.size else float("nan")


def as_values(counts: Sequence[float | None]) -> Values:
    """Counts of the bundle as numbers, NaN where there is none."""
    return np.array([np.nan if count is None else count for count in counts], dtype=float)
