"""The one list of indicators.

To add one: write its function in a family's file, one entry in ``indicators_of_volume`` or
``indicators_of_pattern``, its test, and its section in docs/reference/indicators.md.
"""

from nuudel.statistics.indicator_definition import IndicatorDefinition
from nuudel.statistics.indicators_of_pattern import INDICATORS_OF_PATTERN
from nuudel.statistics.indicators_of_volume import INDICATORS_OF_VOLUME

INDICATORS: tuple[IndicatorDefinition, ...] = INDICATORS_OF_VOLUME + INDICATORS_OF_PATTERN
