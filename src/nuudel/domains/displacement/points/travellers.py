"""Who travels, as a sample of travellers says, weighted to the counts of the same point and hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from django.utils.timezone import get_current_timezone_name

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.reading import SHOWN_DAYS, Counted
from nuudel.domains.displacement.points.words import label
from nuudel.domains.displacement.submissions.measured import measured
from nuudel.statistics import flow_points
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names
from nuudel.web.words import say

FEWEST = 10
"""Interviews of fewer travellers are not shown as shares."""

OTHER = "other"
"""A nationality that is not on the list."""

MOST_ROWS = 8
PERCENT = 100
TRAITS = ("citizenship", "reason", "destination", "age_sex")
LISTS = {"citizenship": "citizenship", "reason": "purpose"}


@dataclass(frozen=True)
class Share:
    """A group's share of the passages, in per cent."""

    words: str
    share: float
    low: float
    high: float
    interviews: int


@dataclass(frozen=True)
class Profile:
    """What a sample says.

    Attributes
    ----------
    interviews, effective
        How many answered, and how many of a simple sample would be worth as much.
    unweighted
        Interviews without a weight: of hours without counts, or too few of their kind; they are left out.
    reached
        Per cent of the passages that they stand for; of the others nobody was asked.
    trimmed
        Interviews whose weight was cut.
    """

    interviews: int
    effective: float
    unweighted: int
    reached: float
    trimmed: int
    traits: Sequence[tuple[str, Sequence[Share]]]


def profile(user: User, operation: models.Operation, found: Counted, point: str = "") -> Profile | None:
    """The travellers of the days shown; None where too few were asked."""
    rows = models.Submission.objects.filter(
        round__operation=operation,
        day__gt=found.day - timedelta(days=SHOWN_DAYS),
        day__lte=found.day,
    )
    asked = interviews(measured(visible(rows, user, "displacement.submission"), "traveller"))
    if point:
        asked = asked.filter(pl.col("point") == point)
    if len(asked) < FEWEST or found.flows is None:
        return None
    weighted = flow_points.weigh(asked, found.flows.strata)
    counted = len(asked) - weighted.unweighted
    if counted < FEWEST:
        return None
    traits = [(trait, told(flow_points.shares(weighted, trait), trait)) for trait in TRAITS]
    return Profile(
        counted,
        float(weighted.effective),
        int(weighted.unweighted),
        PERCENT * weighted.reached,
        weighted.trimmed,
        traits,
    )


def interviews(asked: pl.DataFrame) -> pl.DataFrame:
    """Those who agreed and were not asked before, with the hour by the phone's clock.

    A nationality that is not on the list is left empty: another one.
    """
    told = pl.col("sex").is_not_null() & pl.col("citizenship").is_null()
    citizenship = pl.when(told).then(pl.lit(OTHER)).otherwise("citizenship").alias("citizenship")
    first = pl.col("asked_before").fill_null("no") != "yes"
    moment = pl.col("began_at").dt.convert_time_zone(get_current_timezone_name())
    age = pl.concat_str(pl.col("sex"), pl.col("age_from"), pl.col("age_to"), separator="|")
    return (
        asked.filter((pl.col("agreed") == "yes") & first & pl.col("point").is_not_null())
        .rename({"submission": "interview"})
        .with_columns(hour=moment.dt.hour().cast(pl.Int64), age_sex=age)
        .with_columns(citizenship)
    )


def told(rows: pl.DataFrame, trait: str) -> list[Share]:
    """The largest groups, in words."""
    known = rows.filter(pl.col("key").is_not_null()).sort("share", descending=True).head(MOST_ROWS)
    words = words_of(trait, list(known["key"]))
    return [
        Share(
            words[row["key"]],
            PERCENT * row["share"],
            PERCENT * row["low_95"],
            PERCENT * row["high_95"],
            row["interviews"],
        )
        for row in known.iter_rows(named=True)
    ]


def words_of(trait: str, keys: Sequence[str]) -> Mapping[str, str]:
    if trait == "destination":
        names = place_names(keys)
        return {key: label("citizenship", key) if names[key] == key else names[key] for key in keys}
    if trait == "age_sex":
        return {key: age_words(key) for key in keys}
    other = {OTHER: say("displacement.points.other_country")} if trait == "citizenship" else {}
    return {key: other.get(key) or label(LISTS[trait], key) for key in keys}


def age_words(key: str) -> str:
    sex, first, last = key.split("|")
    return say("displacement.points.age", sex=label("sex", sex), first=first, last=last)
