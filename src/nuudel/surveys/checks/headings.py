"""Columns by their headings: ``label::Монгол (mn)`` is the label in a language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from nuudel.surveys.definition import DEFAULT_LANGUAGE
from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.workbooks.sheets import Row, Sheet

# Words of a heading that only say where in the XML a column goes: ``bind::relevant`` is ``relevant``.
PREFIXES = frozenset({"bind", "control", "media", "body", "instance"})
TRANSLATED = ("label", "hint", "guidance_hint", "jr:constraintMsg", "jr:requiredMsg")
MEDIA = ("image", "big-image", "audio", "video")
SURVEY_COLUMNS = (
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "constraint",
    "constraint_message",
    "required",
    "required_message",
    "relevant",
    "appearance",
    "default",
    "readonly",
    "calculation",
    "choice_filter",
    "parameters",
    "repeat_count",
    "trigger",
    "save_to",
    "image",
    "big-image",
    "audio",
    "video",
    "autoplay",
    "intent",
    "disabled",
)
CHOICES_COLUMNS = ("list_name", "name", "label", "image", "big-image", "audio", "video")
SETTINGS_COLUMNS = (
    "form_title",
    "form_id",
    "version",
    "instance_name",
    "default_language",
    "public_key",
    "submission_url",
    "auto_send",
    "auto_delete",
    "style",
    "allow_choice_duplicates",
    "omit_instanceID",
    "client_editable",
    "clean_text_values",
    "namespaces",
    "instance_id",
    "name",
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "survey": SURVEY_COLUMNS,
    "choices": CHOICES_COLUMNS,
    "settings": SETTINGS_COLUMNS,
}
# What pyxform calls columns of other headings.
ALIASED = frozenset({"calculate", "jr:count", "list name", "title", "id_string"})
NEARLY = 0.8


@dataclass(frozen=True)
class Column:
    """What a heading says: the name of the column, and its language (empty where it names none)."""

    heading: str
    name: str
    language: str


@dataclass(frozen=True)
class Table:
    """A sheet with its columns known; ``language`` is that of columns that name none."""

    sheet: Sheet
    columns: tuple[Column, ...]
    language: str

    def of(self, name: str) -> tuple[Column, ...]:
        """The columns of a name, one for each language."""
        return tuple(column for column in self.columns if column.name == name)

    def text(self, row: Row, name: str) -> str:
        """The text of a row in the first column of a name that has one."""
        return next((row.texts[c.heading] for c in self.of(name) if c.heading in row.texts), "")

    def cell(self, row: Row, name: str) -> str:
        """The cell of a row in a column; in the column that has a text, where there are several."""
        headings = [column.heading for column in self.of(name)]
        written = [heading for heading in headings if heading in row.texts]
        return self.sheet.cell(row.number, (written or headings or [""])[0])

    def fault(self, key: str, row: Row, column: str, /, **slots: object) -> Fault:
        return fault(key, self.sheet.name, self.cell(row, column), **slots)


def table(sheet: Sheet, language: str = "") -> Table:
    """Read the headings of a sheet as pyxform does."""
    from pyxform import aliases

    known: Mapping[str, str | tuple[str, ...]] = {
        "survey": aliases.survey_header,
        "settings": aliases.settings_header,
        "entities": aliases.entities_header,
    }.get(sheet.name, aliases.list_header)
    double = any("::" in heading for heading in sheet.letters)
    columns = tuple(column(heading, double, known) for heading in sheet.letters)
    return Table(sheet, columns, language or DEFAULT_LANGUAGE)


def column(heading: str, double: bool, aliases: Mapping[str, str | tuple[str, ...]]) -> Column:
    parts = [part.strip() for part in heading.split("::" if double or "::" in heading else ":")]
    if parts[0] == "jr" and len(parts) > 1:
        parts = [f"jr:{parts[1]}", *parts[2:]]
    first = "_".join(parts[0].split()).lower()
    alias = aliases.get(first, first)
    names = [*(alias if isinstance(alias, tuple) else (alias,)), *parts[1:]]
    if names[0] in PREFIXES and len(names) > 1:
        names = names[1:]
    return Column(heading, names[0], names[1] if len(names) > 1 else "")


def heading_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Headings that are nearly one that is known: pyxform would leave their column out in silence."""
    for name, known in COLUMNS.items():
        if name not in tables:
            continue
        sheet = tables[name].sheet
        taken = known_names(name)
        for column in tables[name].columns:
            first = "_".join(column.heading.partition(":")[0].split()).lower()
            if first in taken or column.name in taken:
                continue
            # Choices have columns of one's own, for filters.
            words = ("list_name", "label") if name == "choices" else known
            near = get_close_matches(first, words, n=1, cutoff=NEARLY)
            if near:
                cell = sheet.heading_cell(column.heading)
                yield fault("heading_nearly", name, cell, heading=column.heading, near=near[0])


def language_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Languages of columns that have none, such as ``relevant::English``."""
    for name, known in COLUMNS.items():
        spoken = {*TRANSLATED, *MEDIA, "constraint_message", "required_message", "default"}
        for column in tables[name].columns if name in tables else ():
            prefixed = column.heading.partition(":")[0].strip().lower() in PREFIXES
            if column.language and not prefixed and column.name in {*known, *ALIASED} - spoken:
                cell = tables[name].sheet.heading_cell(column.heading)
                yield fault("heading_language", name, cell, heading=column.heading)


def known_names(sheet: str) -> frozenset[str]:
    from pyxform import aliases

    others = {
        "survey": aliases.survey_header,
        "choices": aliases.list_header,
        "settings": aliases.settings_header,
    }[sheet]
    ends = {part for value in others.values() for part in ([value] if isinstance(value, str) else value)}
    return frozenset({*COLUMNS[sheet], *others, *ends, *PREFIXES})
