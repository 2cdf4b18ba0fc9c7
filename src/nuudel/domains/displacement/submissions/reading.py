"""A submission in words: each question with its answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nuudel.domains.displacement import models
from nuudel.surveys.answers import answers
from nuudel.surveys.definition import Definition, Question
from nuudel.surveys.submission import read_submission
from nuudel.surveys.values import GeoPoint, Value
from nuudel.surveys.xform import read_xform
from nuudel.web.words import language


@dataclass(frozen=True)
class Line:
    """A question and its answer; ``row``: which one of a repeat, from 1."""

    title: str
    text: str = field(repr=False)
    row: str = ""


def definition_of(version: models.FormVersion) -> Definition:
    return read_xform(bytes(version.xml), bytes(version.itemsets))


def lines_of(record: models.Submission) -> list[Line]:
    """The answers in the form's order, those of repeats row by row; what could not be read comes last."""
    definition = definition_of(record.version)
    answered = answers(definition, read_submission(record.content))
    lines = [*told(definition, answered.values, "")]
    for rows in answered.rows.values():
        for row in rows:
            number = ".".join(str(place + 1) for place in row.index)
            lines += told(definition, row.values, number)
    return [*lines, *(Line(unread.path, unread.raw) for unread in answered.unread)]


def told(definition: Definition, values: object, row: str) -> Iterator[Line]:
    lang = language()
    for path, value in dict(values).items():  # type: ignore[call-overload]
        question = definition.question(path)
        yield Line(question.label(lang) or question.name, text_of(question, value, lang), row)


def text_of(question: Question, value: Value, lang: str) -> str:
    """An answer in words: choices by their labels."""
    named = {choice.name: choice.label(lang) for choice in question.choices}
    if isinstance(value, tuple):
        return ", ".join(text_of(question, entry, lang) for entry in value)
    if isinstance(value, GeoPoint):
        return f"{value.latitude:.5f}, {value.longitude:.5f}"
    return named.get(str(value), str(value))
