"""Reads ``parameters.yaml``: how many years what is kept, each from a day on, with its source."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from nuudel.base.errors import WebError

FILE = Path(__file__).parent / "parameters.yaml"
NAMES = (
    "person_deceased",
    "person_emigrated",
    "notice_content",
    "move_phone",
    "move_draft",
    "unregistered_contact",
)
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Years from a day on; None: to be filled in by the authority."""

    years: Annotated[int, msgspec.Meta(ge=0, le=200)] | None
    source: Text
    start: date = msgspec.field(name="from")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long something is kept."""

    about: Text
    values: Annotated[tuple[Value, ...], msgspec.Meta(min_length=1)]

    def years(self, on: date) -> int | None:
        """The years in force on a day; None where nothing is to be erased."""
        in_force = [value for value in self.values if value.start <= on]
        return max(in_force, key=lambda value: value.start).years if in_force else None


Rules = Mapping[str, Rule]


@cache
def rules() -> Rules:
    """The rules of the installation."""
    return read_rules(FILE.read_text("utf-8"))


def read_rules(text: str) -> Rules:
    """Rules from YAML.

    Raises
    ------
    WebError
        ``WEB-430`` where a rule is missing or unknown, a value has another form, or two have the same day.
    """
    try:
        found: dict[str, Rule] = msgspec.yaml.decode(text, type=dict[str, Rule])
    except msgspec.MsgspecError as error:
        raise wrong(f"it cannot be read: {error}") from None
    if set(found) != set(NAMES):
        odd = sorted(set(found) ^ set(NAMES))
        raise wrong(f"rules are missing or unknown: {', '.join(odd)}")
    for name, rule in found.items():
        if len({value.start for value in rule.values}) < len(rule.values):
            raise wrong(f"{name} has two values from the same day")
    return found


def wrong(what: str) -> WebError:
    return WebError(430, f"parameters.yaml of the retention: {what.rstrip('.')}.", "Correct the file.")
