"""All indicators at once: what can be computed from the data given, and for the rest the reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nuudel.base.errors import StatisticsError
from nuudel.base.packs import nearest
from nuudel.statistics.components import GrowthComponents
from nuudel.statistics.flow_tables import FloatArray, FlowsOrMargins, check_margins
from nuudel.statistics.indicator_definition import IndicatorDefinition
from nuudel.statistics.indicator_inputs import IndicatorInputs
from nuudel.statistics.indicator_list import INDICATORS


@dataclass(frozen=True)
class Indicator:
    """A computed indicator.

    Attributes
    ----------
    value
        A number; per place ``(n,)``; or per stream ``(n, n)``. NaN in an array where it is undefined for a
        place.
    unit
        As in its definition.
    definition
        Its entry in the list of indicators.
    """

    value: float | FloatArray
    unit: str
    definition: IndicatorDefinition

    @property
    def number(self) -> float:
        """The value of an indicator that is one number; ``STATISTICS-121`` for one per place or stream."""
        if isinstance(self.value, float):
            return self.value
        raise StatisticsError(
            121,
            f"{self.definition.key} has a value for each place or stream, not one number.",
            "Read .value, an array.",
            (self.definition.key,),
        )


@dataclass(frozen=True)
class Indicators:
    """Indicators by key.

    Attributes
    ----------
    values
        Those that could be computed.
    absent
        The error that says why, for each of the others.
    """

    values: Mapping[str, Indicator]
    absent: Mapping[str, StatisticsError]

    def __getitem__(self, key: str) -> Indicator:
        """The indicator; raises the reason why it is absent, or ``STATISTICS-116`` for an unknown key."""
        if key in self.values:
            return self.values[key]
        if key in self.absent:
            raise self.absent[key]
        raise unknown_indicator(key)


def all_indicators(
    flows: FlowsOrMargins | None = None,
    population: ArrayLike | None = None,
    distances: ArrayLike | None = None,
    *,
    capital: int | None = None,
    countryside: ArrayLike | None = None,
    ages: ArrayLike | None = None,
    age_intensities: ArrayLike | None = None,
    birthplaces: ArrayLike | None = None,
    components: GrowthComponents | None = None,
    basis: Literal["in", "out"] | None = None,
) -> Indicators:
    """Compute every indicator that the data allow.

    Parameters
    ----------
    flows, population, distances, capital, countryside, ages, age_intensities, birthplaces, components, basis
        As in :class:`~nuudel.statistics.indicator_inputs.IndicatorInputs`.

    Raises
    ------
    StatisticsError
        101 to 105, 107 when the flows themselves are wrong. What only some indicators need is no error: they
        are absent, with the reason.
    """
    if flows is not None:
        check_margins(flows)
    inputs = IndicatorInputs(
        flows,
        population,
        distances,
        capital,
        countryside,
        ages,
        age_intensities,
        birthplaces,
        components,
        basis,
    )
    values: dict[str, Indicator] = {}
    absent: dict[str, StatisticsError] = {}
    for definition in INDICATORS:
        try:
            values[definition.key] = compute(definition, inputs)
        except StatisticsError as reason:
            absent[definition.key] = reason
    return Indicators(values, absent)


def indicator(key: str, inputs: IndicatorInputs) -> Indicator:
    """Compute one indicator of the list; ``STATISTICS-116`` for an unknown key."""
    for definition in INDICATORS:
        if definition.key == key:
            return compute(definition, inputs)
    raise unknown_indicator(key)


def compute(definition: IndicatorDefinition, inputs: IndicatorInputs) -> Indicator:
    value = definition.function(inputs)
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        raise StatisticsError(
            120,
            f"{definition.key} is undefined here: what it divides by is zero.",
            "Read the definition in docs/reference/indicators.md; use more places or years.",
            (definition.key,),
        )
    return Indicator(value, definition.unit, definition)


def unknown_indicator(key: str) -> StatisticsError:
    keys = [definition.key for definition in INDICATORS]
    return StatisticsError(
        116, f"There is no indicator {key!r}.", f"Use one of the list{nearest(key, keys)}.", (key,)
    )
