"""What is late in a round, by the team that is to be called."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from nuudel.domains.displacement.frames.coverage import Coverage
from nuudel.domains.displacement.frames.frame import FrameRow

MOST = 12
"""Areas that are named of a team; the others are counted."""


@dataclass(frozen=True)
class LateTeam:
    """A team with what it is late with; ``pk`` None: areas that nobody has."""

    pk: UUID | None
    name: str
    count: int
    due: date
    days: int
    rows: tuple[FrameRow, ...]
    lead: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def late_by_team(coverage: Coverage) -> list[LateTeam]:
    """The teams, first the one that has been late longest."""
    grouped: dict[UUID | None, list[FrameRow]] = defaultdict(list)
    for row in coverage.late:
        grouped[row.team].append(row)
    found = [
        LateTeam(
            pk=team,
            name=rows[0].team_name,
            count=len(rows),
            due=rows[0].due,
            days=(coverage.day - rows[0].due).days,
            rows=tuple(rows[:MOST]),
        )
        for team, rows in grouped.items()
    ]
    return sorted(found, key=lambda one: (one.due, -one.count, one.name))
