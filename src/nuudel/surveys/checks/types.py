"""What the column ``type`` says: a group begins or ends, a select with its list, a question."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

# The types that forms are written with today, for advice.
MODERN_TYPES = (
    "integer",
    "decimal",
    "range",
    "text",
    "select_one",
    "select_multiple",
    "select_one_from_file",
    "select_multiple_from_file",
    "rank",
    "note",
    "geopoint",
    "geotrace",
    "geoshape",
    "date",
    "time",
    "dateTime",
    "image",
    "audio",
    "background-audio",
    "video",
    "file",
    "barcode",
    "calculate",
    "acknowledge",
    "hidden",
    "csv-external",
    "xml-external",
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "phonenumber",
    "email",
    "audit",
    "start-geopoint",
    "background-geopoint",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
)
TABLE_ENDINGS = (".csv", ".xml", ".geojson")
# A list name is the last word: its command is known.
SELECT_WORDS = re.compile(r"(.+?) (\S+)( (?:or specify other|or_other|or other))?")


@dataclass(frozen=True)
class Type:
    """A type, taken apart.

    Attributes
    ----------
    role
        ``begin``, ``end``, ``select``, ``question``, ``setting`` or ``unknown``.
    name
        ``group`` or ``repeat`` of a begin or end; ``one``, ``multiple`` or ``rank`` of a select; else as
        written.
    list_name
        Of a select; empty where it is missing.
    """

    role: str
    name: str
    list_name: str = ""
    other: bool = False
    from_file: bool = False
    external: bool = False


@cache
def read_type(text: str) -> Type:
    """Read a type as pyxform does."""
    from pyxform import aliases
    from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL

    for pattern, role in ((RE_BEGIN_CONTROL, "begin"), (RE_END_CONTROL, "end")):
        found = pattern.search(text)
        if found:
            return Type(role, aliases.control[found["type"]])
    if text in aliases.settings_header:
        return Type("setting", text)
    if text in aliases.select:
        return Type("select", select_name(text))
    words = SELECT_WORDS.fullmatch(text)
    if words and words[1] in aliases.select:
        return Type(
            "select",
            select_name(words[1]),
            words[2],
            other=words[3] is not None,
            from_file="from_file" in words[1] or "from file" in words[1],
            external=words[1] == "select_one_external",
        )
    if text in question_types() or (words and words[1] in aliases.osm):
        return Type("question", text)
    return Type("unknown", text)


@cache
def question_types() -> frozenset[str]:
    from pyxform import aliases
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    return frozenset({*QUESTION_TYPE_DICT, *aliases._type_alias_map})


def select_name(command: str) -> str:
    from pyxform import aliases

    kind = aliases.select[command]
    return "rank" if kind == "rank" else "multiple" if kind == "select all that apply" else "one"


@cache
def is_asked(text: str) -> bool:
    """Whether a question of a type is shown to somebody."""
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    found = read_type(text)
    if found.role != "question":
        return found.role == "select"
    told = QUESTION_TYPE_DICT.get(text) or QUESTION_TYPE_DICT.get(text.partition(" ")[0]) or {}
    return "control" in told and text != "calculate"


def is_table(name: str) -> bool:
    """Whether a list is a file beside the form."""
    return PurePath(name).suffix.lower() in TABLE_ENDINGS
