"""Synthetic assessments of areas made from the frame of a round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.rehearsal.drawing import HOUSEHOLD, Drawing, Told, Values

AGES = ("girls", "boys", "women", "men", "older_women", "older_men")
SHARES = (0.17, 0.18, 0.28, 0.27, 0.06, 0.04)
FAULTS = ("too_fast", "sum_ages", "informants_apart", "at_night", "jump")
EVERY = 25
"""Of so many submissions one has a fault planted in it."""
REFUSED, UNREACHABLE = 0.01, 0.03
KINDS, KIND_SHARES = ("residence", "seasonal", "displacement", "return"), (0.4, 0.35, 0.15, 0.1)
REASONS = ("employment", "education", "family", "herding", "hazard", "health")
STAYS = ("under_3_months", "3_to_12_months", "12_months_and_more")
NEEDS = ("water", "food", "shelter", "heating", "health", "education", "fodder", "work", "cash")
ROLES = ("bagh_governor", "officer", "social_worker", "health_worker", "teacher", "herder")
CREDIBLE = ("list", "direct", "hearsay")


@dataclass(frozen=True)
class Spot:
    """An area as a frame has it; ``aimag`` is the unit above its soum."""

    area: str
    level: str
    aimag: str


def assessments(
    drawing: Drawing, spots: Sequence[Spot], first: date, days: int, form_id: str = "baseline_area"
) -> Iterator[Told]:
    """One assessment of each area, spread over the days."""
    for number, spot in enumerate(spots):
        fault = FAULTS[number // EVERY % len(FAULTS)] if number % EVERY == EVERY // 2 else ""
        yield assessment(drawing, spot, first + timedelta(days=number * days // len(spots)), fault, form_id)


def assessment(drawing: Drawing, spot: Spot, day: date, fault: str, form_id: str) -> Told:
    began = drawing.moment(day, 1, 3) if fault == "at_night" else drawing.moment(day, 9, 16)
    ended = began + timedelta(minutes=1 if fault == "too_fast" else max(12, 35 * drawing.factor(0.25)))
    head: Values = {
        "start": began,
        "end": ended,
        "visit/enumerator": "R-01",
        "visit/assessed_on": day,
        "visit/aimag": spot.aimag,
        "visit/soum": soum_of(spot.area),
        "visit/place": spot.area,
    }
    outcome = outcome_of(drawing) if not fault else "assessed"
    if outcome != "assessed":
        return Told(form_id, spot.area, ended, {**head, "visit/outcome": outcome})
    persons = drawing.size(spot.area, spot.level) * (6 if fault == "jump" else 1)
    values = {**head, "visit/outcome": outcome, **present(drawing, persons, fault)}
    values |= {"moves/since": day - timedelta(days=90), "close/needs": drawing.several(NEEDS, 3)}
    rows = {"informants/informant": list(informants(drawing, persons, fault))}
    for side, column in (("arrivals", "out_migrants"), ("departures", "in_migrants")):
        rows[f"moves/{side}"] = list(moves(drawing, side, column, spot, persons))
    said = [int(str(row["informants/informant/persons_said"])) for row in rows["informants/informant"]]
    values |= {
        "informants/agreed": len(said),
        "informants/least_said": min(said),
        "informants/most_said": max(said),
        "moves/any_arrived": "yes" if rows["moves/arrivals"] else "no",
        "moves/any_left": "yes" if rows["moves/departures"] else "no",
    }
    return Told(form_id, spot.area, ended, values, rows, fault)


def outcome_of(drawing: Drawing) -> str:
    return drawing.one(
        ("refused", "unreachable", "assessed"), (REFUSED, UNREACHABLE, 1 - REFUSED - UNREACHABLE)
    )


def present(drawing: Drawing, persons: int, fault: str) -> Values:
    """Who is there, by status, sex and age."""
    ages = drawing.parts(persons, SHARES)
    if fault == "sum_ages":
        ages[3] += persons // 3 + 1
    displaced, returned, migrants, _ = drawing.parts(persons, (0.02, 0.02, 0.08, 0.88))
    return {
        "present/households": max(1, round(persons / HOUSEHOLD * drawing.factor(0.05))),
        "present/persons": persons,
        "present/basis": drawing.one(("list", "count", "estimate"), (0.6, 0.2, 0.2)),
        "present/displaced": displaced,
        "present/returned": returned,
        "present/migrants": migrants,
        "present/ages_known": "yes",
        **{f"present/ages/{name}": count for name, count in zip(AGES, ages, strict=True)},
    }


def informants(drawing: Drawing, persons: int, fault: str) -> Iterator[Values]:
    """Two to four people who know the area, and what each says."""
    path = "informants/informant"
    for number in range(2 + min(2, drawing.count(0.8))):
        said = persons * drawing.factor(0.05) * (4 if fault == "informants_apart" and number == 0 else 1)
        yield {
            f"{path}/consent": "yes",
            f"{path}/role": drawing.one(ROLES),
            f"{path}/informant_sex": drawing.one(("female", "male")),
            f"{path}/credible": drawing.one(CREDIBLE, (0.5, 0.35, 0.15)),
            f"{path}/persons_said": min(200_000, round(said)),
            f"{path}/agrees": 1,
        }


def moves(drawing: Drawing, side: str, column: str, spot: Spot, persons: int) -> Iterator[Values]:
    """Groups that have come or left, most of them small, from where people do move."""
    path, short = f"moves/{side}", "arrived" if side == "arrivals" else "left"
    for _ in range(min(3, drawing.count(1.2))):
        households = max(1, round(3 * drawing.factor(0.8)))
        group = max(households, min(persons, round(households * HOUSEHOLD * drawing.factor(0.2))))
        women, men = drawing.parts(group, (0.5, 0.5))
        place = drawing.origin(column, spot.aimag)
        yield {
            f"{path}/{short}_kind": drawing.one(KINDS, KIND_SHARES),
            f"{path}/{short}_reason": drawing.one(REASONS),
            f"{path}/{short}_unit": place,
            f"{path}/{short}_place": place,
            f"{path}/{short}_stay": drawing.one(STAYS),
            f"{path}/{short}_households": households,
            f"{path}/{short}_persons": group,
            f"{path}/{short}_sex_known": "yes",
            f"{path}/{short}_women": women,
            f"{path}/{short}_men": men,
        }
