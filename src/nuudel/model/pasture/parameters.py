"""Reads a pack's ``pasture.yaml``: values that change, each from a day on, with unit, source and quality."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, nearest
from nuudel.base.provenance import Text
from nuudel.model.scenarios.strict_yaml import Lines, construct, refusal

FILE = "pasture.yaml"
Origin = Literal["published", "assumed"]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    """A value from a day on: a number, or one for each key."""

    since: date
    value: float | dict[str, float]
    quality: Origin
    source: str


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a value is, in both languages, and its values over time."""

    unit: dict[str, str]
    about: dict[str, str]
    values: list[Value]


@dataclass(frozen=True)
class InForce:
    """A value in force on a day, and where it comes from."""

    name: str
    value: float | Mapping[str, float]
    since: date
    unit: Text
    about: Text
    origin: Origin
    source: str


@dataclass(frozen=True)
class Parameters:
    """All values of a pack's ``pasture.yaml``."""

    entries: Mapping[str, Parameter]

    def in_force(self, name: str, on: date) -> InForce:
        """The value of a day; ``MODEL-761`` where there is no such parameter, or no value yet on that day."""
        entry = self.entries.get(name)
        values = sorted((entry.values if entry else ()), key=lambda value: value.since)
        begun = [value for value in values if value.since <= on]
        if entry is None or not begun:
            raise ModelError(
                761,
                f"{FILE} has no value of {name!r} for {on}.",
                f"Add one to {FILE}." if entry else f"Name one there is{nearest(name, self.entries)}.",
                (name,),
            )
        last = begun[-1]
        return InForce(name, last.value, last.since, entry.unit, entry.about, last.quality, last.source)

    def number(self, name: str, on: date) -> float:
        """A value that is one number; ``MODEL-761``, ``MODEL-762`` where it has keys."""
        value = self.in_force(name, on).value
        if isinstance(value, Mapping):
            raise ModelError(762, f"{name!r} has a value for each key.", "Ask for it by key.", (name,))
        return value

    def table(self, name: str, on: date) -> Mapping[str, float]:
        """A value that is given by key; ``MODEL-761``, ``MODEL-762`` where it is one number."""
        value = self.in_force(name, on).value
        if not isinstance(value, Mapping):
            raise ModelError(762, f"{name!r} is one number.", "Ask for the number.", (name,))
        return value


@cache
def pasture_parameters(folder: Path) -> Parameters:
    """The parameters in a pack's folder.

    Raises
    ------
    ModelError
        ``MODEL-731`` … ``MODEL-734``: the file cannot be read, or a key or value in it is wrong;
        ``MODEL-760``: a value is negative, no number, or two are from the same day.
    """
    lines = Lines(FILE)
    data, kind = construct(folder / FILE, lines), dict[str, Parameter]
    try:
        entries = msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise refusal(str(error), kind, lines) from None
    for name, entry in entries.items():
        check_values(name, entry, lines)
    return Parameters(entries)


def parameters_of(pack: Pack) -> Parameters:
    """The parameters of a pack."""
    return pasture_parameters(pack.folder)


def check_values(name: str, entry: Parameter, lines: Lines) -> None:
    days = [value.since for value in entry.values]
    if not days or len(set(days)) < len(days):
        raise wrong(lines, name, "has no value, or two from the same day")
    for value in entry.values:
        numbers = value.value.values() if isinstance(value.value, dict) else [value.value]
        if not numbers or any(not 0 <= number < float("inf") for number in numbers):
            raise wrong(lines, name, "has a value that is no number of 0 or more")
        if not value.source.strip():
            raise wrong(lines, name, "has a value without its source")


def wrong(lines: Lines, name: str, what: str) -> ModelError:
    return ModelError(760, f"{lines.where(f'$.{name}')}: {name} {what}.", "Correct the file.", (name,))
