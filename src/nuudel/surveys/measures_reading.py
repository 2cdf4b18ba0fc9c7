"""Reading the section ``measures`` of a mapping, and holding it against the form."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import TYPE_CHECKING

from nuudel.ledger.schema import Field
from nuudel.surveys.definition import Definition
from nuudel.surveys.faults import Fault
from nuudel.surveys.layouts import HEAD, LAYOUTS
from nuudel.surveys.mapped import Measures, Origin, RowsMeasured
from nuudel.surveys.yaml_reading import Part

if TYPE_CHECKING:
    from nuudel.surveys.mapping_reading import Reader

MEASURES_KEYS = ("layout", *HEAD, "values", "rows")
ROWS_KEYS = ("repeat", "values", "choices")


def read_measures(reader: "Reader", part: Part) -> Measures:
    entry = reader.table(part, MEASURES_KEYS, ("layout", "area", "day"))
    key = reader.one_of(entry["layout"], LAYOUTS) if "layout" in entry else next(iter(LAYOUTS))
    layout = LAYOUTS[key]
    head = {name: reader.origin(entry[name], column) for name, column in HEAD.items() if name in entry}
    values = columns(reader, entry["values"], layout.values) if "values" in entry else {}
    rows = {}
    if "rows" in entry:
        for name, told in reader.table(entry["rows"], layout.rows).items():
            if name in layout.rows:
                rows[name] = read_rows(reader, told, layout.rows[name])
    return Measures(key, head, values, rows, part.line)


def read_rows(reader: "Reader", part: Part, known: Table[str, Field]) -> RowsMeasured:
    """Rows of a repeat with their values, or the choices of a question with several answers."""
    entry = reader.table(part, ROWS_KEYS)
    if ("choices" in entry) == ("repeat" in entry) or ("choices" in entry and len(known) > 1):
        reader.wrong("one_kind_of_rows", part)
        return RowsMeasured("", "", {}, part.line)
    return RowsMeasured(
        reader.text(entry["repeat"]) if "repeat" in entry else "",
        reader.text(entry["choices"]) if "choices" in entry else "",
        columns(reader, entry["values"], known) if "values" in entry else {},
        part.line,
    )


def columns(reader: "Reader", part: Part, known: Table[str, Field]) -> dict[str, Origin]:
    return {
        name: reader.origin(value, known[name])
        for name, value in reader.table(part, known).items()
        if name in known
    }


def measures_faults(measures: Measures, definition: Definition) -> Iterator[Fault]:
    """What is wrong between measures and the form."""
    from nuudel.surveys.mapping_check import Fit

    layout = LAYOUTS[measures.layout]
    whole = Fit(definition)
    yield from whole.columns(measures.head, HEAD)
    yield from whole.columns(measures.values, layout.values)
    for name, rows in measures.rows.items():
        if rows.choices:
            yield from whole.several(rows.choices, rows.line)
        else:
            fit = Fit(definition, rows.repeat)
            yield from fit.repeat_faults(rows.line) or fit.columns(rows.values, layout.rows[name])
