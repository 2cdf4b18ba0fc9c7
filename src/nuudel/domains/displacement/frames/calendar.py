"""The calendar of a round: by day, what each team has to cover."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nuudel.domains.displacement.frames.frame import DONE, FrameRow


@dataclass(frozen=True)
class TeamDay:
    """What a team has to cover until a day."""

    name: str
    rows: tuple[FrameRow, ...]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def done(self) -> int:
        return sum(row.status == DONE for row in self.rows)


@dataclass(frozen=True)
class Day:
    """A day on which something is due."""

    day: date
    teams: tuple[TeamDay, ...]


def days_of(rows: Sequence[FrameRow]) -> list[Day]:
    """The days in their order, the teams by name, those areas that nobody has last."""
    found: dict[date, dict[str, list[FrameRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.due][row.team_name].append(row)
    return [
        Day(
            day,
            tuple(
                TeamDay(name, tuple(sorted(of, key=lambda row: (row.priority, row.name))))
                for name, of in sorted(teams.items(), key=lambda item: (item[0] == "", item[0]))
            ),
        )
        for day, teams in sorted(found.items())
    ]
