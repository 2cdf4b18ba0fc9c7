"""A table as PxWeb sees it: its dimensions and, before the last of them, what is counted."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from nuudel.publication.formats.px.words import word
from nuudel.publication.formats.pxweb.words import CONTENTS
from nuudel.publication.tables import Table

CONTENTS_CODE = "ContentsCode"
PLACES = {"place", "origin", "destination"}

Positions = tuple[tuple[int, ...], ...]
"""For each variable the positions of the chosen values, in the order in which they are answered."""


class Kind(StrEnum):
    """What a variable is; the roles of JSON-stat."""

    CLASSIFICATION = "classification"
    GEO = "geo"
    METRIC = "metric"
    TIME = "time"


@dataclass(frozen=True)
class Variable:
    """One variable with its codes and texts in one language."""

    code: str
    text: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]
    kind: Kind


def variables_of(table: Table, lang: str) -> tuple[Variable, ...]:
    """The variables in the order of the axes of ``select``'s values."""
    found = [
        Variable(
            dimension.key,
            dimension.title[lang],
            dimension.codes,
            dimension.labels[lang],
            Kind.TIME if dimension.is_time else Kind.GEO if dimension.key in PLACES else Kind.CLASSIFICATION,
        )
        for dimension in table.dimensions
    ]
    measured = Variable(
        CONTENTS_CODE,
        contents_title(table, lang),
        (table.measure.key,),
        (table.measure.title[lang],),
        Kind.METRIC,
    )
    return (*found[:-1], measured, found[-1])


def contents_title(table: Table, lang: str) -> str:
    """The name of the variable of contents, told apart from a dimension that is called the same."""
    name = word(CONTENTS, lang)
    taken = {dimension.title[lang] for dimension in table.dimensions}
    return f"{name} ({CONTENTS_CODE})" if name in taken else name


def select(table: Table, positions: Positions) -> Table:
    """The chosen part of a table, in the chosen order; positions as for ``variables_of``."""
    own = (*positions[:-2], positions[-1])
    dimensions = tuple(
        replace(
            dimension,
            codes=tuple(dimension.codes[i] for i in chosen),
            labels={lang: tuple(texts[i] for i in chosen) for lang, texts in dimension.labels.items()},
        )
        for dimension, chosen in zip(table.dimensions, own, strict=True)
    )
    cells = np.ix_(*own)
    return replace(table, dimensions=dimensions, values=table.values[cells], status=table.status[cells])


def sources(table: Table, lang: str) -> str:
    return "; ".join(source.line(lang) for source in table.sources)


def updated(table: Table) -> str:
    return f"{table.as_of.isoformat()}T00:00:00Z"
