"""Cells with expressions and references, in all sheets."""

from collections.abc import Iterator, Mapping

from nuudel.base.tables import nearest
from nuudel.surveys.checks.choices import LIST
from nuudel.surveys.checks.expressions import (
    FUNCTIONS,
    bare_reference,
    broken_reference,
    comparisons,
    filter_columns,
    only_a_word,
    references,
    unbalanced,
    unknown_functions,
)
from nuudel.surveys.checks.headings import Column, Table
from nuudel.surveys.checks.survey import Survey
from nuudel.surveys.checks.types import read_type
from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.workbooks.sheets import Row

# Canonical names of the columns that hold XPath; ``default`` holds plain values too.
XPATH = frozenset(
    {"relevant", "constraint", "calculate", "required", "readonly", "choice_filter", "jr:count"}
)
CONDITIONS = frozenset({"relevant", "constraint", "required", "readonly"})
WITHOUT_REFERENCES = frozenset({"type", "name"})
# Which columns of the other sheets pyxform puts references into.
REFERRING = {
    "choices": frozenset({"label"}),
    "settings": frozenset({"instance_name"}),
    "entities": frozenset({"label", "entity_id", "create_if", "update_if"}),
}
OWN_NAMES = frozenset({"instanceID"})
OTHER = "other"


def cell_faults(
    tables: Mapping[str, Table], survey: Survey, lists: Mapping[str, list[Row]]
) -> Iterator[Fault]:
    for name, table in tables.items():
        columns = [column for column in table.columns if checked(name, column)]
        for row in table.sheet.rows:
            for column in columns:
                text = row.texts.get(column.heading, "")
                if text:
                    where = (name, table.sheet.cell(row.number, column.heading))
                    yield from reference_faults(text, survey, where)
                    if name == "survey" and column.name in XPATH:
                        yield from expression_faults(text, where)
                        yield from condition_faults(text, column.name, where)
                        yield from choice_faults(text, tables, survey, lists, where)
                        from_file = read_type(table.text(row, "type")).from_file
                        if column.name == "choice_filter" and not from_file:
                            yield from filter_faults(text, tables, where)


def checked(sheet: str, column: Column) -> bool:
    if sheet == "survey":
        return column.name not in WITHOUT_REFERENCES
    return column.name in REFERRING.get(sheet, ())


def reference_faults(text: str, survey: Survey, where: tuple[str, str]) -> Iterator[Fault]:
    """``${name}`` of a question that is not there, or of two."""
    if "${" not in text:
        return
    if broken_reference(text):
        yield fault("reference_broken", *where)
    for name in dict.fromkeys(references(text)):
        times = survey.names.get(name, 0)
        if name and not times and name not in OWN_NAMES:
            yield fault("reference_unknown", *where, name=name, near=nearest(name, survey.names))
        elif times > 1:
            yield fault("reference_ambiguous", *where, name=name)


def expression_faults(text: str, where: tuple[str, str]) -> Iterator[Fault]:
    if bare_reference(text):
        yield fault("reference_broken", *where)
    sign = unbalanced(text)
    if sign:
        yield fault("expression_open", *where, sign=sign)
        return
    for name in unknown_functions(text):
        yield fault("function_unknown", *where, name=name, near=nearest(name, sorted(FUNCTIONS)))


def condition_faults(text: str, column: str, where: tuple[str, str]) -> Iterator[Fault]:
    """A word that stands alone where a condition should: often the cell of the next column."""
    from pyxform import aliases

    if column in CONDITIONS and only_a_word(text) and text.strip() not in aliases.yes_no:
        yield fault("condition_word", *where, word=text.strip())


def choice_faults(
    text: str,
    tables: Mapping[str, Table],
    survey: Survey,
    lists: Mapping[str, list[Row]],
    where: tuple[str, str],
) -> Iterator[Fault]:
    """An answer is compared with a choice that its list does not have: never true, and nobody notices."""
    choices = tables.get("choices")
    for one in comparisons(text):
        item = survey.first.get(one.question)
        if item is None or item.type.role != "select" or choices is None or not one.choice:
            continue
        rows = lists.get(item.type.list_name, [])
        names = list(dict.fromkeys(name for row in rows if (name := choices.text(row, "name"))))
        if not names or one.choice in names or (item.type.other and one.choice == OTHER):
            continue
        yield fault(
            "choice_unknown", *where, choice=one.choice, name=one.question, near=nearest(one.choice, names)
        )


def filter_faults(text: str, tables: Mapping[str, Table], where: tuple[str, str]) -> Iterator[Fault]:
    """A filter compares a column that the choices do not have."""
    choices = tables.get("choices")
    if choices is None or "[" in text or "/" in text or "external_choices" in tables:
        return
    known = {column.heading for column in choices.columns} | {column.name for column in choices.columns}
    for name in filter_columns(text):
        if name not in known:
            yield fault("filter_column", *where, column=name, near=nearest(name, sorted(known - {LIST})))
