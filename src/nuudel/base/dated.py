"""Dated parameters: values that laws and orders change, each from a day on, with unit and source.

A file names each parameter with ``unit``, ``about`` and ``values``; each value has the day it is in force
``from``, the ``value``, and its ``source``. Whoever reads a file makes the errors, so that each has its code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import yaml

from nuudel.base.errors import NuudelError
from nuudel.base.tables import nearest

Number = TypeVar("Number")

Wrong = Callable[[str, str], NuudelError]
"""Makes the error of a faulty file: from a parameter's name and what is wrong with it."""

Missing = Callable[[str], NuudelError]
"""Makes the error of a value that is not there: from the next step."""


@dataclass(frozen=True)
class Form(Generic[Number]):
    """How a value may be written, and what it is read as."""

    written: tuple[type, ...]
    read: Callable[[Any], Number]


# A yes or no is a whole number for Python, and none for us: the types are compared, not their families.
WHOLE: Form[int] = Form((int,), int)
NUMBER: Form[float] = Form((int, float), float)
WHOLE_OR_OPEN: Form[int | None] = Form((int, type(None)), lambda given: given)
"""A whole number, or null: to be filled in."""


@dataclass(frozen=True)
class Value(Generic[Number]):
    """A value from a day on; None: to be filled in."""

    start: date
    value: Number
    source: str


@dataclass(frozen=True)
class Parameter(Generic[Number]):
    """A parameter with its values in the order of their days."""

    name: str
    unit: str
    about: str
    values: tuple[Value[Number], ...]

    def on(self, day: date) -> Number | None:
        """The newest value whose day has come; None before the first."""
        in_force = [one.value for one in self.values if one.start <= day]
        return in_force[-1] if in_force else None


def named(known: Mapping[str, Parameter[Number]], name: str, missing: Missing) -> Parameter[Number]:
    """The parameter of a name; the error that ``missing`` makes where there is none names the nearest."""
    if name not in known:
        raise missing(f"Name one there is{nearest(name, known)}.")
    return known[name]


def value_on(known: Mapping[str, Parameter[Number]], name: str, day: date, missing: Missing) -> Number:
    """The value in force on a day; the error that ``missing`` makes where there is none."""
    found = named(known, name, missing).on(day)
    if found is None:
        raise missing("Add one to parameters.yaml.")
    return found


def read_parameters(text: str, form: Form[Number], wrong: Wrong) -> Mapping[str, Parameter[Number]]:
    """Parameters from YAML.

    Raises
    ------
    NuudelError
        What ``wrong`` makes, where a key is unknown or missing, a value has another form, or two have the
        same day.
    """
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise wrong("the file", "is no table of parameters")
    return {str(name): read_parameter(str(name), entry, form, wrong) for name, entry in content.items()}


def read_parameter(name: str, entry: Any, form: Form[Number], wrong: Wrong) -> Parameter[Number]:
    check_keys(name, entry, {"unit": (str,), "about": (str,), "values": (list,)}, wrong)
    for one in entry["values"]:
        check_keys(name, one, {"from": (date,), "value": form.written, "source": (str,)}, wrong)
    values = [Value(one["from"], form.read(one["value"]), one["source"]) for one in entry["values"]]
    values.sort(key=lambda one: one.start)
    if not values or len({one.start for one in values}) < len(values):
        raise wrong(name, "has no value, or two from the same day")
    return Parameter(name, entry["unit"], entry["about"], tuple(values))


def check_keys(name: str, entry: Any, keys: Mapping[str, tuple[type, ...]], wrong: Wrong) -> None:
    """Exactly these keys, each with a value of its form."""
    if not isinstance(entry, dict):
        raise wrong(name, "is no table of keys")
    for key in entry:
        if key not in keys:
            raise wrong(name, f"has an unknown key {key!r}; nearest known{nearest(str(key), keys)}")
    for key, forms in keys.items():
        if key not in entry or type(entry[key]) not in forms or entry[key] == "":
            raise wrong(name, f"lacks {key!r}, or it has another form")
