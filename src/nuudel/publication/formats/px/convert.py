"""Tables for publication as PX files, and PX files as tables."""

import re
from datetime import date
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Caveat, Effect, Quality, Source, Text
from nuudel.publication.formats.px.model import AS_SHORT_AS_POSSIBLE, Bare, Header, Item, PxFile, Statement
from nuudel.publication.formats.px.periods import period_codes, time_list
from nuudel.publication.formats.px.words import LEGEND, NOTES, QUALITY, STATUS_WORDS, UNKNOWN, word
from nuudel.publication.tables import STATUSES, Dimension, Measure, Status, Table

SYMBOL_OF = {Status.NOT_APPLICABLE: 2, Status.MISSING: 3, Status.SUPPRESSED: 4}
MARK_OF = {
    Status.DOUBTFUL: "d",
    Status.NOT_COMPARABLE: "b",
    Status.ESTIMATED: "e",
    Status.PROVISIONAL: "p",
}
BETWEEN_NOTES = "##"


def table_to_px(table: Table, subject: Text | None = None, subject_code: str = "MIG") -> PxFile:
    """A table as PX file in UTF-8, AXIS-VERSION 2013, in all its languages.

    The last dimension makes the heading. Caveats become ``NOTE``, quality, disclosure statement and legend
    ``NOTEX``; cells that are doubtful, not comparable, estimated or provisional are marked by
    ``DATANOTECELL``. PX has no quotation mark inside texts: it becomes ”.

    Raises
    ------
    PublicationError
        ``PUBLICATION-210``: two dimensions of one title, or two equal labels in one dimension, in a language.
    """
    for lang in table.languages:
        check_unambiguous(table, lang)
    statements = [*opening(table, subject_code)]
    for lang in table.languages:
        tag = None if lang == table.languages[0] else lang
        statements += describe_in(table, lang, tag, (subject or NOTES["subject"]))
    statements += marked_cells(table)
    decimals = table.measure.decimals
    with np.errstate(over="ignore", invalid="ignore"):
        exact = np.round(table.values, decimals) == table.values
    digits = np.where(exact, decimals, AS_SHORT_AS_POSSIBLE).astype(np.int8)
    symbols = np.zeros(table.shape, dtype=np.int8)
    for status, symbol in SYMBOL_OF.items():
        symbols[table.status == STATUSES.index(status)] = symbol
    digits[symbols > 0] = 0
    values = table.values + 0.0  # no negative zero, which would be written "-0"
    return PxFile(tuple(statements), values, symbols, digits)


def check_unambiguous(table: Table, lang: str) -> None:
    """PX finds variables and values by their texts, so no two may be alike."""
    lists = {"titles of dimensions": [clean(d.title[lang]) for d in table.dimensions]}
    lists |= {
        f"labels of dimension {d.key}": [clean(text) for text in d.labels[lang]] for d in table.dimensions
    }
    for name, texts in lists.items():
        if len(set(texts)) != len(texts):
            twice = next(text for text in texts if texts.count(text) > 1)
            raise PublicationError(
                210,
                f"the {name} of table {table.key} have {twice!r} twice [{lang}], which PX cannot tell apart.",
                "Write differing labels.",
                (name,),
            )


def clean(text: str) -> str:
    return text.replace('"', "”").replace("\n", "#")


def opening(table: Table, subject_code: str) -> list[Statement]:
    day = table.as_of.strftime("%Y%m%d")
    languages = table.languages
    several = [said("LANGUAGES", *languages)] if len(languages) > 1 else []
    return [
        said("CHARSET", "ANSI"),
        said("AXIS-VERSION", "2013"),
        said("CODEPAGE", "utf-8"),
        said("LANGUAGE", languages[0]),
        *several,
        said("CREATION-DATE", f"{day} 00:00"),
        bare("DECIMALS", str(table.measure.decimals)),
        bare("SHOWDECIMALS", str(table.measure.decimals)),
        said("MATRIX", table.key),
        said("SUBJECT-CODE", subject_code),
    ]


def said(keyword: str, *texts: str, subkeys: tuple[str, ...] = (), language: str | None = None) -> Statement:
    return Statement(
        keyword, tuple(clean(text) for text in texts), tuple(clean(k) for k in subkeys), language
    )


def bare(keyword: str, text: str) -> Statement:
    return Statement(keyword, (Bare(text),))


def describe_in(table: Table, lang: str, tag: str | None, subject: Text) -> list[Statement]:
    """All texts in one language."""
    *stub, heading = [d.title[lang] for d in table.dimensions]
    out = [
        said("SUBJECT-AREA", word(subject, lang), language=tag),
        said("TITLE", table.title[lang], language=tag),
        said("CONTENTS", table.measure.title[lang], language=tag),
        said("UNITS", table.measure.unit[lang], language=tag),
        *([said("STUB", *stub, language=tag)] if stub else []),
        said("HEADING", heading, language=tag),
    ]
    for dimension in table.dimensions:
        name = (clean(dimension.title[lang]),)
        out.append(said("VALUES", *dimension.labels[lang], subkeys=name, language=tag))
        out.append(said("CODES", *dimension.codes, subkeys=name, language=tag))
        out.append(said("VARIABLECODE", dimension.key, subkeys=name, language=tag))
        periods = time_list(dimension.codes) if dimension.is_time else None
        if periods:
            items: tuple[Item, ...] = (Bare(f"TLIST({periods[0]})"), *periods[1])
            out.append(Statement("TIMEVAL", items, name, tag))
    sources = "; ".join(source.line(lang) for source in table.sources)
    out += [
        said("LAST-UPDATED", f"{table.as_of:%Y%m%d} 00:00", language=tag),
        said("SOURCE", sources, language=tag),
        *(said(f"DATASYMBOL{i}", word(STATUS_WORDS[s], lang), language=tag) for s, i in symbols_numbered()),
        said("NOTEX", BETWEEN_NOTES.join(mandatory_notes(table, lang)), language=tag),
    ]
    if table.caveats:
        out.append(said("NOTE", BETWEEN_NOTES.join(c.text[lang] for c in table.caveats), language=tag))
    return out


def symbols_numbered() -> list[tuple[Status, int]]:
    return [(status, symbol - 1) for status, symbol in SYMBOL_OF.items()]


def mandatory_notes(table: Table, lang: str) -> list[str]:
    notes = [
        word(QUALITY[table.quality], lang),
        f"{word(NOTES['disclosure'], lang)}: {table.disclosure[lang]}",
    ]
    if any((table.status == STATUSES.index(status)).any() for status in MARK_OF):
        notes.append(word(LEGEND, lang))
    return notes


def marked_cells(table: Table) -> list[Statement]:
    """``DATANOTECELL`` for each cell that has a value and something to be said about it."""
    out = []
    for status, mark in MARK_OF.items():
        for cell in np.argwhere(table.status == STATUSES.index(status)).tolist():
            codes = tuple(d.codes[i] for d, i in zip(table.dimensions, cell, strict=True))
            out.append(said("DATANOTECELL", mark, subkeys=codes))
    return out


def px_to_table(
    px: PxFile,
    *,
    key: str | None = None,
    quality: Quality = Quality.OBSERVED,
    as_of: date | None = None,
    disclosure: Text | None = None,
    licence: str = "",
) -> Table:
    """A PX file as table. PX does not say everything a table must know: what is missing is given here.

    Parameters
    ----------
    key
        By default made from ``MATRIX``.
    quality
        Used where the file has no note of quality as ``table_to_px`` writes it.
    as_of
        By default ``LAST-UPDATED`` or ``CREATION-DATE``.
    disclosure
        By default the note of ``table_to_px``, or the sentence that the file does not state it.
    licence
        Licence of the source.

    Returns
    -------
    Table
        In the languages of the file, a missing text taken from the main language; symbols are missing
        values unless the file explains them in the words of ``table_to_px``; notes are caveats of concept.

    Raises
    ------
    PublicationError
        ``PUBLICATION-210`` no date where none is given; and those of ``Table``.
    """
    header = px.header
    langs = header.languages if header.language else ("en",)
    noted, marked = read_notes(header, langs)
    day = as_of or read_date(header)
    return Table(
        key=key or slug(header.text("MATRIX"), "table", "-"),
        title=texts_of(header, langs, "TITLE"),
        dimensions=tuple(read_dimension(header, langs, axis) for axis in range(px.values.ndim)),
        measure=Measure(
            slug(header.text("CONTENTS"), "value_measured", "_"),
            texts_of(header, langs, "CONTENTS"),
            texts_of(header, langs, "UNITS"),
            int((header.find("DECIMALS") or Statement("", ())).bare or 0),
        ),
        values=px.values,
        quality=noted or quality,
        sources=(read_source(header, langs, licence),),
        disclosure=disclosure or read_disclosure(header, langs),
        as_of=day,
        caveats=read_caveats(header, langs),
        status=read_status(px, langs[0], marked),
    )


def texts_of(header: Header, langs: tuple[str, ...], keyword: str, *subkeys: str) -> dict[str, str]:
    return {lang: header.text(keyword, *subkeys, lang=lang) or UNKNOWN for lang in langs}


def slug(text: str, otherwise: str, joint: str) -> str:
    made = re.sub(r"[^a-z0-9]+", joint, text.lower()).strip(joint)[:50]
    return made if made and made[0].isalpha() else otherwise


def read_dimension(header: Header, langs: tuple[str, ...], axis: int) -> Dimension:
    names = {lang: (header.variables(lang) or header.variables())[axis] for lang in langs}
    main = header.variables()[axis]
    labels = {lang: header.categories(names[lang], lang) or header.categories(main) for lang in langs}
    code = header.text("VARIABLECODE", main) or main
    keys = [slug(header.text("VARIABLECODE", v) or v, "", "_") for v in header.variables()]
    own = slug(code, "", "_")
    clear = own and keys.count(own) == 1 and own not in {"value", "status", "quality"}
    codes = header.codes(main)
    periods = period_codes(header.find("TIMEVAL", main), codes)
    return Dimension(
        key=own if clear else f"variable_{axis + 1}",
        title=names,
        codes=periods or (codes if len(set(codes)) == len(codes) else numbered(codes)),
        labels={lang: tuple(text.strip() or UNKNOWN for text in texts) for lang, texts in labels.items()},
        is_time=periods is not None,
    )


def numbered(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(position + 1) for position in range(len(codes)))


def read_source(header: Header, langs: tuple[str, ...], licence: str) -> Source:
    matrix = header.text("MATRIX")
    return Source(
        key=slug(matrix, "px", "_"),
        institution=texts_of(header, langs, "SOURCE"),
        title=texts_of(header, langs, "TITLE"),
        identifier=PurePath(matrix).name,
        licence=licence,
    )


def read_date(header: Header) -> date:
    for keyword in ("LAST-UPDATED", "CREATION-DATE"):
        for statement in header.all(keyword):
            found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", statement.texts[0] if statement.texts else "")
            try:
                if found:
                    return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
    raise PublicationError(
        210,
        "the PX file has no date (LAST-UPDATED, CREATION-DATE).",
        "Say as of which day its figures are (as_of).",
        ("LAST-UPDATED", "CREATION-DATE"),
    )


def read_notes(header: Header, langs: tuple[str, ...]) -> tuple[Quality | None, bool]:
    """The quality that a note states, and whether the legend of marks is there."""
    notes = header.text("NOTEX").split(BETWEEN_NOTES)
    stated = next((q for q in Quality if clean(word(QUALITY[q], langs[0])) in notes), None)
    return stated, clean(word(LEGEND, langs[0])) in notes


def read_disclosure(header: Header, langs: tuple[str, ...]) -> dict[str, str]:
    stated = {}
    for lang in langs:
        start = f"{word(NOTES['disclosure'], lang)}: "
        notes = header.text("NOTEX", lang=lang).split(BETWEEN_NOTES)
        found = next((note.removeprefix(start) for note in notes if note.startswith(start)), "")
        stated[lang] = found or word(NOTES["not_stated"], lang)
    return stated


def read_caveats(header: Header, langs: tuple[str, ...]) -> tuple[Caveat, ...]:
    notes = {lang: header.text("NOTE", lang=lang).split(BETWEEN_NOTES) for lang in langs}
    count = len(notes[langs[0]])
    complete = {lang: texts if len(texts) == count else notes[langs[0]] for lang, texts in notes.items()}
    return tuple(
        Caveat(
            f"note_{number + 1}", Effect.CONCEPT, {lang: texts[number] for lang, texts in complete.items()}
        )
        for number in range(count)
        if all(texts[number].strip() for texts in complete.values())
    )


def read_status(px: PxFile, lang: str, marked: bool) -> NDArray[np.int8]:
    status = np.where(np.isnan(px.values), STATUSES.index(Status.MISSING), 0).astype(np.int8)
    for known, number in symbols_numbered():
        if px.header.text(f"DATASYMBOL{number}") == word(STATUS_WORDS[known], lang):
            status[px.symbols == SYMBOL_OF[known]] = STATUSES.index(known)
    if marked:
        positions = [{code: i for i, code in enumerate(px.header.codes(v))} for v in px.header.variables()]
        of_mark = {mark: STATUSES.index(known) for known, mark in MARK_OF.items()}
        for statement in px.header.all("DATANOTECELL"):
            cell = tuple(p.get(code, -1) for p, code in zip(positions, statement.subkeys, strict=False))
            if len(cell) == status.ndim and -1 not in cell and statement.texts[0] in of_mark:
                status[cell] = of_mark[statement.texts[0]]
    return status
