"""Making the frame of a round in one step: all areas of a level, those of the last round, or a table's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import names_of, soum_of
from nuudel.domains.displacement.frames.many import change_many, create_many
from nuudel.domains.displacement.frames.states import OUT
from nuudel.domains.displacement.models.frames import LEVELS, USUAL
from nuudel.web.access.context import known_paths
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

AREA, TEAM = "displacement.area", "displacement.team"
PLANNED = ("team", "due", "priority")
"""What is planned of an area, and may be planned anew as long as nobody has been there."""


@dataclass(frozen=True)
class Planned:
    """An area that is to be covered.

    Attributes
    ----------
    team
        Name of the team; one that is not there yet is made.
    due
        None: the last day of the round.
    """

    area: str
    place: str
    name_mn: str = ""
    name_en: str = ""
    level: str = "soum"
    team: str = ""
    due: date | None = None
    priority: str = USUAL


@dataclass(frozen=True)
class Made:
    """How many areas came into the frame, and of how many the plan was changed."""

    added: int
    changed: int


def at_level(around: models.Round, level: str) -> list[Planned]:
    """All units of a level in the place of a round."""
    rows = Place.objects.filter(path__contains=[around.place], level=level)
    return [Planned(row.code, row.code, row.name_mn, row.name_en, level) for row in sorted_by_path(rows)]


def sorted_by_path(rows: Any) -> list[Place]:
    return sorted(rows, key=lambda row: row.path)


def levels_of(around: models.Round) -> list[str]:
    """The levels that there are below the place of a round, the widest first; its own where none is below."""
    rows = Place.objects.filter(path__contains=[around.place])
    below = set(rows.exclude(code=around.place).values_list("level", flat=True).distinct())
    found = below or set(rows.values_list("level", flat=True))
    return [level for level in LEVELS if level in found]


def round_before(around: models.Round) -> models.Round | None:
    """The last round of the operation before this one that has a frame."""
    rows = models.Round.objects.filter(operation=around.operation_id, number__lt=around.number)
    return rows.filter(areas__isnull=False).order_by("-number").first()


def last_frame(around: models.Round) -> list[Planned]:
    """The frame of the round before; days it was due are moved as the first day is."""
    before = round_before(around)
    if before is None:
        return []
    moved = around.start - before.start
    rows = before.areas.exclude(state=OUT).select_related("team").order_by("place", "area")
    return [
        Planned(
            row.area,
            row.place,
            row.name_mn,
            row.name_en,
            row.level,
            row.team.name if row.team else "",
            min(row.due + moved, around.end) if row.due else None,
            row.priority,
        )
        for row in rows
    ]


def named(planned: Sequence[Planned]) -> list[Planned]:
    """With their names in both languages: a bagh's after that of its soum."""
    codes = {soum_of(one.area) for one in planned} | {one.place for one in planned}
    places = {row.code: row for row in Place.objects.filter(code__in=codes)}
    known_paths().update((code, list(row.path)) for code, row in places.items())  # rights ask for each
    return [named_as(one, places) for one in planned]


def named_as(one: Planned, places: dict[str, Place]) -> Planned:
    place = places[one.place]
    if one.name_mn.startswith(f"{place.name_mn}, "):  # taken over from a round before
        return one
    mn, en = names_of(one.area, place, one.name_mn, one.name_en)
    return replace(one, name_mn=mn, name_en=en)


def make_frame(user: User, around: models.Round, planned: Sequence[Planned]) -> Made:
    """Put areas into the frame of a round; those that are there already are planned anew.

    What a plan leaves empty stays as it is. Areas where the work has ended, and those that were left out,
    are not touched.

    Raises
    ------
    BrokenRulesError
        ``WEB-214``: the round is closed, an area is not in its place.
    """
    there = {row.area: row for row in around.areas.select_related("institution", "round")}
    fresh = {one.area: one for one in planned if one.area not in there}
    known = {one.area: one for one in planned if one.area in there}
    teams = teams_named(user, around, {one.team for one in planned if one.team})
    record_type = record_types()[AREA]
    create_many(user, record_type, [new_area(around, one, teams) for one in named(list(fresh.values()))])
    changed = [
        (there[code], before)
        for code, one in known.items()
        if there[code].state not in record_type.states.fixed
        and (before := planned_anew(there[code], one, teams))
    ]
    change_many(user, record_type, [row for row, _ in changed], {row.pk: before for row, before in changed})
    return Made(len(fresh), len(changed))


def new_area(around: models.Round, one: Planned, teams: dict[str, models.Team]) -> models.FrameArea:
    return models.FrameArea(
        round=around,
        area=one.area,
        place=one.place,
        name_mn=one.name_mn,
        name_en=one.name_en,
        level=one.level,
        team=teams.get(one.team),
        due=one.due,
        priority=one.priority,
        institution=around.institution,
    )


def planned_anew(row: models.FrameArea, one: Planned, teams: dict[str, models.Team]) -> dict[str, Any]:
    """Put a plan into an area; the old values of what differs."""
    wanted: dict[str, Any] = {"due": one.due, "priority": one.priority if one.priority != USUAL else None}
    wanted["team"] = teams.get(one.team)
    before: dict[str, Any] = {}
    for name, value in wanted.items():
        kept = records.value_of(row, name)
        if value is not None and kept != getattr(value, "pk", value):
            before[name] = kept
            setattr(row, name, value)
    return before


def teams_named(user: User, around: models.Round, names: set[str]) -> dict[str, models.Team]:
    """Teams of a round by their names; those that are not there yet are made."""
    found = {row.name: row for row in around.teams.all()}
    for name in sorted(names - set(found)):
        team = models.Team(round=around, name=name, place=around.place, institution=around.institution)
        records.create(user, record_types()[TEAM], team)
        found[name] = team
    return found
