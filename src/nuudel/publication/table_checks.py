"""What a table for publication must satisfy in its keys, codes, labels and texts."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Text

if TYPE_CHECKING:
    from nuudel.publication.tables import Dimension, Table

TABLE_KEY = re.compile(r"[a-z][a-z0-9_-]{0,99}")
DIMENSION_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
RESERVED_KEYS = frozenset({"value", "status", "quality"})
# what XML 1.0 cannot carry, and the carriage return, which its readers turn into a line feed
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
LINE = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
PERIOD = re.compile(r"\d{4}(-(Q[1-4]|S[12]|W\d\d|(0[1-9]|1[0-2])(-\d\d)?))?")
MOST_DECIMALS = 15


def check_texts(table: "Table") -> None:
    """Every text has the languages of the title, and is neither empty nor full of control characters."""
    if not table.title:
        raise PublicationError(103, f"table {table.key} has no title.", "Give it one in each language.")
    texts: list[tuple[str, Text]] = [("title", table.title), ("disclosure", table.disclosure)]
    texts += [("measure title", table.measure.title), ("measure unit", table.measure.unit)]
    texts += [(f"title of dimension {d.key}", d.title) for d in table.dimensions]
    texts += [(f"institution of source {s.key}", s.institution) for s in table.sources]
    texts += [(f"title of source {s.key}", s.title) for s in table.sources]
    texts += [(f"caveat {c.key}", c.text) for c in table.caveats]
    for name, text in texts:
        check_languages(table, name, text)
        for lang, words in text.items():
            check_words(table.key, f"{name} [{lang}]", (words,))


def check_languages(table: "Table", name: str, text: Mapping[str, Any]) -> None:
    if set(text) != set(table.title):
        wanted = ", ".join(table.title)
        raise PublicationError(
            103,
            f"the {name} of table {table.key} has the languages {', '.join(text) or 'none'}, not {wanted}.",
            "Write every text in every language of the table's title.",
            (name,),
        )


def check_words(table: str, name: str, words: Iterable[str], forbidden: re.Pattern[str] = CONTROL) -> None:
    for text in words:
        if not text.strip() or forbidden.search(text):
            raise PublicationError(
                106,
                f"the {name} of table {table} has an empty text, or one with control characters.",
                "Write it as plain text.",
                (name,),
            )


def check_dimensions(table: "Table") -> None:
    keys = [d.key for d in table.dimensions]
    known = TABLE_KEY.fullmatch(table.key) and all(
        DIMENSION_KEY.fullmatch(k) for k in [*keys, table.measure.key]
    )
    if not known or not keys or len(set(keys)) != len(keys) or RESERVED_KEYS & set(keys):
        raise PublicationError(
            105,
            f"table {table.key!r} needs dimensions with differing keys of small letters, digits and"
            f" underscores other than {', '.join(sorted(RESERVED_KEYS))}; not {', '.join(keys) or 'none'}.",
            "Rename the table, its measure or its dimensions.",
            tuple(keys),
        )
    if sum(d.is_time for d in table.dimensions) > 1 or not 0 <= table.measure.decimals <= MOST_DECIMALS:
        raise PublicationError(
            105,
            f"table {table.key} has two dimensions of time, or its decimals are not 0 to {MOST_DECIMALS}.",
            "Mark one dimension as time and give the decimals to show.",
        )
    for dimension in table.dimensions:
        check_codes(table, dimension)


def check_codes(table: "Table", dimension: "Dimension") -> None:
    name = f"dimension {dimension.key}"
    if not dimension.codes or len(set(dimension.codes)) != len(dimension.codes):
        raise PublicationError(
            106, f"{name} of table {table.key} has no codes, or one twice.", "List each code once.", (name,)
        )
    check_words(table.key, f"codes of {name}", dimension.codes, LINE)
    if dimension.is_time and not all(PERIOD.fullmatch(code) for code in dimension.codes):
        bad = next(code for code in dimension.codes if not PERIOD.fullmatch(code))
        raise PublicationError(
            106,
            f"{name} of table {table.key} is time, but {bad!r} is no period.",
            "Write periods as 2019, 2019-Q1, 2019-S1, 2019-05 or 2019-05-31, or do not mark it as time.",
            (name,),
        )
    check_languages(table, f"labels of {name}", dimension.labels)
    for lang, labels in dimension.labels.items():
        if len(labels) != len(dimension.codes):
            raise PublicationError(
                106,
                f"{name} of table {table.key} has {len(dimension.codes)} codes, but {len(labels)} labels.",
                "Give one label for each code.",
                (name,),
            )
        check_words(table.key, f"labels [{lang}] of {name}", labels, LINE)
