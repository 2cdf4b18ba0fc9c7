"""Reading YAML as parts with their lines: texts, lists and tables, without types, tags, anchors or surprises.

A text stays what was written: ``no`` is no truth value and ``1.0`` no number until its key says what it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from nuudel.surveys.faults import Fault, fault

MOST_BYTES = 512 * 1024
MOST_DEPTH = 12
EMPTY = frozenset({"", "~", "null", "Null", "NULL"})

Content: TypeAlias = "str | list[Part] | dict[str, Part] | None"


@dataclass(frozen=True)
class Part:
    """A piece of a document and the line where it begins: a text, nothing, a list or a table."""

    line: int
    content: Content

    @property
    def where(self) -> str:
        return f"line {self.line}"


class YamlError(Exception):
    """The document cannot be read; the argument is its fault."""

    def __init__(self, found: Fault) -> None:
        super().__init__(found.key)
        self.fault = found


def read_yaml(text: str) -> Part:
    """Read one document; ``YamlError`` with the first fault that makes it none."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise YamlError(fault("yaml_too_large", "mapping", limit=MOST_BYTES // 1024))
    try:
        events = yaml.parse(text, Loader=LOADER)
        return document(events)
    except yaml.MarkedYAMLError as error:
        line = getattr(error.problem_mark or error.context_mark, "line", 0)
        raise refused("yaml_malformed", line + 1) from None
    except (yaml.YAMLError, UnicodeError):
        raise refused("yaml_malformed", 1) from None


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def refused(key: str, line: int, /, **slots: object) -> YamlError:
    return YamlError(fault(key, "mapping", f"line {line}", **slots))


def document(events: Iterator[Any]) -> Part:
    """The one document of a stream of events."""
    found: list[Part] = []
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            if found:
                raise refused("yaml_several_documents", line)
            found.append(part(next(events), events, 1))
    return found[0] if found else Part(1, None)


def part(event: Any, events: Iterator[Any], depth: int) -> Part:
    """The part that begins with an event."""
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise refused("yaml_anchor", line)
    if getattr(event, "tag", None) not in (None, "!"):
        raise refused("yaml_tag", line)
    if depth > MOST_DEPTH:
        raise refused("yaml_too_deep", line, limit=MOST_DEPTH)
    if isinstance(event, yaml.ScalarEvent):
        return Part(line, None if event.implicit[0] and event.value in EMPTY else event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return Part(line, list(entries(events, depth)))
    return Part(line, table(events, depth))


def entries(events: Iterator[Any], depth: int) -> Iterator[Part]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield part(event, events, depth + 1)


def table(events: Iterator[Any], depth: int) -> dict[str, Part]:
    """A table; each key once, and only a text."""
    found: dict[str, Part] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = part(event, events, depth + 1)
        if not isinstance(key.content, str):
            raise refused("yaml_key", key.line)
        if key.content in found:
            raise refused("yaml_key_twice", key.line, key=key.content)
        # What is wrong with a value is told where its key stands.
        found[key.content] = Part(key.line, part(next(events), events, depth + 1).content)
    return found
