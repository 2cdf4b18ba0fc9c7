"""What the chapters are written from: the pack, its places, and the statistics read off the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nuudel.base.packs import Pack, PackTable, load_pack
from nuudel.base.provenance import Caveat, Effect, Source
from nuudel.model.findings import Ahead, FlowStudy, Routes, Why
from nuudel.model.scenarios.comparison import ScenarioComparison
from nuudel.places.boundaries import Boundaries, boundaries
from nuudel.places.gazetteer import Gazetteer
from nuudel.publication.charts.events import Event
from nuudel.publication.report.words import Words
from nuudel.statistics.internal_migration import InternalMigration

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer
    from nuudel.model.projection.outlook import Outlook
    from nuudel.model.scenarios.catalogue import Catalogue
    from nuudel.model.scenarios.comparison import ScenarioComparison

# How many notes stand under a figure; the rest is in the last chapter, which lists all.
NOTES_SHOWN = 3
# A doubt over more years than these is a property of the series, not of its years.
DOUBT_YEARS = 5
EFFECT_ORDER = (Effect.NOT_COMPARABLE, Effect.CONCEPT, Effect.MISSING, Effect.DOUBTFUL)


@dataclass(frozen=True)
class Flows:
    """A full origin-destination table of one year, in persons, with the kilometres between the places."""

    year: int
    places: tuple[str, ...]
    persons: NDArray[np.float64]
    distances: NDArray[np.float64]


@dataclass(frozen=True)
class Material:
    """Everything a chapter may use; what a country does not have is None or absent from its pack.

    Where ``flows`` are known, ``internal`` is their margins. ``problems`` say what could not be estimated.
    """

    pack: Pack
    gazetteer: Gazetteer
    words: Words
    version: str
    internal: InternalMigration | None
    flows: Flows | None
    why: Why | None = None
    routes: Routes | None = None
    gravity: FlowStudy | None = None
    ahead: Ahead | None = None
    outlook: "Outlook | None" = None
    scenarios: "ScenarioComparison | None" = None
    policy: "tuple[PolicyAnswer, ...]" = ()
    problems: tuple[str, ...] = ()

    @property
    def lang(self) -> str:
        return self.words.lang

    def name(self, place: str) -> str:
        """A place's name in the report's language."""
        return self.gazetteer.get(place).name(self.lang)

    @cached_property
    def country_name(self) -> str:
        return self.pack.title[self.lang]

    def country_names(self, packs: Iterable[str]) -> list[str]:
        """Names of other countries, by their packs, in the report's language."""
        return [load_pack(name).title[self.lang] for name in packs]

    @cached_property
    def unit_level(self) -> str:
        """The level whose units migration is counted between."""
        places = self.internal.places if self.internal else self.flows.places if self.flows else ()
        return self.gazetteer.get(places[0]).level

    @cached_property
    def capital(self) -> str | None:
        """The capital's code, where it is one of the units that migration is counted between."""
        capital = self.pack.capital
        return capital if capital and self.internal and capital in self.internal.places else None

    @cached_property
    def catalogue(self) -> "Catalogue | None":
        """The pack's levers, shocks and capacities, in its words; None where it has none."""
        from nuudel.model.scenarios.catalogue import FILES, read_catalogue

        known = all((self.pack.folder / name).is_file() for name in FILES.values())
        return read_catalogue(self.pack) if known else None

    def act(self, lever: str, lang: str = "") -> str:
        """What a lever or shock is called; its name where the pack does not say."""
        known = self.catalogue is not None and lever in self.catalogue.levers
        return self.catalogue.levers[lever].title[lang or self.lang] if known else lever.replace("_", " ")  # type: ignore[union-attr]

    def capacity(self, name: str, lang: str = "") -> str:
        """What a capacity is called; its name where the pack does not say."""
        found = [c for c in self.catalogue.capacities if c.name == name] if self.catalogue else []
        return found[0].title[lang or self.lang] if found else name.replace("_", " ")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The pack's events, in the words that stand beside a chart."""
        if not self.pack.has("events"):
            return ()
        short = {"policy": self.words("register.band"), "dzud": self.words("report.dzud")}
        return tuple(
            Event(row["kind"], row["start_year"], row["end_year"], short.get(row["kind"], ""))
            for row in self.pack.table("events").frame.iter_rows(named=True)
        )

    @cached_property
    def closed(self) -> tuple[int, int] | None:
        """The years in which arrivals in the capital are not comparable, where a caveat says so."""
        if self.capital is None:
            return None
        for caveat in self.migration_table.caveats:
            if (
                caveat.effect is Effect.NOT_COMPARABLE
                and caveat.years
                and caveat.covers(column="in_migrants", place=self.capital)
                and caveat.places
            ):
                return caveat.years
        return None

    @cached_property
    def closed_years(self) -> frozenset[int]:
        """Each year of ``closed``."""
        return frozenset(range(self.closed[0], self.closed[1] + 1)) if self.closed else frozenset()

    @cached_property
    def migration_table(self) -> PackTable:
        """The table that arrivals and departures come from: the flows, where all are known."""
        return self.pack.table("migration_flows" if self.flows is not None else "internal_migration")

    @property
    def margins_key(self) -> str:
        """Key of the released table of arrivals and departures."""
        return "migration_by_place" if self.flows is not None else "registered_migration"

    @cached_property
    def unit_boundaries(self) -> Boundaries | None:
        """Boundaries of the units, or None for a country without outlines."""
        return self.boundaries_of(self.unit_level)

    def boundaries_of(self, level: str) -> Boundaries | None:
        from nuudel.base.errors import PlacesError

        try:
            return boundaries(self.pack, level, self.gazetteer)
        except PlacesError as error:
            if error.code == "PLACES-152":
                return None
            raise

    def source_line(self, *sources: Source) -> str:
        """The printed source line of a figure or table."""
        lines = list(dict.fromkeys(self.say_source(source) for source in sources))
        return self.words("report.source", sources="; ".join(lines))

    def say_source(self, source: Source) -> str:
        """A source's line, its licence in the report's language where it has a name there."""
        return source.line(self.lang).replace(source.licence, self.say_licence(source))

    def say_licence(self, source: Source) -> str:
        """A licence in words of the report's language; names such as MIT stay as they are."""
        key = f"licences.{source.licence.replace(' ', '_')}"
        return self.words(key) if key in self.words.messages else source.licence

    def say_caveat(self, caveat: Caveat) -> str:
        """A caveat's text, after the name of its place where it is about one place."""
        text = caveat.text[self.lang]
        name = self.name(caveat.places[0]) if len(caveat.places) == 1 else ""
        return text if not name or name in text else f"{name}: {text}"

    def notes(
        self,
        table: PackTable,
        columns: Sequence[str] = (),
        places: Iterable[str] = (),
        years: tuple[int, int] | None = None,
        about: int | None = None,
    ) -> tuple[str, ...]:
        """The caveats that cover what a figure shows; the rest is counted and pointed to.

        Those on the year that the title is ``about`` come first, then the gravest.
        """
        wanted = [c for c in table.caveats if concerns(c, columns, set(places), years)]

        def order(caveat: Caveat) -> tuple[bool, int]:
            named = caveat.years is not None and about is not None and caveat.covers(year=about)
            return not named, EFFECT_ORDER.index(caveat.effect)

        wanted.sort(key=order)
        shown = [self.say_caveat(caveat) for caveat in wanted[:NOTES_SHOWN]]
        more = len(wanted) - len(shown)
        return (*shown, self.words("report.more_notes", n=more)) if more else tuple(shown)

    def doubtful_years(self, table: PackTable, column: str, place: str) -> frozenset[int]:
        """The years in which a caveat about this very place calls its value doubtful."""
        years: set[int] = set()
        for caveat in table.caveats:
            named = caveat.effect is Effect.DOUBTFUL and place in caveat.places and caveat.years
            if named and caveat.covers(column=column, place=place):
                years |= set(range(caveat.years[0], caveat.years[1] + 1))  # type: ignore[index]
        return frozenset(years)

    def doubtful_nationally(self, table: PackTable, columns: Sequence[str]) -> frozenset[int]:
        """The years in which a caveat of few years doubts the values of more than half of all places."""
        years: set[int] = set()
        for caveat in table.caveats:
            if (
                caveat.effect is not Effect.DOUBTFUL
                or not caveat.years
                or not concerns(caveat, columns, set(), None)
            ):
                continue
            first, last = caveat.years
            widespread = not caveat.places or 2 * len(caveat.places) > table.frame["place"].n_unique()
            if widespread and last - first < DOUBT_YEARS:
                years |= set(range(first, last + 1))
        return frozenset(years)


def concerns(caveat: Caveat, columns: Sequence[str], places: set[str], years: tuple[int, int] | None) -> bool:
    """Whether a caveat touches any of the columns, places and years of a figure."""
    return (
        (not columns or not caveat.columns or bool(set(columns) & set(caveat.columns)))
        and (not places or not caveat.places or bool(places & set(caveat.places)))
        and (
            years is None
            or caveat.years is None
            or (caveat.years[0] <= years[1] and years[0] <= caveat.years[1])
        )
    )
