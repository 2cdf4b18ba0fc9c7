"""What rules look for: figures of a day or of several, spot by spot, and which of them reach the limit."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.answers import ANSWERED, answered
from nuudel.domains.displacement.alerts.figures import Figures
from nuudel.domains.displacement.alerts.spots import (
    COMMON,
    PERCENT,
    Reached,
    as_reached,
    by_area,
    by_spot,
    total,
    window,
)
from nuudel.domains.displacement.alerts.usual import FORMER_DAYS, expected_of

USUAL_WEEKS = 8

AGES = ("girls", "boys", "women", "men")


def reached(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    """What reached the limit on a day, or in the days that end with it."""
    limit = float(rule.at_least)
    found = SIGNALS[rule.signal](rule, figures, day)
    return [one for one in found if one.surely >= limit]


def passages_hour(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    return passages(rule, figures, day, ["day", "hour"])


def passages_day(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    return passages(rule, figures, day, ["day"])


def passages(rule: models.AlertRule, figures: Figures, day: date, by: list[str]) -> list[Reached]:
    rows = by_spot(rule, figures.passages([day]), rule.alert_direction)
    return as_reached(total(rows, ["spot", *by], pl.col("persons").sum()))


def passages_usual(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    """How many times the usual, point by point: only hours observed on the same weekday before.

    And more than days differ anyway (``expected_of``).
    """
    before = [day - timedelta(weeks=week) for week in range(1, USUAL_WEEKS + 1)]
    rows = by_spot(rule, figures.passages([day, *before]), rule.alert_direction)
    hours = by_spot(rule, figures.hours([day, *before]), "")
    each = ["spot", "point", "day", "hour"]
    watched = hours.group_by(each).agg(pl.col("share").sum().clip(upper_bound=1))
    counted = rows.group_by(each).agg(pl.col("persons").sum())
    rates = watched.join(counted, on=each, how="left").with_columns(
        rate=pl.col("persons").fill_null(0) / pl.col("share")
    )
    usual = (
        rates.filter(pl.col("day") < day)
        .group_by("point", "hour")
        .agg(usual=pl.col("rate").mean(), former=pl.len())
        .filter(pl.col("former") >= FORMER_DAYS)
    )
    now = rates.filter(pl.col("day") == day).join(usual, on=["point", "hour"])
    expected = expected_of(rates.filter(pl.col("day") < day), now)
    today = rows.filter(pl.col("day") == day).join(now, on=["point", "hour"], how="semi")
    summed = total(today, ["spot", "day"], pl.col("persons").sum()).join(expected, on="spot")
    summed = summed.filter((pl.col("value") > pl.col("most")) & (pl.col("value") >= rule.cases))
    return as_reached(summed.with_columns(cases=pl.col("value"), value=pl.col("value") / pl.col("expected")))


def arrivals(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    return as_reached(arrived(rule, figures, day).with_columns(value=pl.col("arrived")))


def arrivals_share(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    rows = arrived(rule, figures, day).filter(pl.col("cases") >= max(rule.cases, 1))
    return as_reached(rows.with_columns(value=PERCENT * pl.col("arrived") / pl.col("cases")))


def arrived(rule: models.AlertRule, figures: Figures, day: date) -> pl.DataFrame:
    """Who arrived and who is present, by the last assessment of each area."""
    rows = by_area(rule, figures.areas(window(rule, day)).filter(pl.col("arrived").is_not_null()))
    return rows.group_by("spot").agg(
        pl.col("arrived").sum(),
        pl.col("persons").sum().alias("cases"),
        *COMMON,
    )


def profile(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    """A share of those of whom it is known, in per cent."""
    trait, _, code = rule.alert_about.partition(".")
    if trait in ANSWERED:
        return answered(rule, figures, day, trait, code)
    part, whole = SEEN[trait](code)
    rows = figures.passages(window(rule, day)).with_columns(part=part, whole=whole)
    direction = "" if trait == "direction" else rule.alert_direction
    rows = by_spot(rule, rows.filter(pl.col("whole").is_not_null()), direction)
    summed = rows.group_by("spot").agg(pl.col("part").sum(), pl.col("whole").sum().alias("cases"), *COMMON)
    summed = summed.filter(pl.col("cases") >= max(rule.cases, 1))
    return as_reached(summed.with_columns(value=PERCENT * pl.col("part") / pl.col("cases")))


def known(*names: str) -> pl.Expr:
    return pl.sum_horizontal(*(pl.col(name).fill_null(0) for name in names))


def of_ages(*names: str) -> tuple[pl.Expr, pl.Expr]:
    """A part of those whose sex and age were seen."""
    seen = pl.any_horizontal(*(pl.col(name).is_not_null() for name in AGES))
    return known(*names), pl.when(seen).then(known(*AGES))


def of_code(column: str, code: str) -> tuple[pl.Expr, pl.Expr]:
    """The persons of a direction or a mode."""
    persons = pl.col("persons").fill_null(0)
    return pl.when(pl.col(column) == code).then(persons).otherwise(0), pl.col("persons")


SEEN: Mapping[str, Callable[[str], tuple[pl.Expr, pl.Expr]]] = {
    "children": lambda code: of_ages("girls", "boys"),
    "women": lambda code: of_ages("girls", "women"),
    "foreigners": lambda code: (
        pl.col("foreigners").fill_null(0),
        pl.when(pl.col("foreigners").is_not_null()).then(pl.col("persons")),
    ),
    "direction": lambda code: of_code("direction", code),
    "mode": lambda code: of_code("mode", code),
}
"""The part and the whole of a share, row by row; the whole is null where it is not known."""


def symptom(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    """Travellers who named a symptom, of those who were asked."""
    code = rule.alert_about.partition(".")[2]
    rows = by_spot(rule, figures.symptoms(window(rule, day)), rule.alert_direction)
    has = pl.col("symptom").list.contains(code) if code else ~pl.col("symptom").list.contains("none")
    asked = rows.group_by("spot").agg(cases=pl.len())
    summed = total(rows.filter(has), ["spot"], pl.len()).drop("cases").join(asked, on="spot")
    return as_reached(summed)


def event(rule: models.AlertRule, figures: Figures, day: date) -> list[Reached]:
    """An emergency; of several reports of one kind and place the highest figure."""
    code = rule.alert_about.partition(".")[2]
    rows = figures.events(window(rule, day)).filter(pl.col("persons").is_not_null())
    if code:
        rows = rows.filter(pl.col("kind") == code)
    rows = by_area(rule, rows)
    found = rows.group_by("area", "spot", "kind").agg(pl.col("persons").max(), *COMMON)
    each = found.group_by("spot", "kind").agg(
        pl.col("persons").sum().alias("value"),
        pl.col("persons").sum().alias("cases"),
        pl.col("place").first(),
        pl.col("day").max(),
        pl.col("submission").explode(),
    )
    return as_reached(each if not code else each.drop("kind"))


Signal = Callable[[models.AlertRule, Figures, date], list[Reached]]

SIGNALS: Mapping[str, Signal] = {
    "passages_hour": passages_hour,
    "passages_day": passages_day,
    "passages_usual": passages_usual,
    "arrivals": arrivals,
    "arrivals_share": arrivals_share,
    "profile": profile,
    "symptom": symptom,
    "event": event,
}
