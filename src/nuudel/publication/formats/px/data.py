"""The figures of a PX file: reading and writing what stands after ``DATA=``."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.px.model import (
    AS_SHORT_AS_POSSIBLE,
    NIL,
    SYMBOLS,
    Header,
    Problem,
    PxFile,
)

MOST_CELLS = 50_000_000
MOST_DIGITS = 15
CELL = re.compile(r'"[^"]*+"|[^\s",;]++|;|"')
NUMBER = re.compile(r"[+-]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+")
SYMBOL_CODES = {f'"{symbol}"': code for code, symbol in enumerate(SYMBOLS) if symbol}
LOOSE_CODES = {symbol: code for code, symbol in enumerate(SYMBOLS) if symbol}
Cells = tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int8]]


def read_data(
    text: str, start: int, line: int, header: Header, name: str
) -> tuple[Cells, NDArray[np.int64] | None, list[Problem]]:
    """Read the cells, in the shape of the variables; errors ``PUBLICATION-204`` … ``PUBLICATION-207``."""
    shape = tuple(len(header.categories(variable)) for variable in header.variables())
    size = math.prod(shape)
    if size > MOST_CELLS:
        raise PublicationError(
            207,
            f"{name}: VALUES make a table of {size} cells (DATA in line {line}).",
            f"Read a part of the table with at most {MOST_CELLS} cells.",
            ("DATA",),
        )
    tokens, tail = split_cells(text, start)
    problems = [Problem(line, "DATA", tail)] if tail else []
    rows = None
    if next(header.all("KEYS"), None) is not None:
        rows, tokens = split_keyed(tokens, header, shape, line, name)
        wanted = len(rows) * math.prod(shape[len(header.stub()) :])
    else:
        wanted = size
    if len(tokens) != wanted:
        raise PublicationError(
            205,
            f"{name}: DATA (line {line}) has {len(tokens)} cells, but VALUES make {wanted}.",
            "Complete the file, or fetch it again.",
            ("DATA",),
        )
    cells, loose = read_cells(tokens, line, name)
    if loose:
        problems.append(Problem(line, "DATA", f"{loose} symbols stand without quotation marks."))
    if rows is not None:
        width = math.prod(shape[len(header.stub()) :])
        cells = (spread(cells[0], rows, width, size), spread(cells[1], rows, width, size), cells[2])
        cells = (cells[0], cells[1], spread(cells[2], rows, width, size))
    return (cells[0].reshape(shape), cells[1].reshape(shape), cells[2].reshape(shape)), rows, problems


def split_cells(text: str, start: int) -> tuple[list[str], str]:
    """The cells up to the closing semicolon, and what is to be said about the end."""
    if text.find('"', start) < 0:
        end = text.find(";", start)
        body = text[start:] if end < 0 else text[start:end]
        tokens = body.replace(",", " ").split()
    else:
        tokens = CELL.findall(text, start)
        end = -1
        if ";" in tokens:
            end = text.rfind(";")
            tokens, rest = tokens[: tokens.index(";")], tokens[tokens.index(";") + 1 :]
            if any(token.strip("\x1a") for token in rest):
                return tokens, "what stands after the closing semicolon is not read."
            return tokens, ""
    if tokens and tokens[-1] == "\x1a":
        tokens.pop()
    if end < 0:
        return tokens, "the closing semicolon is missing."
    return tokens, "what stands after the closing semicolon is not read." if text[end + 1 :].strip(
        " \r\n\t\x1a"
    ) else ""


def split_keyed(
    tokens: list[str], header: Header, shape: tuple[int, ...], line: int, name: str
) -> tuple[NDArray[np.int64], list[str]]:
    """Take the keys of the stub off each row; the position of each row in the stub, and the other cells."""
    stub = header.stub()
    lookups: list[dict[str, int]] = []
    for variable in stub:
        statement = header.find("KEYS", variable)
        kind = statement.bare.upper() if statement else ""
        if kind not in {"VALUES", "CODES"}:
            raise PublicationError(
                204,
                f"{name}, line {line}: KEYS of variable {variable!r} is neither VALUES nor CODES.",
                "Give KEYS for every variable of the stub.",
                ("KEYS",),
            )
        names = header.categories(variable) if kind == "VALUES" else header.codes(variable)
        lookups.append({key: position for position, key in enumerate(names)})
    row_length = len(stub) + math.prod(shape[len(stub) :])
    rows: list[int] = []
    cells: list[str] = []
    for start in range(0, len(tokens), row_length):
        row = 0
        for key, lookup, size in zip(tokens[start:], lookups, shape, strict=False):
            position = lookup.get(key[1:-1]) if key.startswith('"') else None
            if position is None:
                raise PublicationError(
                    206,
                    f"{name}: DATA (line {line}) has the unknown key {key} in row {len(rows) + 1}.",
                    "Begin each row with the values or codes of its stub, as KEYS says.",
                    ("DATA", "KEYS"),
                )
            row = row * size + position
        rows.append(row)
        cells += tokens[start + len(stub) : start + row_length]
    if len(set(rows)) != len(rows):
        raise PublicationError(
            206,
            f"{name}: DATA (line {line}) has the same KEYS in two rows.",
            "Keep one row.",
            ("DATA", "KEYS"),
        )
    return np.array(rows, dtype=np.int64), cells


def read_cells(tokens: Sequence[str], line: int, name: str) -> tuple[Cells, int]:
    """Values, symbols and printed decimals of each cell, and how many symbols stand without quotes."""
    values = np.zeros(len(tokens))
    symbols = np.zeros(len(tokens), dtype=np.int8)
    digits = np.zeros(len(tokens), dtype=np.int8)
    loose = 0
    known: dict[str, tuple[float, int, int]] = {}
    for index, token in enumerate(tokens):
        cell = known.get(token)
        if cell is None:
            cell = read_cell(token)
            if cell is None:
                raise PublicationError(
                    206,
                    f"{name}: DATA (line {line}), cell {index + 1}: {token[:20]!r} is neither number"
                    " nor symbol.",
                    'Write numbers with a point, and "-" or one to seven points for what has none.',
                    ("DATA",),
                )
            known[token] = cell
        values[index], symbols[index], digits[index] = cell
        loose += cell[1] > 0 and not token.startswith('"')
    return (values, symbols, digits), loose


def read_cell(token: str) -> tuple[float, int, int] | None:
    code = SYMBOL_CODES.get(token) or LOOSE_CODES.get(token)
    if code:
        return (0.0 if code == NIL else math.nan), code, 0
    if not NUMBER.fullmatch(token):
        return None
    value = float(token)
    if math.isinf(value):
        return None
    printed = printed_decimals(token, value)
    if printed == AS_SHORT_AS_POSSIBLE:  # "1e3" and "+5" are written as 1000 and 5, and so have no decimals
        printed = printed_decimals(write_number(value, AS_SHORT_AS_POSSIBLE), value)
    return value, 0, printed


def printed_decimals(token: str, value: float) -> int:
    point = token.find(".")
    printed = len(token) - point - 1 if point >= 0 else 0
    exact = printed <= MOST_DIGITS and f"{value:.{printed}f}" == token
    return printed if exact else AS_SHORT_AS_POSSIBLE


def spread(cells: NDArray[np.generic], rows: NDArray[np.int64], width: int, size: int) -> NDArray:  # type: ignore[type-arg]
    """Put the cells of the written rows into a table whose other rows are zero."""
    table = np.zeros((size // max(width, 1), width), dtype=cells.dtype)
    table[rows] = cells.reshape(len(rows), width)
    return table.ravel()


def write_data(px: PxFile) -> str:
    """The statement ``DATA``: a line for each row of the stub."""
    width = math.prod(px.values.shape[len(px.header.stub()) :])
    cells = [
        f'"{SYMBOLS[symbol]}"' if symbol else write_number(value, decimals)
        for value, symbol, decimals in zip(
            px.values.ravel().tolist(), px.symbols.ravel().tolist(), px.digits.ravel().tolist(), strict=True
        )
    ]
    lines = [" ".join(cells[start : start + width]) for start in range(0, len(cells), width)]
    if px.keyed_rows is not None:
        keys = row_keys(px)
        lines = [f"{keys[row]}{lines[row]}" for row in px.keyed_rows.tolist()]
    return "DATA=\n" + " \n".join(lines) + ";\n"


def row_keys(px: PxFile) -> list[str]:
    keys = [""]
    for variable in px.header.stub():
        statement = px.header.find("KEYS", variable)
        by_code = statement is not None and statement.bare.upper() == "CODES"
        names = px.header.codes(variable) if by_code else px.header.categories(variable)
        keys = [f'{key}"{value}",' for key in keys for value in names]
    return keys


def write_number(value: float, decimals: int) -> str:
    """A number with the decimals given, or as short as it can be without loss."""
    if decimals != AS_SHORT_AS_POSSIBLE:
        return f"{value:.{decimals}f}"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
