"""YAML read strictly: every key known, none twice, every value of its kind, and errors that name the line."""

import re
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from unicodedata import category

import msgspec
import yaml

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest

# Files written by hand are a hundredth of this.
MOST_BYTES = 500_000
# Unicode categories of control characters and of lone surrogates.
UNSEEN = ("Cc", "Cs")

T = TypeVar("T")
UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`")
AT = re.compile(r" - at `(?P<path>\$.*)`$")
SCIENTIFIC = re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$")
STEP = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")


class Plain(yaml.SafeLoader):
    """YAML 1.1 as ``pyyaml`` reads it, and 130e6 is a number."""


Plain.yaml_implicit_resolvers = {
    **yaml.SafeLoader.yaml_implicit_resolvers,
    **{
        first: [
            ("tag:yaml.org,2002:float", SCIENTIFIC),
            *yaml.SafeLoader.yaml_implicit_resolvers.get(first, []),
        ]
        for first in "-+0123456789"
    },
}


def read_strict(path: Path, kind: type[T]) -> tuple[T, "Lines"]:
    """Read one YAML file into a ``msgspec.Struct``.

    Only plain YAML is read: no tags of other languages, no anchors, no key twice.

    Returns
    -------
    tuple
        The value, and where each of its keys stands, for errors about its contents.

    Raises
    ------
    ModelError
        ``MODEL-731``: the file cannot be read or is not YAML; ``MODEL-732``: a key is there twice, or an
        anchor is used; ``MODEL-733``: a key is unknown; ``MODEL-734``: a value is of the wrong kind, or a
        key is missing.
    """
    lines = Lines(path.name)
    data = construct(path, lines)
    try:
        return msgspec.convert(data, kind), lines
    except msgspec.ValidationError as error:
        raise refusal(str(error), kind, lines) from None


def construct(path: Path, lines: "Lines") -> Any:
    """The plain values of a file; ``lines`` learns where its keys stand."""
    text = read_text(path)
    try:
        node = yaml.compose(text, Loader=Plain)
        lines.add(node, "$", set())
        return Plain("").construct_document(node) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = str(getattr(error, "problem", None) or "it cannot be parsed")
        raise ModelError(
            731, f"{path.name}{line} is not YAML: {problem}.", "Correct the indentation or the quotes."
        ) from None
    except RecursionError:
        raise ModelError(731, f"{path.name} is nested too deeply.", "Write it flat.") from None
    except (ValueError, TypeError) as error:
        raise ModelError(
            731, f"{path.name} has a value that is none ({error}).", "Put quotes around texts."
        ) from None


def read_text(path: Path) -> str:
    """The text of a file that is there, not too large, and UTF-8."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else error.strerror or type(error).__name__
        raise ModelError(731, f"{path.name} cannot be read: {reason}.", "Name another file.") from None
    if raw is None:
        raise ModelError(
            731,
            f"{path.name} is larger than {MOST_BYTES // 1000} kB.",
            "Write it shorter, or in several files.",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ModelError(731, f"{path.name} is not UTF-8.", "Save it as UTF-8.") from None


class Lines:
    """The line of each key of a file, by its path as ``msgspec`` writes it (``$.uses[0].from``)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.at: dict[str, int] = {}

    def add(self, node: yaml.Node | None, path: str, seen: set[int]) -> None:
        """Note the lines below a node, and refuse what is there twice."""
        if node is None:
            return
        if id(node) in seen:
            raise ModelError(
                732,
                f"{self.name}, line {node.start_mark.line + 1}: an anchor is used.",
                "Write the values out where they are used.",
            )
        seen.add(id(node))
        self.at.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode) and any(
            category(sign) in UNSEEN for sign in node.value.replace("\n", "")
        ):
            raise ModelError(
                731,
                f"{self.name}, line {node.start_mark.line + 1} has a control character or half a letter.",
                "Write plain text.",
            )
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.add(item, f"{path}[{index}]", seen)
        elif isinstance(node, yaml.MappingNode):
            self.add_keys(node, path, seen)

    def add_keys(self, node: yaml.MappingNode, path: str, seen: set[int]) -> None:
        keys: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in keys:
                raise ModelError(
                    732, f"{self.name}, line {line}: the key {name!r} is there twice.", "Keep one.", (name,)
                )
            keys.add(name)
            self.at[f"{path}.{name}"] = line
            self.add(value, f"{path}.{name}", seen)

    def where(self, path: str) -> str:
        """``file, line n`` of a key, or of the nearest one above it."""
        while path not in self.at and len(path) > 1:
            path = path[: max(path.rfind("."), path.rfind("["))] or "$"
        return f"{self.name}, line {self.at.get(path, 1)}"


def refusal(message: str, kind: type, lines: Lines) -> ModelError:
    """A validation error of ``msgspec`` in our words."""
    at = AT.search(message)
    path = at["path"] if at else "$"
    unknown = UNKNOWN.search(message)
    if unknown:
        key = unknown["key"]
        known = field_names(kind_at(kind, path))
        return ModelError(
            733,
            f"{lines.where(f'{path}.{key}')}: the key {key!r} is unknown.",
            f"Use a known one{nearest(key, known)}.",
            (key,),
        )
    problem = AT.sub("", message)
    return ModelError(
        734,
        f"{lines.where(path)}, {path[2:] or 'file'}: {problem[:1].lower()}{problem[1:]}.",
        "Correct the value, or add what is missing.",
        (path[2:],),
    )


def kind_at(kind: Any, path: str) -> Any:
    """The type of the value at a path."""
    for step in STEP.finditer(path):
        kind = without_none(kind)
        if get_origin(kind) in (tuple, list):
            kind = get_args(kind)[0]
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        else:
            kind = {f.encode_name: f.type for f in msgspec.structs.fields(kind)}[step["key"]]
    return without_none(kind)


def without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return next(k for k in get_args(kind) if k is not type(None))
    return kind


def field_names(kind: Any) -> list[str]:
    return [f.encode_name for f in msgspec.structs.fields(kind)]
