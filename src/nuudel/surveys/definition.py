"""What a form asks: its questions, choices, repeats and files, read off the form that phones get."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nuudel.base.errors import SurveyError
from nuudel.base.tables import nearest

DEFAULT_LANGUAGE = "default"
CODE_IN_BRACKETS = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$")

SELECTS = frozenset({"select_one", "select_multiple", "rank"})
# Questions whose answer is the name of a file that is sent beside the XML.
FILE_KINDS = frozenset({"image", "audio", "video", "file", "audit"})


def language_code(language: str) -> str:
    """``mn`` of ``Монгол (mn)``; the name itself, in lower case, where it has no code in brackets."""
    found = CODE_IN_BRACKETS.search(language)
    return found[1].lower() if found else language.strip().lower()


def in_language(labels: Mapping[str, str], lang: str) -> str:
    """The label of a language, named in full or by its code; else the first that there is; else nothing."""
    if lang in labels:
        return labels[lang]
    wanted = language_code(lang)
    near = (text for language, text in labels.items() if language_code(language) == wanted)
    return next(near, next(iter(labels.values()), ""))


@dataclass(frozen=True)
class Choice:
    """A choice of a list; ``labels`` by language as the form names it (``Монгол (mn)``, or ``default``)."""

    name: str
    labels: Mapping[str, str]

    def label(self, lang: str) -> str:
        return in_language(self.labels, lang)


@dataclass(frozen=True)
class Question:
    """A question, or another thing of a form that has a value.

    Attributes
    ----------
    path
        Names from the root, e.g. ``household/women``; the form's own name is not part of it.
    kind
        Type as XLSForm names it: ``integer``, ``decimal``, ``text``, ``date``, ``dateTime``, ``time``,
        ``geopoint``, ``geotrace``, ``geoshape``, ``select_one``, ``select_multiple``, ``rank``, ``image``,
        ``audio``, ``video``, ``file``, ``audit``, ``barcode``, ``acknowledge``, ``note``, ``calculate``,
        ``hidden``, or that of metadata: ``start``, ``end``, ``today``, ``deviceid`` … A ``range`` is
        ``integer`` or ``decimal``.
    data
        Type of the value as XForms name it: ``int``, ``decimal``, ``string``, ``date``, ``dateTime``,
        ``time``, ``geopoint``, ``geotrace``, ``geoshape``, ``binary``, ``boolean``. A ``calculate`` is a
        ``string`` unless the form says otherwise.
    choices
        The choices written in the form; empty where they come from a file or from other answers.
    repeats
        Paths of the repeats in which it lies, the outermost first.
    list_name
        Name of the list of choices, also of one that is in a file.
    file
        The file with the choices (``baghs.csv``), empty for choices written in the form.
    save_to
        The property of an entity that takes the answer.
    """

    path: str
    kind: str
    data: str
    labels: Mapping[str, str]
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    required: bool = False
    repeats: tuple[str, ...] = ()
    list_name: str = ""
    file: str = ""
    save_to: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def label(self, lang: str) -> str:
        return in_language(self.labels, lang)

    @cached_property
    def choice_names(self) -> frozenset[str]:
        return frozenset(choice.name for choice in self.choices)


@dataclass(frozen=True)
class Branch:
    """A group or a repeat of a form, with what is in it by name."""

    path: str
    repeats: bool
    parts: "dict[str, Question | Branch]"


@dataclass(frozen=True)
class Definition:
    """A form in one version.

    Attributes
    ----------
    version
        Any text; empty where the form has none.
    languages
        As the form names them, the default first; ``("default",)`` where it has one without a name.
    questions
        In the order of the form.
    groups
        Labels of the groups and repeats that have some, by path.
    repeats
        Paths of the repeats, in the order of the form.
    files
        Names of the media and the tables that phones need beside the form.
    entity_lists
        Names of the entity lists that submissions create or change.
    xml
        The form as it is served, byte for byte.
    public_key
        With one, phones encrypt what they send.
    itemsets
        Content of ``itemsets.csv`` where the workbook has external choices, else empty.
    """

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...] = field(repr=False)
    groups: Mapping[str, Mapping[str, str]] = field(repr=False)
    repeats: tuple[str, ...]
    files: tuple[str, ...]
    entity_lists: tuple[str, ...]
    xml: bytes = field(repr=False)
    public_key: str = field(default="", repr=False)
    itemsets: bytes = field(default=b"", repr=False)

    @cached_property
    def hash(self) -> str:
        """As form lists tell it: ``md5:`` and the digest of the bytes served."""
        return f"md5:{hashlib.md5(self.xml, usedforsecurity=False).hexdigest()}"

    @cached_property
    def tree(self) -> "Branch":
        """The questions by their names in their groups, as a submission nests them."""
        root = Branch("", False, {})
        for question in self.questions:
            here = root
            names = question.path.split("/")
            for n, name in enumerate(names[:-1], start=1):
                path = "/".join(names[:n])
                inner = here.parts.setdefault(name, Branch(path, path in self.repeats, {}))
                assert isinstance(inner, Branch)
                here = inner
            here.parts[names[-1]] = question
        return root

    @cached_property
    def by_path(self) -> Mapping[str, Question]:
        return {question.path: question for question in self.questions}

    def question(self, path: str) -> Question:
        """The question of a path; ``SURVEY-110`` where there is none."""
        found = self.by_path.get(path)
        if found is None:
            raise SurveyError(
                110,
                f"form {self.form_id!r} has no question {path!r}.",
                f"Name one of its questions{nearest(path, self.by_path)}.",
                (path,),
            )
        return found
