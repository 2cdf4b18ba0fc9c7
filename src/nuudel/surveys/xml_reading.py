"""Reading XML that somebody sent: no DTD, no entities, nothing from outside, nothing without bounds.

What could cost memory is refused from the bytes alone, before a parser sees them: their number, the number of
tags and attributes that they can hold, a document type. Entities are declared in a document type only.
"""

import codecs
import re
from xml.etree.ElementTree import Element, ParseError, XMLParser

from nuudel.base.errors import SurveyError

MOST_BYTES = 16 * 2**20
MOST_DEPTH = 64
# An element or an attribute takes some 100 bytes of memory, but as few as four of a document.
MOST_MARKS = 600_000

PROLOG_WITH_DTD = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
DECLARED_ENCODING = re.compile(rb"\A<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
SAME_AS_UTF8 = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_xml(content: bytes, *, most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH) -> Element:
    """Read a document into its root element.

    Raises
    ------
    SurveyError
        ``SURVEY-101`` too large, ``SURVEY-102`` a document type or entities, ``SURVEY-103`` not well formed,
        ``SURVEY-104`` nested too deep, ``SURVEY-105`` too many elements and attributes, ``SURVEY-106`` not in
        UTF-8 or UTF-16.
    """
    if len(content) > most_bytes:
        raise SurveyError(
            101,
            f"the XML has {len(content):,} bytes, {most_bytes:,} is the limit.",
            "Send pictures and sounds as files beside it; split what is longer.",
        )
    text = in_utf8(content)
    if text.count(b"<") + text.count(b"=") > MOST_MARKS:
        raise SurveyError(
            105,
            "the XML has too many elements or attributes.",
            "Split the form, or send it as it was written.",
        )
    if b"<!DOCTYPE" in text and PROLOG_WITH_DTD.match(text):
        raise SurveyError(
            102,
            "the XML has a document type or entities.",
            "Send it without: no form and no phone writes them.",
        )
    parser = XMLParser(encoding="utf-8")  # noqa: S314 (what makes it unsafe was refused above)
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        raise SurveyError(
            103,
            f"the XML is not well formed (line {line}, column {column + 1}).",
            "Send it again, whole, as the program wrote it.",
        ) from None
    check_depth(root, most_depth)
    return root


def in_utf8(content: bytes) -> bytes:
    """The document in UTF-8 without a byte order mark, whatever its own declaration says of UTF-16."""
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    elif content.startswith(UTF16_MARKS):
        try:
            return content.decode("utf-16").encode()
        except UnicodeError:
            raise no_encoding("a broken UTF-16") from None
    declared = DECLARED_ENCODING.match(content)
    if declared and declared[1].lower() not in SAME_AS_UTF8:
        raise no_encoding(declared[1].decode("ascii"))
    if content[:2] in (b"<\0", b"\0<"):
        raise no_encoding("UTF-16 without a byte order mark")
    return content


def no_encoding(said: str) -> SurveyError:
    return SurveyError(106, f"the XML is in {said}.", "Write it in UTF-8.", ("encoding",))


def check_depth(root: Element, most_depth: int) -> None:
    """Refuse what is nested deeper than any form, level by level: no recursion."""
    level, depth = [root], 1
    while level:
        if depth > most_depth:
            raise SurveyError(
                104, f"the XML is nested deeper than {most_depth} levels.", "Put fewer groups into groups."
            )
        level = [child for element in level for child in element]
        depth += 1


def local_name(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition("}")[2]
