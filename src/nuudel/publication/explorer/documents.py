"""What a page of the explorer consists of; figures and tables are those of reports."""

from dataclasses import dataclass, field

from nuudel.publication.report.document import Figure, TextTable


@dataclass(frozen=True)
class Tile:
    """A large number with its label and what is to be known about it; ``tone`` is "in", "out" or "".

    ``doubt`` is what is known against this very number, empty where nothing is.
    """

    key: str
    label: str
    value: str
    note: str = ""
    tone: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Exhibit:
    """A figure, and its numbers as a small table."""

    figure: Figure
    numbers: TextTable


@dataclass(frozen=True)
class Section:
    """A part of a page; ``text`` are paragraphs before the blocks."""

    key: str
    title: str
    text: tuple[str, ...] = ()
    blocks: tuple[Exhibit | TextTable, ...] = ()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Exhibit))


@dataclass(frozen=True)
class Page:
    """A page with its finding as the lead; ``caveats`` stand under "Before you use these figures"."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    caveats: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(exhibit.figure for section in self.sections for exhibit in section.exhibits)


@dataclass(frozen=True)
class PlacePage(Page):
    """The page of one place.

    Attributes
    ----------
    code, level
        Of the place.
    other_name
        Its name in the other language, empty where it is the same.
    above
        Code and name of the places in which it lies, the country first; the country's code is no page.
    key_figures
        The large numbers under the title.
    """

    code: str = ""
    level: str = ""
    other_name: str = ""
    above: tuple[tuple[str, str], ...] = ()
    key_figures: tuple[Tile, ...] = ()


@dataclass(frozen=True)
class ComparePage(Page):
    """Two places beside each other; the first section's table has a column for each."""

    codes: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class EventEntry:
    """An event of the timeline: its years, its name, and what happened in them, in a sentence."""

    key: str
    kind: str
    first: int
    last: int
    title: str
    text: str


@dataclass(frozen=True)
class TimelinePage(Page):
    """The years of the country or of one place, with the events that fell into them."""

    code: str = ""
    events: tuple[EventEntry, ...] = field(default=())
