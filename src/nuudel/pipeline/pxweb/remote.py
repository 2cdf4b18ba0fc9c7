"""What a PxWeb server says: metadata, and figures as JSON-stat 2 or as its own plain JSON."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import RunError
from nuudel.pipeline.pxweb.splitting import Selection

MISSING = {"", ":", "-", ".", "..", "...", "....", ".....", "......", "null", "nan"}
"""Signs that stand for "no figure"."""


class Changed(Exception):  # noqa: N818 - what the reader finds, met by reading again
    """Codes do not mean what they meant a moment ago."""


@dataclass(frozen=True)
class Variable:
    """A dimension of a remote table; its codes are good for one reading only, its texts last."""

    code: str
    text: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class RemoteTable:
    """What the metadata say."""

    title: str
    variables: tuple[Variable, ...]


def mismatch(what: str) -> RunError:
    return RunError(130, f"the answer does not fit the question: {what}.", "Try again, or tell the source.")


def read_metadata(answer: Any) -> RemoteTable:
    """Metadata of version 1, ``{title, variables: [{code, text, values, valueTexts}]}``; ``RUN-127``."""
    try:
        variables = tuple(
            Variable(
                str(entry["code"]),
                str(entry["text"]).strip(),
                tuple(str(code) for code in entry["values"]),
                tuple(str(text).strip() for text in entry["valueTexts"]),
            )
            for entry in answer["variables"]
        )
        table = RemoteTable(str(answer.get("title", "")), variables)
    except (KeyError, TypeError, AttributeError):
        raise RunError(
            127,
            "the address does not give the metadata of a table.",
            "Correct the path or --from.",
            ("from",),
        ) from None
    for variable in variables:
        if len(variable.codes) != len(variable.texts) or len(set(variable.codes)) != len(variable.codes):
            raise RunError(
                127,
                f"dimension {variable.text!r} has codes twice, or not one text for each code.",
                "Tell the source; nothing was changed.",
                (variable.text,),
            )
    if not variables or len({variable.code for variable in variables}) != len(variables):
        raise RunError(127, "the metadata name no dimension, or one twice.", "Tell the source.")
    return table


def question(table: RemoteTable, selection: Selection, form: str) -> dict[str, Any]:
    """The query for a selection, with every category named."""
    return {
        "query": [
            {
                "code": variable.code,
                "selection": {"filter": "item", "values": [variable.codes[i] for i in positions]},
            }
            for variable, positions in zip(table.variables, selection, strict=True)
        ],
        "response": {"format": form},
    }


def read_answer(answer: Any, table: RemoteTable, selection: Selection) -> NDArray[np.float64]:
    """The values of a selection, in its shape.

    Raises
    ------
    RunError
        ``RUN-130``: a cell is missing, there twice or not asked for, or is no number.
    Changed
        A code has another text than in the metadata.
    """
    try:
        if isinstance(answer, Mapping) and "columns" in answer and "data" in answer:
            return read_plain(answer, table, selection)
        if isinstance(answer, Mapping) and isinstance(answer.get("dimension"), Mapping) and "id" in answer:
            return read_stat(answer, table, selection)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise mismatch(f"it lacks a part ({type(error).__name__})") from None
    raise mismatch("it is neither JSON-stat 2 nor plain JSON")


def read_plain(answer: Mapping[str, Any], table: RemoteTable, selection: Selection) -> NDArray[np.float64]:
    """``{columns, data: [{key, values}]}``; contents may stand in columns of their own."""
    keys = [str(column["code"]) for column in answer["columns"] if column.get("type") != "c"]
    contents = [str(column["code"]) for column in answer["columns"] if column.get("type") == "c"]
    across = [variable.code for variable in table.variables if variable.code not in keys]
    if len(across) > 1 or sorted([*keys, *across]) != sorted(v.code for v in table.variables):
        raise mismatch("its columns are not the dimensions of the table")
    order = [*keys, *across]
    axes = [order.index(variable.code) for variable in table.variables]
    places = positions_of(table, selection)
    values = np.full(tuple(len(positions) for positions in selection), np.nan)
    seen = np.zeros(values.shape, dtype=bool)
    for row in answer["data"]:
        figures = row["values"]
        if len(row["key"]) != len(keys) or len(figures) != max(len(contents), 1):
            raise mismatch("a row has too few or too many entries")
        for number, figure in enumerate(figures):
            codes = [str(code) for code in row["key"]] + ([contents[number]] if across else [])
            if not across and number:
                raise mismatch("a row has several figures")
            cell = locate([codes[axis] for axis in axes], places)
            if seen[cell]:
                raise mismatch("a cell is there twice")
            seen[cell] = True
            values[cell] = read_figure(figure)
    if not seen.all():
        raise mismatch(f"{int((~seen).sum())} cells are missing")
    return values


def read_stat(answer: Mapping[str, Any], table: RemoteTable, selection: Selection) -> NDArray[np.float64]:
    """A JSON-stat 2 dataset (json-stat.org/full): ``id``, ``size``, ``dimension``, ``value``."""
    ids = [str(code) for code in answer["id"]]
    known = {variable.code: variable for variable in table.variables}
    extra = [code for code in ids if code not in known]
    if set(known) - set(ids) or any(len(category_codes(answer["dimension"][code])) != 1 for code in extra):
        raise mismatch("its dimensions are not those of the table")
    shape = [len(category_codes(answer["dimension"][code])) for code in ids]
    if list(answer["size"]) != shape:
        raise mismatch("its size is not that of its dimensions")
    flat = read_values(answer["value"], math.prod(shape))
    found = flat.reshape(shape)
    axes = [ids.index(variable.code) for variable in table.variables]
    found = np.transpose(found, [*axes, *(ids.index(code) for code in extra)])
    found = found.reshape([shape[axis] for axis in axes])
    places = positions_of(table, selection)
    order = []
    for variable, wanted in zip(table.variables, places, strict=True):
        entry = answer["dimension"][variable.code]["category"]
        codes = category_codes(answer["dimension"][variable.code])
        if sorted(codes) != sorted(wanted):
            raise mismatch(f"dimension {variable.text!r} has other categories than were asked for")
        check_labels(variable, entry.get("label", {}))
        order.append([codes.index(code) for code in wanted])
    return np.asarray(found[np.ix_(*order)], dtype=np.float64)


def category_codes(dimension: Mapping[str, Any]) -> list[str]:
    """The codes of a dimension in order; ``index`` is a list, a mapping, or not there for a single one."""
    category = dimension["category"]
    index = category.get("index")
    if index is None:
        return [str(code) for code in category["label"]]
    if isinstance(index, Mapping):
        return [str(code) for code in sorted(index, key=lambda code: index[code])]
    return [str(code) for code in index]


def check_labels(variable: Variable, labels: Mapping[str, Any]) -> None:
    texts = dict(zip(variable.codes, variable.texts, strict=True))
    for code, label in labels.items():
        if texts[str(code)] != str(label).strip():
            raise Changed(variable.text)


def read_values(value: Any, size: int) -> NDArray[np.float64]:
    """The figures of a dataset: a list of all, or a mapping from position to figure."""
    if isinstance(value, Mapping):
        flat = np.full(size, np.nan)
        for position, figure in value.items():
            if not 0 <= int(position) < size:
                raise mismatch("a cell lies outside the table")
            flat[int(position)] = read_figure(figure)
        return flat
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != size:
        raise mismatch("the number of its figures is not that of its cells")
    return np.array([read_figure(figure) for figure in value], dtype=np.float64)


def read_figure(figure: Any) -> float:
    """A number, or NaN for a sign that there is none; grouped digits are not guessed at."""
    if figure is None:
        return math.nan
    if isinstance(figure, bool) or not isinstance(figure, int | float | str):
        raise mismatch("a figure is no number")
    text = str(figure).strip()
    if text.lower() in MISSING:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        raise mismatch(f"{text[:20]!r} is no number") from None
    if not math.isfinite(number) or "_" in text:
        raise mismatch(f"{text[:20]!r} is no number")
    return number


def positions_of(table: RemoteTable, selection: Selection) -> list[dict[str, int]]:
    """For each dimension the codes that were asked for, and where they stand in the selection."""
    return [
        {variable.codes[i]: place for place, i in enumerate(positions)}
        for variable, positions in zip(table.variables, selection, strict=True)
    ]


def locate(codes: Sequence[str], places: Sequence[Mapping[str, int]]) -> tuple[int, ...]:
    cell = tuple(place.get(code, -1) for code, place in zip(codes, places, strict=True))
    if -1 in cell:
        raise mismatch("a cell was not asked for")
    return cell
