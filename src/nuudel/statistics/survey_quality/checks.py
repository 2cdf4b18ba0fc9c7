"""All checks of a layout: at once, or after some submissions have come or gone."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from nuudel.statistics.survey_quality.clocks import clocks, outside
from nuudel.statistics.survey_quality.digits import digit_preference
from nuudel.statistics.survey_quality.duplicates import alike, travellers_alike, twice, watched_twice
from nuudel.statistics.survey_quality.flags import together
from nuudel.statistics.survey_quality.interviews import at_night, too_fast
from nuudel.statistics.survey_quality.limits import Limits
from nuudel.statistics.survey_quality.outliers import household_size, informants_apart, outliers
from nuudel.statistics.survey_quality.sums import area_sums, event_sums, traveller_sums, watch_sums
from nuudel.statistics.survey_quality.tables import Tables


@dataclass(frozen=True)
class Checked:
    """The submissions of a layout that were checked, and what is doubtful about them.

    Attributes
    ----------
    now
        As in ``Tables``.
    kept
        What follows from a submission by itself and from earlier ones of its enumerator: it stays as it is
        until one of these comes or goes.
    found
        All that is doubtful, as ``check`` gives it.
    """

    now: pl.DataFrame
    kept: pl.DataFrame
    found: pl.DataFrame


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
    return check_whole(layout, tables, limits).found


def check_whole(layout: str, tables: Tables, limits: Limits) -> Checked:
    """The same, with what ``check_again`` needs."""
    kept = together([alone(layout, tables, limits), alike(tables, layout, limits)])
    return Checked(tables.now, kept, together([kept, compared(layout, tables, limits)]))


def check_again(
    layout: str, before: Checked, tables: Tables, changed: Collection[str], limits: Limits
) -> Checked:
    """Check a layout after some of its submissions have changed; the same is found as by ``check``.

    Parameters
    ----------
    tables
        All submissions as they are now; ``rows`` and ``uppers`` of those that are new are enough.
    changed
        The submissions that have come, are others than before, or count no longer.
    """
    new = pl.col("submission").is_in(list(changed))
    fresh = replace(tables, now=tables.now.filter(new))
    both = pl.concat([before.now.filter(new), fresh.now], how="diagonal_relaxed")
    since = both.group_by("enumerator").agg(since=pl.col("submission").min())
    again = alike(tables, layout, limits, since)
    # Beside the changed ones, those that came later from the same enumerators are compared anew.
    later = tables.now.join(since, on="enumerator").filter(pl.col("submission") >= pl.col("since"))
    old = before.kept.filter(~new)
    old = old.filter(
        (pl.col("finding") != "alike") | ~pl.col("submission").is_in(later["submission"].implode())
    )
    kept = together([old, alone(layout, fresh, limits), again])
    return Checked(tables.now, kept, together([kept, compared(layout, tables, limits)]))


def alone(layout: str, tables: Tables, limits: Limits) -> pl.DataFrame:
    """What follows from each submission by itself."""
    found = [clocks(tables, limits), outside(tables), at_night(tables, layout, limits)]
    if layout in ("area", "subarea"):
        found.append(area_sums(tables))
    if layout == "area":
        found += [household_size(tables, limits), informants_apart(tables, limits)]
    elif layout == "watch":
        found.append(watch_sums(tables))
    elif layout == "traveller":
        found.append(traveller_sums(tables))
    elif layout == "event":
        found.append(event_sums(tables))
    return together(found)


def compared(layout: str, tables: Tables, limits: Limits) -> pl.DataFrame:
    """What follows from all submissions together: medians, digits, the same told twice."""
    found = [
        too_fast(tables, layout, limits),
        digit_preference(tables, layout, limits),
        twice(tables, layout),
    ]
    if layout == "area":
        found.append(outliers(tables, limits))
    elif layout == "watch":
        found.append(watched_twice(tables))
    elif layout == "traveller":
        found.append(travellers_alike(tables, limits))
    return together(found)
