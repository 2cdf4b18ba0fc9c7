"""Reading and writing PX files."""

import re
from pathlib import Path

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.files import read_bytes, write_atomically
from nuudel.publication.formats.px.checks import check_mandatory, find_problems
from nuudel.publication.formats.px.data import read_data, write_data
from nuudel.publication.formats.px.lexer import decode, read_statements
from nuudel.publication.formats.px.model import Bare, Header, Item, Pair, PxFile, Statement

TEXT_WIDTH = 79
LIST_WIDTH = 250
FOLDED = re.compile(rf"[^\n]{{1,{TEXT_WIDTH}}}|\n")


def read_px(path: Path) -> PxFile:
    """Read a PX file.

    Parameters
    ----------
    path
        File in PC-Axis format, AXIS-VERSION up to 2013, in the code page that it names.

    Returns
    -------
    PxFile
        With what was found wrong in ``problems``, where the figures can be read nevertheless.

    Raises
    ------
    PublicationError
        ``PUBLICATION-201`` code page, ``202`` malformed statement, ``203`` missing keyword, ``204``
        contradiction, ``205`` number of cells, ``206`` cell, ``207`` too large; ``PUBLICATION-192`` the
        file cannot be opened.
    """
    return parse_px(read_bytes(path), path.name)


def parse_px(content: bytes, name: str = "PX file") -> PxFile:
    """Read a PX file from its bytes; errors as ``read_px``, with ``name`` in them."""
    text, encoding, marked = decode(content, name)
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    statements, malformed, start, line = read_statements(text, name)
    header = Header(tuple(statements))
    check_mandatory(header, name, line)
    (values, symbols, digits), keyed_rows, in_data = read_data(text, start, line, header, name)
    return PxFile(
        statements=header.statements,
        values=values,
        symbols=symbols,
        digits=digits,
        keyed_rows=keyed_rows,
        encoding=encoding,
        byte_order_mark=marked,
        newline=newline,
        problems=tuple(sorted([*malformed, *find_problems(header), *in_data], key=lambda p: p.line)),
    )


def write_px(px: PxFile, path: Path) -> Path:
    """Write a PX file in its own code page, whole or not at all.

    Raises
    ------
    PublicationError
        ``PUBLICATION-208``: a text has a quotation mark or a letter that the code page lacks;
        ``PUBLICATION-191``: the file cannot be written.
    """
    return write_atomically(path, format_px(px))


def format_px(px: PxFile) -> bytes:
    """The bytes of a PX file; error ``PUBLICATION-208``."""
    text = "".join(format_statement(statement) for statement in px.statements) + write_data(px)
    try:
        content = text.replace("\n", px.newline).encode(px.encoding)
    except UnicodeEncodeError as error:
        letter = text[error.start]
        raise PublicationError(
            208,
            f"the letter {letter!r} is not in code page {px.encoding} (CODEPAGE).",
            'Set CODEPAGE="utf-8" and the encoding with it.',
            ("CODEPAGE",),
        ) from None
    content = ("\ufeff".encode(px.encoding) if px.byte_order_mark else b"") + content
    if decode(content, "")[1] != px.encoding and not content.isascii():
        raise PublicationError(
            208,
            f"the file says nothing of code page {px.encoding}, and would be read in another one (CODEPAGE).",
            'Set CODEPAGE="utf-8" and the encoding with it.',
            ("CODEPAGE",),
        )
    return content


def format_statement(statement: Statement) -> str:
    """One statement, long texts and lists continued over lines."""
    head = statement.keyword + (f"[{statement.language}]" if statement.language else "")
    if statement.subkeys:
        head += "(" + ",".join(quoted(key, statement) for key in statement.subkeys) + ")"
    lines, line = [], head + "="
    for index, value in enumerate(statement.values):
        text = format_item(value, statement) + ("," if index < len(statement.values) - 1 else ";")
        if index and len(line) + len(text) > LIST_WIDTH:
            lines.append(line)
            line = ""
        line += text
    return "\n".join([*lines, line]) + "\n"


def format_item(value: Item, statement: Statement) -> str:
    if isinstance(value, Bare):
        return value.text
    if isinstance(value, Pair):
        return f"{quoted(value.parent, statement)}:{quoted(value.child, statement)}"
    if len(value) <= TEXT_WIDTH or "\n" in value:
        return quoted(value, statement)
    return "\n".join(quoted(part, statement) for part in FOLDED.findall(value))


def quoted(text: str, statement: Statement) -> str:
    if '"' in text:
        raise PublicationError(
            208,
            f"a text of {statement.keyword} has a quotation mark inside, which PX cannot hold.",
            "Use typographic quotation marks.",
            (statement.keyword,),
        )
    return f'"{text}"'
