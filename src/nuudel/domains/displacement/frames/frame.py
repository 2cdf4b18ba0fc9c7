"""The areas of a round as they stand today, read in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.states import OUT
from nuudel.web.words import language

DONE, LATE, TO_DO, REFUSED, UNREACHABLE = STATUSES = ("done", "late", "to_do", "refused", "unreachable")
"""How an area stands: its state, or late, which follows from the day it is due."""

COLUMNS = ("pk", "area", "place", "name_mn", "name_en", "level", "team", "team__name", "due", "priority",
           "state", "done_at")  # fmt: skip


@dataclass(frozen=True)
class FrameRow:
    """An area of a round.

    Attributes
    ----------
    area, place
        Its code, and that of the soum that it is or lies in.
    due
        The day it is due; the last day of the round where none was set.
    done_at
        When the work there ended, whatever came of it.
    """

    pk: UUID
    area: str
    place: str
    name: str
    level: str
    team: UUID | None
    team_name: str
    due: date
    priority: str
    state: str
    status: str
    done_at: datetime | None


def frame_of(around: models.Round, today: date | None = None) -> list[FrameRow]:
    """The areas of a round that the acting user may read, by place; without those that were left out."""
    rows = models.FrameArea.objects.filter(round=around).exclude(state=OUT).order_by("place", "area")
    day = today or localdate()
    return [row_of(dict(zip(COLUMNS, row, strict=True)), around, day) for row in rows.values_list(*COLUMNS)]


def row_of(row: Mapping[str, object], around: models.Round, today: date) -> FrameRow:
    told = dict(row)
    names = {"mn": told.pop("name_mn"), "en": told.pop("name_en")}
    due = told.pop("due") or around.end
    assert isinstance(due, date)
    status = LATE if told["state"] == TO_DO and due < today else told["state"]
    team_name = told.pop("team__name") or ""
    return FrameRow(**told, name=names[language()], due=due, status=status, team_name=team_name)  # type: ignore[arg-type]
