"""Languages: each said in one way, and each text in all of them."""

from collections.abc import Iterator, Mapping

from nuudel.surveys.checks.headings import TRANSLATED, Column, Table
from nuudel.surveys.faults import Fault, fault


def translation_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Texts that are in one language and not in another, and languages that are named in two ways."""
    sheets = [tables[name] for name in ("survey", "choices") if name in tables]
    spellings = list(spelling_faults(sheets))
    yield from spellings
    languages = list(dict.fromkeys(language(table, one) for table in sheets for one in translated(table)))
    if spellings or len(languages) < 2:
        return
    for table in sheets:
        for name in TRANSLATED:
            columns = {language(table, column): column for column in table.of(name)}
            if columns:
                yield from column_faults(table, name, columns, languages)


def translated(table: Table) -> list[Column]:
    return [column for column in table.columns if column.name in TRANSLATED]


def language(table: Table, column: Column) -> str:
    """The language of a column; one that names none is in the form's default."""
    return column.language or table.language


def spelling_faults(sheets: list[Table]) -> Iterator[Fault]:
    """``Монгол(mn)`` beside ``Монгол (mn)``: to pyxform, two languages."""
    first: dict[str, str] = {}
    for table in sheets:
        for column in translated(table):
            name = language(table, column)
            plain = "".join(name.split()).casefold()
            known = first.setdefault(plain, name)
            if known != name:
                cell = table.sheet.heading_cell(column.heading)
                yield fault("language_twice", table.sheet.name, cell, language=name, known=known)


def column_faults(
    table: Table, name: str, columns: Mapping[str, Column], languages: list[str]
) -> Iterator[Fault]:
    """A language without the column, and rows that are said in one language only."""
    some = next(iter(columns.values()))
    for missing in (lang for lang in languages if lang not in columns):
        cell = table.sheet.heading_cell(some.heading)
        yield fault("translation_column", table.sheet.name, cell, column=said(some), language=missing)
    for row in table.sheet.rows:
        lacking = [lang for lang, column in columns.items() if column.heading not in row.texts]
        if lacking and len(lacking) < len(columns):
            for lang in lacking:
                cell = table.sheet.cell(row.number, columns[lang].heading)
                yield fault("translation_missing", table.sheet.name, cell, column=said(some), language=lang)


def said(column: Column) -> str:
    """The column as its heading names it, without the language."""
    return column.heading.partition(":")[0].strip()
