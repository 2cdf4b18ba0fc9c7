"""What a report consists of, the same for HTML and PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure as Drawing

from nuudel.publication.charts.style import Canvas

Painter = Callable[[Canvas], Drawing]


@dataclass(frozen=True)
class Figure:
    """A drawing whose title states the finding, with its doubt and its source beside it."""

    key: str
    title: str
    subtitle: str
    painter: Painter
    source: str
    table: str  # key of the table that holds its figures
    caveats: tuple[str, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()  # (CSS class of the swatch, words)
    tag: str = ""  # "estimated" or "approximate", in words


@dataclass(frozen=True)
class TextTable:
    """A small table in the text: texts as they are printed, numbers already formatted."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    table: str = ""
    caveats: tuple[str, ...] = ()
    total_row: bool = False
    text_columns: frozenset[int] = frozenset({0})
    summary: str = ""  # of a long table: what the reader opens it with, on a screen

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column holds numbers, which are set to the right."""
        return tuple(index not in self.text_columns for index in range(len(self.header)))

    @property
    def is_compact(self) -> bool:
        """Whether two values fit beside each other on a phone, where the table is folded."""
        short = max(len(title) for title in self.header) <= COMPACT_TITLE
        return len(self.header) > UNFOLDED and all(self.numeric[1:]) and short


# Longest title of a column, in letters, that leaves room for a second one on a phone.
COMPACT_TITLE = 14
# Tables of so many columns stay tables on a phone.
UNFOLDED = 3


@dataclass(frozen=True)
class KeyFigure:
    """A large number and the sentence that goes on from it; ``tone`` is "in", "out" or ""."""

    big: str
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Chapter:
    """One subject of the report."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    blocks: Sequence[Figure | TextTable] = ()
    points: tuple[tuple[str, str], ...] = ()  # (bold beginning, rest)


@dataclass(frozen=True)
class Report:
    """A whole report in one language.

    ``kind`` is what it calls itself (empty: a migration report); ``above`` are lines above its title, and
    ``tags`` stand beside the first of them: that it is preliminary, that its data are an example.
    """

    lang: str
    title: str
    running_title: str
    lead: str
    key_figures: tuple[KeyFigure, ...]
    chapters: tuple[Chapter, ...]
    colophon: tuple[str, ...] = field(default=())
    kind: str = ""
    above: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(b for chapter in self.chapters for b in chapter.blocks if isinstance(b, Figure))
