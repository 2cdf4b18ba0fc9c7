"""Synthetic flow points: their profiles, watches with what passed, and travellers who were asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nuudel.domains.displacement.rehearsal.drawing import ZONE, Drawing, Told, Values

HOURLY = (2, 1, 1, 1, 2, 4, 9, 14, 18, 20, 19, 18, 17, 17, 18, 20, 22, 24, 22, 17, 12, 8, 5, 3)
"""Persons in an hour and a direction at a middling point, by the hour."""
MODES, MODE_SHARES = ("car", "bus", "truck", "motorcycle", "on_foot"), (0.55, 0.2, 0.15, 0.06, 0.04)
REASONS = ("employment", "education", "family", "herding", "health", "visit", "trade", "leisure")
STAYS = ("under_3_months", "3_to_12_months", "12_months_and_more", "unknown")
DIRECTIONS = ("in", "out")
ASKED = 3
"""Travellers who are asked in a watch."""


@dataclass(frozen=True)
class Point:
    """A flow point of a rehearsal: on a road, between two aimags, watched in some hours."""

    code: str
    name: str
    place: str
    inside: str
    outside: str
    opens: int
    closes: int
    size: float = 1.0


def profiles(points: Sequence[Point], day: date) -> Iterator[Told]:
    for point in points:
        began = datetime.combine(day, time(8), ZONE)
        values: Values = {
            "start": began,
            "end": began + timedelta(minutes=15),
            "visit/enumerator": "R-01",
            "visit/profiled_on": day,
            "visit/known": "no",
            "visit/new_id": point.code,
            "visit/point_id": point.code,
            "visit/point_name": point.name,
            "where/aimag": point.inside,
            "where/soum": point.place,
            "where/place": point.place,
            "where/point_place": point.place,
            "where/point_kind": "road",
            "where/inside": point.inside,
            "where/outside": point.outside,
            "working/status": "open",
            "working/opens": time(point.opens),
            "working/closes": time(point.closes),
            "working/hours_a_day": float(point.closes - point.opens),
            "working/modes": MODES,
            "working/epidemic": "no",
            "working/share_seen": 90,
        }
        yield Told("flow_point_profile", point.place, began + timedelta(minutes=15), values)


def watches(drawing: Drawing, points: Sequence[Point], first: date, days: int) -> Iterator[Told]:
    """Each day at each point one watch of some hours, and some travellers asked in it."""
    for number in range(days):
        day = first + timedelta(days=number)
        for point in points:
            start = (8, 12, 16)[int(drawing.random.integers(3))]
            start = min(max(start, point.opens), point.closes - 4)
            yield watch(drawing, point, day, start)
            yield from (traveller(drawing, point, day, start) for _ in range(ASKED))


def watch(drawing: Drawing, point: Point, day: date, start: int, hours: int = 4) -> Told:
    rows = [
        row
        for hour in range(start, start + hours)
        for direction in DIRECTIONS
        for row in passing(drawing, point, hour, direction)
    ]
    counted = sum(int(str(row["passing/passed"])) for row in rows)
    began = datetime.combine(day, time(start), ZONE)
    ended = began + timedelta(hours=hours)
    values: Values = {
        "start": began,
        "end": ended,
        "watch/enumerator": "R-01",
        "watch/point": point.code,
        "watch/place": point.place,
        "watch/inside": point.inside,
        "watch/outside": point.outside,
        "watch/watched_on": day,
        "watch/watch_from": time(start),
        "watch/watch_to": time(start + hours),
        "watch/break_minutes": 0,
        "watch/observed_minutes": hours * 60,
        "watch/directions": "both",
        "watch/missed": drawing.one(("none", "few"), (0.9, 0.1)),
        "watch/any_passed": "yes" if rows else "no",
        "close/counted": counted,
    }
    return Told("flow_registry", point.place, ended, values, {"passing": rows})


def passing(drawing: Drawing, point: Point, hour: int, direction: str) -> Iterator[Values]:
    """What passed in an hour in a direction, by mode."""
    persons = drawing.count(HOURLY[hour % 24] * point.size * drawing.factor(0.2))
    ends = (point.outside, point.inside) if direction == "in" else (point.inside, point.outside)
    for mode, count in zip(MODES, drawing.parts(persons, MODE_SHARES), strict=True):
        if count:
            women, men, girls, boys = drawing.parts(count, (0.38, 0.42, 0.1, 0.1))
            yield {
                "passing/hour": hour,
                "passing/direction": direction,
                "passing/mode": mode,
                "passing/vehicles": max(1, round(count / 3)),
                "passing/passed": count,
                "passing/passed_from": ends[0],
                "passing/passed_to": ends[1],
                "passing/profile": "yes",
                "passing/profile_counts/women": women,
                "passing/profile_counts/men": men,
                "passing/profile_counts/girls": girls,
                "passing/profile_counts/boys": boys,
            }


def traveller(drawing: Drawing, point: Point, day: date, start: int) -> Told:
    began = drawing.moment(day, start, start + 4)
    ended = began + timedelta(minutes=max(3, 7 * drawing.factor(0.3)))
    direction = drawing.one(DIRECTIONS)
    ends = (point.outside, point.inside) if direction == "in" else (point.inside, point.outside)
    low, high = ((18, 29), (30, 44), (45, 59), (60, 110))[
        int(drawing.random.choice(4, p=(0.3, 0.4, 0.22, 0.08)))
    ]
    group = 1 + drawing.count(1.3)
    values: Values = {
        "start": began,
        "end": ended,
        "watch/enumerator": "R-01",
        "watch/point": point.code,
        "watch/place": point.place,
        "watch/asked_on": day,
        "watch/direction": direction,
        "agreement/adult": "yes",
        "agreement/consent": "yes",
        "agreement/asked_before": "no",
        "agreement/goes_on": "yes",
        "person/sex": drawing.one(("female", "male")),
        "person/age": low + 3,
        "person/age_from": low,
        "person/age_to": high,
        "person/citizenship": "MN",
        "journey/from_unit": ends[0],
        "journey/to_unit": ends[1],
        "journey/passed_from": ends[0],
        "journey/passed_to": ends[1],
        "journey/reason": drawing.one(REASONS),
        "journey/mode": drawing.one(MODES, MODE_SHARES),
        "journey/stay": drawing.one(STAYS),
        "journey/group_size": group,
        "journey/children": drawing.count(0.3) if group > 3 else 0,
        "journey/often": drawing.one(("daily", "weekly", "monthly", "rarely")),
        "care/difficulties": ("none",),
        "care/needs": ("none",),
    }
    return Told("flow_survey", point.place, ended, values)
