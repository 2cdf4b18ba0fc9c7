"""The answers of a submission, typed as its form says; what cannot be read is reported, not lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nuudel.base.errors import SurveyError
from nuudel.surveys.definition import FILE_KINDS, Branch, Definition, Question
from nuudel.surveys.submission import Sent, Tree
from nuudel.surveys.values import UnreadableError, Value, read_value

Place = tuple[int, ...]
# What phones write about a submission: no answers, and no form lists them.
CLIENT_META = frozenset(
    {
        "deprecatedID",
        "deviceID",
        "entity",
        "instanceID",
        "instanceName",
        "rootUuid",
        "timeEnd",
        "timeStart",
        "userID",
    }
)


@dataclass(frozen=True)
class Row:
    """One row of a repeat: its place (one number for each repeat around it, from 0) and its own answers."""

    index: Place
    values: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True)
class Unread:
    """A value that is none of the form's, or not of its question's type.

    ``why`` is ``unknown`` (no such question), ``not_integer``, ``not_decimal``, ``not_date``,
    ``not_datetime``, ``not_time``, ``not_geopoint``, ``not_geotrace``, ``not_boolean``, ``not_a_choice``,
    ``not_a_file_name``, or ``too_many`` (several values where the form has one).
    """

    path: str
    index: Place
    why: str
    raw: str = field(repr=False)


@dataclass(frozen=True)
class Answers:
    """The answers of one submission.

    Attributes
    ----------
    values
        Outside repeats, by path; a question without an answer is not there.
    rows
        By path of a repeat: its rows in order, those of a repeat in a repeat with all outer places. Every
        repeat of the form is there, also without rows.
    unread
        What could not be read.
    files
        Names of the files that answers name, each once.
    """

    definition: Definition = field(repr=False)
    form_id: str
    version: str
    instance_id: str
    values: Mapping[str, Value] = field(repr=False)
    rows: Mapping[str, tuple[Row, ...]] = field(repr=False)
    unread: tuple[Unread, ...] = ()
    files: tuple[str, ...] = field(default=(), repr=False)

    def at(self, path: str, index: Place = ()) -> Value | None:
        """The answer to a question as seen from a row of a repeat; None where there is none.

        ``index`` may be longer than the question's own place: from a row of a repeat, the questions around
        it are seen too.
        """
        repeats = self.definition.question(path).repeats
        if not repeats:
            return self.values.get(path)
        return self.by_place[repeats[-1]].get(index[: len(repeats)], {}).get(path)

    def all_at(self, path: str, index: Place = ()) -> tuple[Value, ...]:
        """The answers to a question in all rows of its repeats that lie in a row, or around it."""
        repeats = self.definition.question(path).repeats
        if len(repeats) <= len(index):
            value = self.at(path, index)
            return () if value is None else (value,)
        rows = self.by_place[repeats[-1]].items()
        return tuple(
            values[path] for place, values in rows if place[: len(index)] == index and path in values
        )

    @cached_property
    def by_place(self) -> Mapping[str, Mapping[Place, Mapping[str, Value]]]:
        """The answers of every row: path of the repeat -> place of the row -> path of the question."""
        return {path: {row.index: row.values for row in rows} for path, rows in self.rows.items()}


def answers(definition: Definition, sent: Sent) -> Answers:
    """Type a submission's values by its form.

    The version is not compared: a submission of another version is read as far as the form goes, and what
    this version does not know is in ``unread``.

    Raises
    ------
    SurveyError
        ``SURVEY-116`` the submission is of another form, ``SURVEY-117`` it is an encrypted envelope.
    """
    if sent.form_id != definition.form_id:
        raise SurveyError(
            116,
            f"the submission is of form {sent.form_id!r}, not of {definition.form_id!r}.",
            "Read it by its own form.",
            ("id",),
        )
    if sent.encrypted:
        raise SurveyError(
            117,
            "the submission is encrypted.",
            "Decrypt it with the key of the form, then read what was inside.",
            ("encrypted",),
        )
    reading = Reading({path: [] for path in definition.repeats})
    reading.group(definition.tree, sent.values, (), reading.values)
    return Answers(
        definition=definition,
        form_id=sent.form_id,
        version=sent.version,
        instance_id=sent.instance_id,
        values=reading.values,
        rows={path: tuple(rows) for path, rows in reading.rows.items()},
        unread=tuple(reading.unread),
        files=tuple(dict.fromkeys(reading.files)),
    )


class Reading:
    """One walk over a submission's values, beside the tree of its form."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.values: dict[str, Value] = {}
        self.rows = rows
        self.unread: list[Unread] = []
        self.files: list[str] = []

    def group(
        self, branch: Branch, given: Mapping[str, Tree], index: Place, values: dict[str, Value]
    ) -> None:
        """Read the parts of a group, or of one row of a repeat, into ``values``."""
        parts = branch.parts
        for name, value in given.items():
            part = parts.get(name)
            if isinstance(part, Question):
                if isinstance(value, str):
                    if value:
                        self.answer(part, value, index, values)
                else:
                    self.lost(part.path, value, index, "too_many")
            elif part is None:
                self.unknown(branch, name, value, index)
            elif part.repeats:
                self.repeat(part, value, index)
            elif isinstance(value, dict):
                self.group(part, value, index, values)
            else:
                self.lost(part.path, value, index, "too_many" if isinstance(value, list) else "unknown")

    def repeat(self, branch: Branch, value: Tree, index: Place) -> None:
        for n, given in enumerate(value if isinstance(value, list) else [value]):
            place = (*index, n)
            row: dict[str, Value] = {}
            self.rows[branch.path].append(Row(place, row))
            if isinstance(given, dict):
                self.group(branch, given, place, row)
            else:
                self.lost(branch.path, given, place, "unknown")

    def answer(self, question: Question, text: str, index: Place, values: dict[str, Value]) -> None:
        try:
            value = read_value(question, text)
        except UnreadableError as error:
            self.unread.append(Unread(question.path, index, str(error), text))
            return
        if value is None:
            return
        values[question.path] = value
        if question.kind in FILE_KINDS and isinstance(value, str):
            self.files.append(value)

    def unknown(self, branch: Branch, name: str, value: Tree, index: Place) -> None:
        """A name that the form does not have; what a phone says about the submission itself is none."""
        path = f"{branch.path}/{name}" if branch.path else name
        if name == "meta" and isinstance(value, dict):
            given = {key: inner for key, inner in value.items() if key not in CLIENT_META}
            self.lost(path, given, index, "unknown")
        elif not (branch.path.rpartition("/")[2] == "meta" and name in CLIENT_META):
            self.lost(path, value, index, "unknown")

    def lost(self, path: str, value: Tree, index: Place, why: str) -> None:
        """Keep every text of a value that has no place in the form."""
        if isinstance(value, str):
            if value.strip():
                self.unread.append(Unread(path, index, why, value))
        elif isinstance(value, dict):
            for name, inner in value.items():
                self.lost(f"{path}/{name}", inner, index, why)
        else:
            for inner in value:
                self.lost(path, inner, index, why)
