"""Which flows may be compared: lifetime or period migration, its interval, and how long people stayed.

Counts of different concepts, intervals or duration classes are never added to each other.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import StatisticsError
from nuudel.statistics.flow_tables import (
    FloatArray,
    check_numbers,
    refuse_few,
    refuse_length,
    refuse_missing,
)


class Concept(StrEnum):
    """What a migrant is in a source."""

    EVENTS = "events"  # every move is counted (registers)
    TRANSITION = "transition"  # lives elsewhere than at the start of the interval (censuses, surveys)
    LAST_RESIDENCE = "last_residence"  # has lived elsewhere before, whenever it was
    LIFETIME = "lifetime"  # lives elsewhere than at birth


class DurationClass(StrEnum):
    """Length of stay at the destination (United Nations 1998, recommendations on international migration)."""

    UNDER_3_MONTHS = "under_3_months"  # visits and trips: no migration
    MONTHS_3_TO_12 = "3_to_12_months"  # short-term migration
    MONTHS_12_AND_MORE = "12_months_and_more"  # long-term migration: a change of usual residence
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class MigrantCount:
    """Migrants with all that decides what they may be compared with and added to.

    Attributes
    ----------
    persons
        A number, margins or a flow table, any shape.
    concept
        What the source counts as a migrant.
    interval_years
        Length of the period; None for lifetime and last residence, which have no fixed one.
    duration
        Length of stay that the source asks for.
    """

    persons: FloatArray
    concept: Concept
    interval_years: float | None
    duration: DurationClass

    def __add__(self, other: "MigrantCount") -> "MigrantCount":
        """Sum of counts of one kind (say, men and women); ``STATISTICS-112`` for different kinds."""
        mine = (self.concept, self.interval_years, self.duration)
        theirs = (other.concept, other.interval_years, other.duration)
        if mine != theirs:
            raise StatisticsError(
                112,
                f"Counts of different kinds are not added: {kind_of(self)}, and {kind_of(other)}.",
                "Show them beside each other, or bring both to one concept, interval and duration class.",
                ("concept", "interval_years", "duration"),
            )
        refuse_other_shape(self.persons, other.persons)
        return MigrantCount(self.persons + other.persons, *mine)


def migrant_count(
    persons: ArrayLike,
    concept: Concept | str,
    interval_years: float | None = None,
    duration: DurationClass | str = DurationClass.UNKNOWN,
) -> MigrantCount:
    """Label a count with its concept.

    Raises
    ------
    StatisticsError
        102 negative; 113 for an unknown concept or duration class, a period concept without an interval, or a
        lifetime concept with one.
    """
    array = np.asarray(persons, dtype=np.float64)
    array = check_numbers(array, "persons", array.ndim)
    try:
        kind, stay = Concept(concept), DurationClass(duration)
    except ValueError as error:
        known = ", ".join([*Concept, *DurationClass])
        raise StatisticsError(113, f"{error}.", f"Use one of {known}.", ("concept", "duration")) from None
    open_ended = kind in (Concept.LIFETIME, Concept.LAST_RESIDENCE)
    if open_ended != (interval_years is None) or (interval_years is not None and not interval_years > 0):
        raise StatisticsError(
            113,
            f"{kind} {'has no interval' if open_ended else 'needs an interval above zero'}.",
            "Give interval_years for events and transitions only.",
            ("interval_years",),
        )
    return MigrantCount(array, kind, interval_years, stay)


def kind_of(count: MigrantCount) -> str:
    interval = "no fixed interval" if count.interval_years is None else f"{count.interval_years:g} years"
    return f"{count.concept} over {interval}, stay {count.duration}"


def refuse_other_shape(one: FloatArray, other: FloatArray) -> None:
    if one.shape != other.shape:
        raise StatisticsError(
            107, f"Counts of shapes {one.shape} and {other.shape}.", "Give the same places.", ("persons",)
        )


def duration_classes(starts: ArrayLike, ends: ArrayLike) -> NDArray[np.str_]:
    """Duration class of each stay, by calendar months: a stay to the same day three months later is of 3
    months.

    Parameters
    ----------
    starts, ends
        Dates (``datetime64[D]`` or ISO texts), shape ``(m,)``; a missing one is ``NaT``.

    Returns
    -------
    Array of the values of :class:`DurationClass`, shape ``(m,)``; a stay with a missing date is unknown.

    Raises
    ------
    StatisticsError
        107 for different lengths, 113 for something that is no date or an end before its start.
    """
    try:
        start, end = (np.asarray(dates, dtype="datetime64[D]") for dates in (starts, ends))
    except ValueError as error:
        raise StatisticsError(113, f"Not a date ({error}).", "Give ISO dates.", ("starts", "ends")) from None
    if start.shape != end.shape:
        raise StatisticsError(
            107, f"{start.size} starts and {end.size} ends.", "Give both for each stay.", ("starts", "ends")
        )
    if (end < start).any():
        raise StatisticsError(113, "A stay ends before it starts.", "Correct the dates.", ("starts", "ends"))
    classes = np.full(start.shape, DurationClass.UNDER_3_MONTHS.value, dtype="<U20")
    classes[end >= months_later(start, 3)] = DurationClass.MONTHS_3_TO_12.value
    classes[end >= months_later(start, 12)] = DurationClass.MONTHS_12_AND_MORE.value
    classes[np.isnat(start) | np.isnat(end)] = DurationClass.UNKNOWN.value
    return classes


def months_later(days: NDArray[np.datetime64], months: int) -> NDArray[np.datetime64]:
    """The same day so many months later; the last of that month where it has no such day."""
    month = days.astype("datetime64[M]")
    target = month + np.timedelta64(months, "M")
    day_of_month = days - month.astype("datetime64[D]")
    days_in_target = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype(
        "datetime64[D]"
    )
    shift = np.minimum(day_of_month, days_in_target - np.timedelta64(1, "D"))
    later: NDArray[np.datetime64] = target.astype("datetime64[D]") + shift
    return later


def count_by_duration(classes: ArrayLike, persons: ArrayLike) -> dict[DurationClass, float]:
    """Persons of each duration class, kept apart; there is no total on purpose.

    Parameters
    ----------
    classes
        Values of :class:`DurationClass`, shape ``(m,)``.
    persons
        Shape ``(m,)``.

    Raises
    ------
    StatisticsError
        102, 103, 107; 113 for an unknown class.
    """
    labels = np.asarray(classes, dtype=np.str_)
    counts = check_numbers(persons, "persons", 1)
    refuse_missing(counts, "persons")
    refuse_length(counts, "persons", labels.size)
    unknown = sorted(set(labels.tolist()) - set(DurationClass))
    if unknown:
        raise StatisticsError(
            113,
            f"{unknown[0]!r} is no duration class.",
            f"Use one of {', '.join(DurationClass)}.",
            ("classes",),
        )
    return {each: float(counts[labels == each.value].sum()) for each in DurationClass}


@dataclass(frozen=True)
class LifetimeMigration:
    """Lifetime migrants from a table of birthplace by residence.

    Attributes
    ----------
    in_migrants
        Born elsewhere and living here, shape ``(n,)``, persons.
    out_migrants
        Born here and living elsewhere in the country, shape ``(n,)``, persons.
    net_migrants
        The difference, shape ``(n,)``.
    born_elsewhere_percent
        In-migrants per 100 residents, shape ``(n,)``; NaN for a place without residents.
    intensity_percent
        Lifetime migrants per 100 people in the table.
    """

    in_migrants: FloatArray
    out_migrants: FloatArray
    net_migrants: FloatArray
    born_elsewhere_percent: FloatArray
    intensity_percent: float


def lifetime_migration(residents: ArrayLike) -> LifetimeMigration:
    """Lifetime migration from residents[birthplace, residence]; here the diagonal counts, as those who
    stayed.

    Parameters
    ----------
    residents
        Shape ``(n, n)``, persons.

    Raises
    ------
    StatisticsError
        101 to 105.

    Notes
    -----
    Source: United Nations (1970), Methods of Measuring Internal Migration, Manual VI, chapter I. It is net
    of all later moves and of deaths, and is no flow of any period.
    """
    table = check_numbers(residents, "residents", 2)
    if table.shape[0] != table.shape[1]:
        raise StatisticsError(
            101, "The table is not square.", "Use the same places on both sides.", ("residents",)
        )
    refuse_few(len(table), 2, "Lifetime migration")
    refuse_missing(table, "residents")
    people = float(table.sum())
    if people <= 0:
        raise StatisticsError(104, "There is nobody in the table.", "Check the counts.", ("residents",))
    stayed = np.diag(table)
    here = table.sum(axis=0)
    arrivals, departures = here - stayed, table.sum(axis=1) - stayed
    share = np.full(len(table), np.nan)
    np.divide(100.0 * arrivals, here, out=share, where=here > 0)
    return LifetimeMigration(
        in_migrants=arrivals,
        out_migrants=departures,
        net_migrants=arrivals - departures,
        born_elsewhere_percent=share,
        intensity_percent=float(100.0 * arrivals.sum() / people),
    )
