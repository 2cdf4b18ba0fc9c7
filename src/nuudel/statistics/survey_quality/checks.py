"""All checks of a layout at once."""

import polars as pl

from nuudel.statistics.survey_quality.clocks import clocks, outside
from nuudel.statistics.survey_quality.digits import digit_preference
from nuudel.statistics.survey_quality.duplicates import alike, travellers_alike, twice, watched_twice
from nuudel.statistics.survey_quality.flags import together
from nuudel.statistics.survey_quality.interviews import at_night, too_fast
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.outliers import outliers
from nuudel.statistics.survey_quality.sums import area_sums, event_sums, traveller_sums, watch_sums
from nuudel.statistics.survey_quality.tables import Tables


def check(layout: str, tables: Tables, limits: Limits) -> pl.DataFrame:
    """What is doubtful about the submissions of a layout.

    Parameters
    ----------
    layout
        ``area``, ``watch``, ``traveller``, ``event`` or ``point``.

    Returns
    -------
    polars.DataFrame
        ``submission``, ``finding`` (a code), ``severity`` (1 a note, 2 doubtful, 3 cannot be), ``score``
        (0 to 1), ``other`` (a second submission, or empty) and ``values`` (name and number of each figure
        that was compared). A submission has each finding at most once.
    """
    found = [
        clocks(tables, limits),
        outside(tables),
        too_fast(tables, layout, limits),
        at_night(tables, layout, limits),
        digit_preference(tables, layout, limits),
        twice(tables, layout),
        alike(tables, layout, limits),
    ]
    if layout in ("area", "subarea"):
        found.append(area_sums(tables))
    if layout == "area":
        found.append(outliers(tables, limits))
    if layout == "watch":
        found += [watch_sums(tables), watched_twice(tables)]
    elif layout == "traveller":
        found += [traveller_sums(tables), travellers_alike(tables, limits)]
    elif layout == "event":
        found.append(event_sums(tables))
    return together(found)
