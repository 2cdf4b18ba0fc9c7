"""Writing a submission as phones write it: for rehearsals, web forms and tests."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from nuudel.surveys.answers import Place, Row
from nuudel.surveys.definition import Branch, Definition, Question
from nuudel.surveys.values import Value, write_value

OPENROSA = "http://openrosa.org/xforms"


def write_submission(
    definition: Definition,
    instance_id: str,
    values: Mapping[str, Value],
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    deprecated_id: str = "",
) -> bytes:
    """Write answers as a submission's XML; ``read_submission`` and ``answers`` give the same back.

    Parameters
    ----------
    values, rows
        As in ``Answers``: outside repeats by path, and the rows of each repeat. A row of a repeat in a repeat
        belongs to the row whose place begins its own.
    deprecated_id
        The submission that this one replaces.
    """
    root = Element("data", {"id": definition.form_id})
    if definition.version:
        root.set("version", definition.version)
    fill(root, definition.tree, values, rows or {}, ())
    meta = next((part for part in root if part.tag == "meta"), None)
    if meta is None:
        meta = SubElement(root, "meta")
    for name, text in (("instanceID", instance_id), ("deprecatedID", deprecated_id)):
        if text:
            SubElement(meta, f"{{{OPENROSA}}}{name}").text = text
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def fill(
    element: Element,
    branch: Branch,
    values: Mapping[str, Value],
    rows: Mapping[str, Sequence[Row]],
    index: Place,
) -> None:
    """Write the parts of a group, or of one row, in the order of the form; what is not answered is empty."""
    for name, part in branch.parts.items():
        if isinstance(part, Question):
            child = SubElement(element, name)
            if part.path in values:
                child.text = write_value(values[part.path])
        elif part.repeats:
            for row in rows.get(part.path, ()):
                if row.index[:-1] == index:
                    fill(SubElement(element, name), part, row.values, rows, row.index)
        else:
            fill(SubElement(element, name), part, values, rows, index)
