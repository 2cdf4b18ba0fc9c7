"""Teams: who is in one, and assignments for all of them at once."""

from nuudel.domains.displacement import models
from nuudel.web.access.decisions import path_of
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types

ASSIGNMENT = "displacement.assignment"


def people_of(team: models.Team) -> list[User]:
    """The members of a team now."""
    rows = team.members.filter(state="active").select_related("holder").order_by("pk")
    return [row.holder for row in rows if row.holder is not None]


def usual_place(team: models.Team) -> str:
    """The smallest place in which all areas of a team lie; that of the round where it has none."""
    places = team.areas.order_by("place").values_list("place", flat=True).distinct()
    paths = [list(path_of(code)) for code in places]
    common = ""
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        common = level[0]
    return common or str(team.round.place)


def assign_all(user: User, team: models.Team, area: str) -> int:
    """Assign all members to an area, but those who are already; how many that were.

    Raises
    ------
    BrokenRulesError
        ``WEB-214``: the round is closed, the area is not in its place.
    """
    same = models.Assignment.objects.filter(round=team.round_id, place=area, state="active")
    there = set(same.values_list("holder", flat=True))
    fresh = [person for person in people_of(team) if person.pk not in there]
    for person in fresh:
        assignment = models.Assignment(
            round=team.round, holder=person, place=area, institution=team.institution
        )
        records.create(user, record_types()[ASSIGNMENT], assignment)
    return len(fresh)
