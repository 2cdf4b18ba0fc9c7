"""Everything that is looked for in a workbook."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from nuudel.surveys.checks.cells import cell_faults
from nuudel.surveys.checks.choices import choice_faults, read_lists
from nuudel.surveys.checks.headings import NEARLY, Table, heading_faults, language_faults, table
from nuudel.surveys.checks.survey import Survey, read_survey
from nuudel.surveys.checks.translations import language, translated, translation_faults
from nuudel.surveys.faults import Fault, fault
from nuudel.surveys.workbooks.sheets import SHEETS, Workbook

# Without these columns a sheet says nothing.
NEEDED = {"survey": ("type", "name"), "choices": ("list name", "name")}


def workbook_faults(workbook: Workbook) -> list[Fault]:
    """The faults of a workbook in the order of its sheets and rows."""
    found = [*workbook.faults, *sheet_faults(workbook)]
    tables = read_tables(workbook)
    found += heading_faults(tables)
    found += language_faults(tables)
    lacking = list(column_faults(tables))
    if lacking or "survey" not in tables:
        return found + lacking
    lists = read_lists(tables.get("choices"))
    survey = read_survey(tables["survey"], lists)
    found += survey.faults
    if "choices" in tables:
        multiple = [item.type.list_name for item in survey.items if item.type.name in ("multiple", "rank")]
        found += choice_faults(tables["choices"], lists, multiple, allows_doubles(tables))
    found += translation_faults(tables)
    found += cell_faults(tables, survey, lists)
    found += settings_faults(tables)
    found += external_faults(tables, survey)
    return sorted(found, key=place)


def place(one: Fault) -> tuple[int, int]:
    """Sheets in their usual order, rows from above."""
    digits = "".join(sign for sign in one.cell.partition(":")[0] if sign.isdigit())
    order = SHEETS.index(one.sheet) if one.sheet in SHEETS else -1
    return order, int(digits or 0)


def sheet_faults(workbook: Workbook) -> Iterator[Fault]:
    """A survey that is not there, and sheets whose names are nearly known ones."""
    for name in workbook.names:
        near = get_close_matches(name.lower(), SHEETS[:3], n=1, cutoff=NEARLY)
        # A name that begins with an underscore is a remark, as pyxform has it.
        if name.lower() not in SHEETS and near and near[0] not in workbook.sheets and name[0] != "_":
            yield fault("sheet_nearly", name, name=name, near=near[0])
    survey = workbook.sheets.get("survey")
    if survey is None:
        yield fault("sheet_missing")
    elif not survey.rows:
        yield fault("sheet_empty", "survey")


def read_tables(workbook: Workbook) -> dict[str, Table]:
    settings = workbook.sheets.get("settings")
    read = table(settings) if settings else None
    default = read.text(settings.rows[0], "default_language") if read and settings and settings.rows else ""
    return {
        name: table(sheet, default)
        for name, sheet in workbook.sheets.items()
        if name in ("survey", "choices", "settings", "entities", "external_choices")
    }


def column_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    for name, needed in NEEDED.items():
        for column in needed:
            if name in tables and tables[name].sheet.rows and not tables[name].of(column):
                cell = f"A{tables[name].sheet.heading_row}"
                yield fault("column_missing", name, cell, column=column.replace(" ", "_"))


def external_faults(tables: Mapping[str, Table], survey: Survey) -> Iterator[Fault]:
    """Selects from the sheet of external choices, without the sheet."""
    for item in survey.items if "external_choices" not in tables else ():
        if item.type.external:
            yield tables["survey"].fault("external_missing", item.row, "type", list=item.type.list_name)


def allows_doubles(tables: Mapping[str, Table]) -> bool:
    from pyxform import aliases

    settings = tables.get("settings")
    if settings is None or not settings.sheet.rows:
        return False
    return bool(aliases.yes_no.get(settings.text(settings.sheet.rows[0], "allow_choice_duplicates"), False))


def settings_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    settings = tables.get("settings")
    if settings is None:
        return
    for row in settings.sheet.rows[1:]:
        yield fault("settings_row", "settings", settings.sheet.cell(row.number, ""))
    if settings.sheet.rows:
        row = settings.sheet.rows[0]
        default = settings.text(row, "default_language")
        columns = [
            (tables[name], one)
            for name in ("survey", "choices")
            if name in tables
            for one in translated(tables[name])
        ]
        known = dict.fromkeys(language(where, one) for where, one in columns if one.language)
        if default and known and default not in known:
            yield settings.fault(
                "default_language", row, "default_language", language=default, known=", ".join(known)
            )
