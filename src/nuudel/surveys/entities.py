"""Entities: what a submission enters into, or changes in, the lists that phones look up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from nuudel.surveys.definition import Definition
from nuudel.surveys.submission import META
from nuudel.surveys.xml_reading import local_name, read_xml

YES = frozenset({"1", "true"})


@dataclass(frozen=True)
class EntityChange:
    """One entry of a list, as ODK's specification of entities has it.

    Attributes
    ----------
    id
        The entry's own id, as the phone gave it; not checked.
    creates, updates
        Both: change the entry, or enter it where there is none. Neither: nothing is to be done.
    base_version
        Of a change: the version that the phone had, empty where it tells none.
    properties
        The answers that the form saves, as texts; those that are not answered are empty.
    """

    list_name: str
    id: str
    creates: bool
    updates: bool
    base_version: str
    label: str = field(repr=False)
    properties: Mapping[str, str] = field(repr=False)


def entity_changes(definition: Definition, xml: bytes) -> tuple[EntityChange, ...]:
    """The changes that a submission asks for, in its order; without those that neither create nor update.

    Raises
    ------
    SurveyError
        ``SURVEY-101`` to ``SURVEY-106`` from ``read_xml``.
    """
    if not definition.entity_lists:
        return ()
    saved = {question.path: question.save_to for question in definition.questions if question.save_to}
    found = changes(read_xml(xml), "", saved)
    return tuple(change for change in found if change.creates or change.updates)


def changes(element: Element, path: str, saved: Mapping[str, str]) -> Iterator[EntityChange]:
    """The entity of a group or a row, and those of the groups and rows inside it."""
    for part in element:
        name = local_name(part.tag)
        if name == META:
            for entity in part:
                if local_name(entity.tag) == "entity" and entity.get("dataset"):
                    yield change(entity, element, path, saved)
        elif len(part):
            yield from changes(part, f"{path}{name}/", saved)


def change(entity: Element, container: Element, path: str, saved: Mapping[str, str]) -> EntityChange:
    label = next((part.text or "" for part in entity if local_name(part.tag) == "label"), "")
    return EntityChange(
        list_name=entity.get("dataset", ""),
        id=entity.get("id", ""),
        creates=entity.get("create", "") in YES,
        updates=entity.get("update", "") in YES,
        base_version=entity.get("baseVersion", ""),
        label=label,
        properties=dict(properties(container, path, saved)),
    )


def properties(container: Element, path: str, saved: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The saved answers in a container; groups inside that have an entity of their own keep theirs."""
    for part in container:
        here = f"{path}{local_name(part.tag)}"
        if here in saved:
            yield saved[here], part.text or ""
        elif len(part) and not has_entity(part):
            yield from properties(part, f"{here}/", saved)


def has_entity(element: Element) -> bool:
    metas = (part for part in element if local_name(part.tag) == META)
    return any(local_name(entity.tag) == "entity" for meta in metas for entity in meta)
