"""Reads ``parameters.yaml``: values that change, each from a day on, with unit and source."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nuudel.base.errors import WebError
from nuudel.base.packs import nearest

FILE = Path(__file__).parent / "parameters.yaml"
PARAMETER_KEYS: Mapping[str, tuple[type, ...]] = {"unit": (str,), "about": (str,), "values": (list,)}
VALUE_KEYS: Mapping[str, tuple[type, ...]] = {"from": (date,), "value": (int, float), "source": (str,)}

Dated = tuple[tuple[date, float], ...]


def value(name: str, on: date) -> float:
    """The value of a parameter that is in force on a day.

    Raises
    ------
    WebError
        ``WEB-452`` where there is no such parameter, or no value yet on that day.
    """
    known = parameters()
    in_force = [number for start, number in known.get(name, ()) if start <= on]
    if not in_force:
        raise WebError(
            452,
            f"the parameter {name!r} of otor has no value on {on}.",
            "Add one to parameters.yaml." if name in known else f"Name one there is{nearest(name, known)}.",
            (name,),
        )
    return in_force[-1]


def days(name: str, on: date) -> int:
    """A parameter that counts days."""
    return int(value(name, on))


@cache
def parameters() -> Mapping[str, Dated]:
    """All parameters of the domain."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Mapping[str, Dated]:
    """Parameters from YAML, their values in the order of their days.

    Raises
    ------
    WebError
        ``WEB-451`` where a key is unknown or missing, a value has another form, or two have the same day.
    """
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise wrong("the file", "is no table of parameters")
    return {str(name): read_values(str(name), entry) for name, entry in content.items()}


def read_values(name: str, entry: Any) -> Dated:
    check_keys(name, entry, PARAMETER_KEYS)
    for one in entry["values"]:
        check_keys(name, one, VALUE_KEYS)
    dated = tuple(sorted((one["from"], float(one["value"])) for one in entry["values"]))
    if not dated or len({start for start, _ in dated}) < len(dated):
        raise wrong(name, "has no value, or two from the same day")
    return dated


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
    return WebError(451, f"parameters.yaml of otor: {name} {what}.", "Correct the file.", (name,))
