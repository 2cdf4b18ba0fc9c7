"""What domains publish of a place, as parts of its page."""

import hashlib
import json
from collections.abc import Sequence

from nuudel.publication.explorer.documents import Section
from nuudel.publication.report.document import TextTable
from nuudel.web.explorer.published import PublishedSection
from nuudel.web.words import number

DIGITS = 16


def digest_of(told: Sequence[PublishedSection], code: str) -> str:
    """Tells what is published of a place now from what was before."""
    mine = [{**section, "rows": section["rows"][code]} for section in told]
    return hashlib.sha256(json.dumps(mine, sort_keys=True).encode()).hexdigest()[:DIGITS]


def section_of(told: PublishedSection, code: str, lang: str) -> Section:
    """The part of a place's page."""
    rows = told["rows"][code]
    texts = {1 + column for column, cell in enumerate(rows[0][1]) if isinstance(cell, str)}
    table = TextTable(
        title=told["caption"][lang],
        header=tuple(title[lang] for title in told["header"]),
        rows=tuple(
            (first[lang], *(whole(cell) if isinstance(cell, str) else number(cell) for cell in cells))
            for first, cells in rows
        ),
        source=told["source"][lang],
        caveats=(told["caveat"][lang],),
        text_columns=frozenset({0, *texts}),
    )
    return Section(told["key"], told["title"][lang], (told["text"][lang],), (table,))


def whole(text: str) -> str:
    """A text whose dates are not broken over two lines."""
    return text.replace("-", "-\N{WORD JOINER}")
