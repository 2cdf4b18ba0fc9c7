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
PARAMETER_KEYS = {"unit": str, "about": str, "values": list}
VALUE_KEYS = {"from": date, "value": int, "source": str}

Dated = tuple[tuple[date, int], ...]


def value(name: str, on: date) -> int:
    """The value of a parameter that is in force on a day.

    Raises
    ------
    WebError
        ``WEB-352`` where there is no such parameter, or no value yet on that day.
    """
    known = parameters()
    in_force = [number for start, number in known.get(name, ()) if start <= on]
    if not in_force:
        raise WebError(
            352,
            f"the parameter {name!r} has no value on {on}.",
            "Add one to parameters.yaml." if name in known else f"Name one there is{nearest(name, known)}.",
            (name,),
        )
    return in_force[-1]


@cache
def parameters() -> Mapping[str, Dated]:
    """All parameters of the domain."""
    return read_parameters(FILE.read_text("utf-8"))


def read_parameters(text: str) -> Mapping[str, Dated]:
    """Parameters from YAML, their values in the order of their days.

    Raises
    ------
    WebError
        ``WEB-351`` where a key is unknown or missing, a value has another form, or two have the same day.
    """
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise wrong("the file", "is no table of parameters")
    return {str(name): read_values(str(name), entry) for name, entry in content.items()}


def read_values(name: str, entry: Any) -> Dated:
    check_keys(name, entry, PARAMETER_KEYS)
    for one in entry["values"]:
        check_keys(name, one, VALUE_KEYS)
    dated = tuple(sorted((one["from"], one["value"]) for one in entry["values"]))
    if not dated or len({start for start, _ in dated}) < len(dated):
        raise wrong(name, "has no value, or two from the same day")
    return dated


def check_keys(name: str, entry: Any, keys: Mapping[str, type]) -> None:
    """Exactly these keys, each with a value of its form."""
    if not isinstance(entry, dict):
        raise wrong(name, "is no table of keys")
    for key in entry:
        if key not in keys:
            raise wrong(name, f"has an unknown key {key!r}; nearest known{nearest(str(key), keys)}")
    for key, form in keys.items():
        # A yes or no is a whole number for Python, and none for us.
        if key not in entry or type(entry[key]) is not form or entry[key] == "":
            raise wrong(name, f"lacks {key!r}, or it is no {form.__name__}")


def wrong(name: str, what: str) -> WebError:
    return WebError(351, f"parameters.yaml: {name} {what}.", "Correct the file.", (name,))
