"""The setups that come with the program, read from their files and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nuudel.base.errors import WebError
from nuudel.base.tables import nearest

FOLDER = Path(__file__).parent
ORDER = ("dzud_response", "flood", "border_flows", "urban_arrivals")
NO_FRAME = "none"


@dataclass(frozen=True)
class Rhythm:
    """How many rounds, how many days each takes, and every how many days one begins."""

    count: int
    days: int
    every: int


@dataclass(frozen=True)
class Alarm:
    """A rule that is made with the operation; all figures as the form of a rule has them."""

    title: Mapping[str, str]
    signal: str
    at_least: Decimal
    cases: int
    days: int = 1
    alert_about: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Setup:
    """An operation as it is usually run.

    Attributes
    ----------
    title, purpose
        In each language.
    frame
        The level of the areas to be covered; ``none`` where points are watched and no areas covered.
    limits
        Limits of the checks that differ from the usual ones.
    """

    key: str
    title: Mapping[str, str]
    purpose: Mapping[str, str]
    instruments: tuple[str, ...]
    rounds: Rhythm
    frame: str
    alarms: tuple[Alarm, ...]
    limits: Mapping[str, float]


@cache
def setups() -> tuple[Setup, ...]:
    """All of them, in the order in which they are shown."""
    return tuple(read_setup(key) for key in ORDER)


def setup_of(key: str) -> Setup:
    """A setup by its key; ``WEB-555`` where there is none."""
    found = next((one for one in setups() if one.key == key), None)
    if found is None:
        raise WebError(
            555, f"there is no setup {key!r}.", f"Name one of them{nearest(key, ORDER)}.", ("setup",)
        )
    return found


def read_setup(key: str) -> Setup:
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{key}.yaml").read_text("utf-8"))
    return Setup(
        key,
        told["title"],
        told["purpose"],
        tuple(told["instruments"]),
        Rhythm(**told["rounds"]),
        told["frame"],
        tuple(Alarm(**{**one, "at_least": Decimal(one["at_least"])}) for one in told["alerts"]),
        {name: float(value) for name, value in told["limits"].items()},
    )
