"""The sheet ``survey``: types, names, groups that open and close, lists, labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nuudel.base.tables import nearest
from nuudel.surveys.checks.headings import MEDIA, TRANSLATED, Table
from nuudel.surveys.checks.types import MODERN_TYPES, Type, is_asked, is_table, read_type
from nuudel.surveys.faults import Fault
from nuudel.surveys.workbooks.sheets import Row

# Names that the form's XML has of its own.
ROOT = "data"
META = "meta"


@dataclass(frozen=True)
class Item:
    """A row of the survey: its type and its name."""

    row: Row
    type: Type
    name: str


@dataclass
class Container:
    """A group or a repeat that is open, and the names in it so far with their rows."""

    item: Item | None
    names: dict[str, int] = field(default_factory=dict)


@dataclass
class Survey:
    """What the rows say together: the items, how often each name is there, what is wrong."""

    items: list[Item] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    first: dict[str, Item] = field(default_factory=dict)


def read_survey(table: Table, lists: Mapping[str, list[Row]]) -> Survey:
    """Walk over the rows, and collect what is wrong in each."""
    survey = Survey()
    stack = [Container(None)]
    repeats: dict[str, int] = {}
    for row in table.sheet.rows:
        written = " ".join(table.text(row, "type").split())
        if disabled(table, row):
            continue
        if not written:
            # A row without type and name is somebody's remark.
            if table.text(row, "name"):
                survey.faults.append(table.fault("type_missing", row, "type"))
            continue
        item = Item(row, read_type(written), table.text(row, "name").strip())
        survey.items.append(item)
        survey.faults += type_faults(table, item, written, lists)
        if item.type.role == "end":
            survey.faults += close(table, item, stack)
            continue
        survey.faults += name_faults(table, item, stack[-1], repeats)
        survey.names[item.name] = survey.names.get(item.name, 0) + 1
        survey.first.setdefault(item.name, item)
        if item.type.role == "begin":
            stack.append(Container(item))
        elif not labelled(table, item, written):
            survey.faults.append(table.fault("label_missing", row, "label", name=item.name))
    for container in stack[1:]:
        assert container.item is not None
        one = container.item
        survey.faults.append(table.fault("never_closed", one.row, "type", name=one.name, type=one.type.name))
    return survey


def disabled(table: Table, row: Row) -> bool:
    from pyxform import aliases

    return bool(aliases.yes_no.get(table.text(row, "disabled"), False))


def type_faults(table: Table, item: Item, written: str, lists: Mapping[str, list[Row]]) -> Iterator[Fault]:
    """A type that nobody knows, or a select without a list that is there."""
    kind, row = item.type, item.row
    if kind.role == "unknown":
        near = nearest(written.partition(" ")[0].lower(), MODERN_TYPES)
        yield table.fault("type_unknown", row, "type", type=written, near=near)
    elif kind.role == "select" and not kind.list_name:
        yield table.fault("list_missing", row, "type", type=written)
    elif kind.role == "select" and kind.from_file and not is_table(kind.list_name):
        yield table.fault("list_file", row, "type", list=kind.list_name)
    elif kind.role == "select" and not (
        kind.external or is_table(kind.list_name) or "${" in kind.list_name or kind.list_name in lists
    ):
        yield table.fault(
            "list_unknown", row, "type", list=kind.list_name, near=nearest(kind.list_name, lists)
        )
    if kind.role == "select":
        yield from select_faults(table, item)
    if kind.role == "question" and kind.name == "calculate" and not calculated(table, row):
        yield table.fault("calculation_missing", row, "calculate", name=item.name)
    if kind.name == "audit" and item.name not in ("", "audit"):
        yield table.fault("audit_name", row, "name", name=item.name)


def select_faults(table: Table, item: Item) -> Iterator[Fault]:
    """What does not go together in a select."""
    if item.type.other and table.text(item.row, "choice_filter"):
        yield table.fault("other_filtered", item.row, "choice_filter")


def calculated(table: Table, row: Row) -> bool:
    """Whether a value is worked out: by a calculation, or by a default that is one."""
    default = table.text(row, "default")
    return bool(table.text(row, "calculate")) or "${" in default or "(" in default


def name_faults(table: Table, item: Item, container: Container, repeats: dict[str, int]) -> Iterator[Fault]:
    """A name that is missing, no name in XML, or there already."""
    from pyxform.parsing.expression import is_xml_tag

    row, name = item.row, item.name
    if item.type.role == "setting" or item.type.name == "audit":
        return
    if not name:
        if item.type.name != "note":
            yield table.fault("name_missing", row, "name")
        return
    if not is_xml_tag(name):
        yield table.fault("name_form", row, "name", name=name)
        return
    if name == META:
        yield table.fault("name_reserved", row, "name", name=name)
    if name in container.names:
        yield table.fault("name_twice", row, "name", name=name, row=container.names[name])
    container.names.setdefault(name, row.number)
    if item.type.role == "begin" and item.type.name == "repeat":
        if name == ROOT:
            yield table.fault("name_reserved", row, "name", name=name)
        elif name in repeats and name not in container.names:
            yield table.fault("name_twice", row, "name", name=name, row=repeats[name])
        repeats.setdefault(name, row.number)


def close(table: Table, item: Item, stack: list[Container]) -> Iterator[Fault]:
    """End the group that is open; a wrong end leaves the others open."""
    last = stack[-1].item
    if last is None:
        yield table.fault("never_opened", item.row, "type", type=item.type.name)
        return
    if last.type.name != item.type.name:
        yield table.fault(
            "other_end", item.row, "type", type=item.type.name, opened=last.type.name, row=last.row.number
        )
    stack.pop()


def labelled(table: Table, item: Item, written: str) -> bool:
    """Whether something is shown where a question is asked."""
    if not is_asked(written) or table.text(item.row, "calculate"):
        return True
    return any(table.text(item.row, column) for column in (*TRANSLATED[:3], *MEDIA))
