"""From the bytes of a PX file to its statements."""

import codecs
import re

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.px.keywords import ESSENTIAL
from nuudel.publication.formats.px.model import Bare, Item, Pair, Problem, Statement

MOST_MALFORMED = 50
# possessive quantifiers: no input can make the patterns backtrack
HEAD = re.compile(
    r'\s*+([A-Za-z][A-Za-z0-9_-]*+)\s*+(?:\[\s*+"?+([A-Za-z0-9_-]*+)"?+\s*+\])?+\s*+'
    r'(?:\(\s*+("[^"]*+"(?:\s*+,\s*+"[^"]*+")*+)\s*+\))?+\s*+=\s*+'
)
QUOTED = re.compile(r'"([^"]*+)"\s*+')
UNQUOTED = re.compile(r'[A-Za-z0-9_.*+-]++(?:\((?:[^()";]|"[^"]*+")*+\))?+\s*+')
QUOTED_SUBKEY = re.compile(r'"([^"]*+)"')
BLANK = re.compile(r"\s*+")
LINE_START = re.compile(r'\n[A-Z][A-Z0-9_-]*+(?:\[[^\]\n]*+\])?+(?:\((?:"[^"\n]*+"|[^"()\n])*+\))?+[ \t]*+=')
DECLARED = re.compile(rb'(?:\A\s*+|[\n;][ \t\r]*+)(CHARSET|CODEPAGE)\s*+=\s*+"([^"\r\n]*+)"')
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Files without CHARSET are DOS text, those with "ANSI" Windows text (PX file format, CHARSET).
OF_CHARSET = {"ANSI": "windows-1252", "UNICODE": "utf-8", "UTF-8": "utf-8", "OEM": "cp850", "": "cp850"}


def decode(content: bytes, name: str) -> tuple[str, str, bool]:
    """Text, encoding and whether a byte order mark stood before it; error ``PUBLICATION-201``."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return decoded(content[len(mark) :], encoding, name), encoding, True
    declared = {key.decode(): value.decode("latin-1") for key, value in DECLARED.findall(content)}
    encoding = declared.get("CODEPAGE", "").strip() or OF_CHARSET.get(declared.get("CHARSET", "").upper(), "")
    if not encoding or (not declared.get("CODEPAGE") and is_utf8(content)):
        encoding = "utf-8"
    try:
        info = codecs.lookup(encoding)
        text_encoding = getattr(info, "_is_text_encoding", True)
    except (LookupError, ValueError):
        text_encoding = False
    if not text_encoding or info.name.startswith(("utf-16", "utf-32", "utf-7", "idna", "punycode")):
        raise PublicationError(
            201,
            f"{name}: CODEPAGE {encoding!r} is unknown.",
            'Write the file anew with CODEPAGE="utf-8".',
            ("CODEPAGE",),
        )
    return decoded(content, encoding, name), encoding, False


def is_utf8(content: bytes) -> bool:
    """Whether a file that does not name its code page can only be UTF-8: several bytes for a letter."""
    if content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeError, ValueError) as error:
        at = getattr(error, "start", 0)
        line = content.count(b"\n", 0, at) + 1
        raise PublicationError(
            201,
            f"{name}, line {line}: the text is not in its code page {encoding} (CODEPAGE).",
            "Correct CODEPAGE, or save the file in the code page that it names.",
            ("CODEPAGE",),
        ) from None


def read_statements(text: str, name: str) -> tuple[list[Statement], list[Problem], int, int]:
    """The statements before ``DATA``, what was wrong, where the data begin, and their line."""
    statements: list[Statement] = []
    problems: list[Problem] = []
    position, line, counted = 0, 1, 0
    while (position := skip_blank(text, position)) < len(text):
        head = HEAD.match(text, position)
        start = head.start(1) if head else position
        line, counted = line + text.count("\n", counted, start), start
        if head and head[1].upper() == "DATA" and not head[2] and not head[3]:
            return statements, problems, head.end(), line
        statement, end = read_statement(text, head, line) if head else (None, start)
        if statement:
            statements.append(statement)
            position = end
            continue
        problem = malformed(text, start, end, line)
        if problem.keyword in ESSENTIAL or len(problems) >= MOST_MALFORMED or not head:
            raise PublicationError(
                202,
                f"{name}, {problem}",
                "Correct the line; a text stands between two quotation marks and has none inside.",
                (problem.keyword,),
            )
        problems.append(problem)
        following = LINE_START.search(text, start)
        position = following.start() if following else len(text)
    raise PublicationError(
        203,
        f"{name}: keyword DATA is missing (the file ends in line {line + text.count(chr(10), counted)}).",
        "Add the data, or fetch the file again: it may be cut off.",
        ("DATA",),
    )


def malformed(text: str, start: int, end: int, line: int) -> Problem:
    word = re.match(r"[A-Za-z][A-Za-z0-9_-]*+", text[start : start + 80])
    keyword = word[0].upper() if word else "?"
    found = text[end : end + 15].partition("\n")[0].strip()
    behind = text[max(start, end - 20) : end].rpartition("\n")[2].strip()
    what = f"unexpected {found!r} after {behind!r}." if word else f"{found!r} begins no statement."
    return Problem(line, keyword, what)


def read_statement(text: str, head: re.Match[str], line: int) -> tuple[Statement | None, int]:
    """A statement and where it ends, or nothing and where it goes wrong."""
    values: list[Item] = []
    subkeys = tuple(QUOTED_SUBKEY.findall(head[3])) if head[3] else ()
    position = head.end()
    while True:
        item, position = read_item(text, position)
        if item is None:
            return None, position
        values.append(item)
        mark = text[position : position + 1]
        if mark == ";":
            return Statement(head[1].upper(), tuple(values), subkeys, head[2] or None, line), position + 1
        if mark != ",":
            return None, position
        position = skip_blank(text, position + 1)
        if text[position : position + 1] == ";":  # a list that ends in a comma, as old files have it
            values.append(Bare(""))
            return Statement(head[1].upper(), tuple(values), subkeys, head[2] or None, line), position + 1


def skip_blank(text: str, position: int) -> int:
    found = BLANK.match(text, position)
    return found.end() if found else position


def read_item(text: str, position: int) -> tuple[Item | None, int]:
    """One value: a text (perhaps in pieces over several lines), a pair, or a word without quotes."""
    parts: list[str] = []
    while found := QUOTED.match(text, position):
        parts.append(found[1])
        position = found.end()
    if parts:
        if text[position : position + 1] != ":":
            return "".join(parts), position
        child = QUOTED.match(text, skip_blank(text, position + 1))
        return (Pair("".join(parts), child[1]), child.end()) if child else (None, position)
    word = UNQUOTED.match(text, position)
    return (Bare(word[0].rstrip()), word.end()) if word else (None, position)
