"""Reads ``parameters.yaml``: values that laws and orders change, each from a day on, with unit and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nuudel.base.errors import WebError
from nuudel.base.packs import nearest

FILE = Path(__file__).parent / "parameters.yaml"
PARAMETER_KEYS = {"unit": (str,), "about": (str,), "values": (list,)}
VALUE_KEYS = {"from": (date,), "value": (int, type(None)), "source": (str,)}


@dataclass(frozen=True)
class Value:
    """A value from a day on; None: to be filled in."""

    start: date
    value: int | None
    source: str


@dataclass(frozen=True)
class Parameter:
    """A parameter with its values in the order of their days."""

    name: str
    unit: str
    about: str
    values: tuple[Value, ...]


def known(name: str, on: date) -> int | None:
    """The value in force on a day; None where it is to be filled in, or where none is in force yet.

    Raises
    ------
    WebError
        ``WEB-411`` where there is no such parameter.
    """
    parameter = parameters().get(name)
    if parameter is None:
        raise WebError(
            411,
            f"there is no parameter {name!r} of moves.",
            f"Name one there is{nearest(name, parameters())}.",
            (name,),
        )
    in_force = [one.value for one in parameter.values if one.start <= on]
    return in_force[-1] if in_force else None


def value(name: str, on: date) -> int:
    """The value in force on a day, where the program cannot do without it.

    Raises
    ------
    WebError
        ``WEB-411`` where there is no such parameter, or no value on that day.
    """
    found = known(name, on)
    if found is None:
        raise WebError(411, f"the parameter {name!r} has no value on {on}.", "Fill it in.", (name,))
    return found


@cache
def parameters() -> Mapping[str, Parameter]:
    """All parameters of moves."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Mapping[str, Parameter]:
    """Parameters from YAML.

    Raises
    ------
    WebError
        ``WEB-410`` where a key is unknown or missing, a value has another form, or two have the same day.
    """
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise wrong("the file", "is no table of parameters")
    return {str(name): read_parameter(str(name), entry) for name, entry in content.items()}


def read_parameter(name: str, entry: Any) -> Parameter:
    check_keys(name, entry, PARAMETER_KEYS)
    for one in entry["values"]:
        check_keys(name, one, VALUE_KEYS)
    values = sorted(
        (Value(one["from"], one["value"], one["source"]) for one in entry["values"]),
        key=lambda one: one.start,
    )
    if not values or len({one.start for one in values}) < len(values):
        raise wrong(name, "has no value, or two from the same day")
    return Parameter(name, entry["unit"], entry["about"], tuple(values))


def check_keys(name: str, entry: Any, keys: Mapping[str, tuple[type, ...]]) -> None:
    """Exactly these keys, each with a value of its form."""
    if not isinstance(entry, dict):
        raise wrong(name, "is no table of keys")
    for key in entry:
        if key not in keys:
            raise wrong(name, f"has an unknown key {key!r}; nearest known{nearest(str(key), keys)}")
    for key, forms in keys.items():
        # A yes or no is a whole number for Python, and none for us.
        if key not in entry or type(entry[key]) not in forms or entry[key] == "":
            raise wrong(name, f"lacks {key!r}, or it has another form")


def wrong(name: str, what: str) -> WebError:
    return WebError(410, f"parameters.yaml of moves: {name} {what}.", "Correct the file.", (name,))
