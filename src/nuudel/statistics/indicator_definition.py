"""What the list of indicators says of each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from nuudel.base.provenance import Text
from nuudel.statistics.flow_tables import FloatArray
from nuudel.statistics.indicator_inputs import IndicatorInputs

Need = Literal[
    "od", "margins", "population", "distances", "capital", "countryside", "ages", "birthplaces", "components"
]
Value = float | FloatArray | None


@dataclass(frozen=True)
class IndicatorDefinition:
    """One indicator.

    Attributes
    ----------
    key
        Its name in results, tables and docs/reference/indicators.md.
    title
        In English and Mongolian.
    unit
        Of the value: percent, per 1000, share (0 to 1), index, ratio, km, years, persons.
    needs
        What it is computed from; a full table (od) always serves where margins are enough.
    function
        The value from the inputs: a number, one per place ``(n,)``, or one per stream ``(n, n)``.
    """

    key: str
    title: Text
    unit: str
    needs: tuple[Need, ...]
    function: Callable[[IndicatorInputs], Value]


def entry(
    key: str, unit: str, needs: tuple[Need, ...], en: str, mn: str, *, of: Callable[[IndicatorInputs], Value]
) -> IndicatorDefinition:
    return IndicatorDefinition(key, {"en": en, "mn": mn}, unit, needs, of)


MARGINS: tuple[Need, ...] = ("margins",)
RATED: tuple[Need, ...] = ("margins", "population")
OD: tuple[Need, ...] = ("od",)
OD_RATED: tuple[Need, ...] = ("od", "population")
APART: tuple[Need, ...] = ("od", "distances")
APART_RATED: tuple[Need, ...] = ("od", "distances", "population")
CAPITAL: tuple[Need, ...] = ("margins", "capital")
RURAL: tuple[Need, ...] = ("od", "capital", "countryside")
AGES: tuple[Need, ...] = ("ages",)
BIRTH: tuple[Need, ...] = ("birthplaces",)
GROWTH: tuple[Need, ...] = ("components",)
