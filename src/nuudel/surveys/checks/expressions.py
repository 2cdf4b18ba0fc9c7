"""Expressions in cells: references to questions, brackets and quotes, functions, choices compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What JavaRosa evaluates and what Collect adds. Some functions of XPath no client has: ceiling, last.
FUNCTIONS = frozenset(
    {
        "abs",
        "acos",
        "area",
        "asin",
        "atan",
        "atan2",
        "base64-decode",
        "boolean",
        "boolean-from-string",
        "checklist",
        "coalesce",
        "concat",
        "contains",
        "cos",
        "count",
        "count-non-empty",
        "count-selected",
        "current",
        "date",
        "date-time",
        "decimal-date-time",
        "decimal-time",
        "depend",
        "digest",
        "distance",
        "enclosed-area",
        "ends-with",
        "exp",
        "exp10",
        "extract-signed",
        "false",
        "floor",
        "format-date",
        "format-date-time",
        "geofence",
        "if",
        "indexed-repeat",
        "instance",
        "int",
        "intersects",
        "is-selected",
        "join",
        "jr:choice-name",
        "jr:itext",
        "log",
        "log10",
        "max",
        "min",
        "normalize-space",
        "not",
        "now",
        "number",
        "once",
        "pi",
        "position",
        "pow",
        "property",
        "pulldata",
        "random",
        "randomize",
        "regex",
        "round",
        "selected",
        "selected-at",
        "sin",
        "sqrt",
        "starts-with",
        "string",
        "string-length",
        "substr",
        "substring",
        "substring-after",
        "substring-before",
        "sum",
        "tan",
        "today",
        "translate",
        "true",
        "uuid",
        "version",
        "weighted-checklist",
    }
)
# Words before a bracket that are no functions.
OPERATORS = frozenset({"and", "or", "div", "mod", "text", "node", "comment"})
REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^{}]*?)\s*\}")
OPEN_REFERENCE = re.compile(r"\$\{[^}]*$|\$\{\s*\}")
BARE_REFERENCE = re.compile(r"\$[A-Za-z_]")
WORD = re.compile(r"\s*[A-Za-z_][\w.-]*\s*")
LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
CALL = re.compile(r"([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
SMART_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
SELECTED = re.compile(r"selected\(\s*\$\{\s*([^{}]+?)\s*\}\s*,\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)")
COMPARED = re.compile(r"\$\{\s*([^{}]+?)\s*\}\s*!?=\s*(?:'([^']*)'|\"([^\"]*)\")")
FILTER_NAME = re.compile(r"(?<![\w$/{.@:-])([A-Za-z_][\w.-]*)\s*!?=")
PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True)
class Comparison:
    """An expression asks whether the answer of a question is a choice."""

    question: str
    choice: str


def references(text: str) -> list[str]:
    """The names that a text refers to."""
    return list(REFERENCE.findall(text))


def broken_reference(text: str) -> bool:
    return OPEN_REFERENCE.search(text) is not None


def bare_reference(text: str) -> bool:
    """Whether an expression has ``$name``: a variable of XPath, which no form has."""
    return BARE_REFERENCE.search(LITERAL.sub("''", text.translate(SMART_QUOTES))) is not None


def only_a_word(text: str) -> bool:
    """Whether a condition is a word alone: to XPath the name of an element, which is not there."""
    return WORD.fullmatch(text) is not None


def unbalanced(text: str) -> str:
    """The bracket or quote that has no other, empty where all is well."""
    bare = LITERAL.sub("''", REFERENCE.sub("x", text.translate(SMART_QUOTES)))
    rest = bare.replace("''", "")
    for quote in "'\"":
        if quote in rest:
            return quote
    waiting: list[str] = []
    for sign in rest:
        if sign in "([":
            waiting.append(sign)
        elif sign in PAIRS and (not waiting or waiting.pop() != PAIRS[sign]):
            return sign
    return waiting[-1] if waiting else ""


def unknown_functions(text: str) -> list[str]:
    """Names before a bracket that no client knows as a function."""
    bare = LITERAL.sub("''", REFERENCE.sub("x", text.translate(SMART_QUOTES)))
    called = dict.fromkeys(name for name in CALL.findall(bare))
    return [name for name in called if name not in FUNCTIONS and name not in OPERATORS]


def comparisons(text: str) -> Iterator[Comparison]:
    """Where an expression compares an answer with a written choice."""
    plain = text.translate(SMART_QUOTES)
    for pattern in (SELECTED, COMPARED):
        for question, single, double in pattern.findall(plain):
            yield Comparison(question.removeprefix("last-saved#"), single or double)


def filter_columns(text: str) -> list[str]:
    """The columns of choices that a filter compares."""
    bare = LITERAL.sub("''", REFERENCE.sub("''", text.translate(SMART_QUOTES)))
    return list(dict.fromkeys(FILTER_NAME.findall(bare)))
