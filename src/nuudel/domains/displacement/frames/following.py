"""Areas follow what phones send: done, refused or not reached, and back where a submission falls away."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Func, Q, Value

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.codes import PART, soum_of
from nuudel.domains.displacement.frames.many import note_many, save_many
from nuudel.domains.displacement.frames.states import OUT
from nuudel.domains.displacement.submissions.measured import UNCOUNTED, counting
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CHANGED

AREA = "displacement.area"
LAYOUTS = ("area", "watch")
"""Submissions of these layouts cover an area; those about one traveller or one event do not."""

SOUM_OF_AREA = Func(F("area"), Value(PART), Value(1), function="split_part", output_field=CharField())
"""As ``codes.soum_of``, in the database."""

STATES = {"refused": "refused", "unreachable": "unreachable"}
"""Outcomes that end the work without figures; all others are done."""

STEPS = {"done": "finish", "refused": "refuse", "unreachable": "miss", "to_do": "put_back"}
TOLD = ("state", "done_at", "told_by")
Told = tuple[str, UUID, datetime, str]


@dataclass(frozen=True)
class Wanted:
    """How an area is to stand, since when, and by which submission."""

    state: str
    since: datetime | None
    by: UUID | None


def follow(user: User, sent: Iterable[models.Submission]) -> None:
    """Bring the areas of submissions to the state that follows from all that counts there now.

    Parameters
    ----------
    sent
        Submissions whose measures were just written, or that were just rejected. Those that they replace
        are heeded too.
    """
    codes: dict[UUID, set[str]] = defaultdict(set)
    for row in sent:
        for one in (row, row.replaces):
            if one is not None and one.layout in LAYOUTS:
                codes[one.round_id].add(area_of(one.area, one.place))
    for around, touched in codes.items():
        with service_rights():
            settle_round(user, around, touched)


def area_of(area: str, place: str) -> str:
    """The area of a submission; where its answers tell none, that of the assignment."""
    return area or place


def settle_round(user: User, around: UUID, touched: set[str]) -> None:
    wanted = touched | {soum_of(code) for code in touched}
    rows = models.FrameArea.objects.filter(round=around, area__in=wanted).exclude(state=OUT)
    holds = Q(state="done", told_by__isnull=False) & ~Q(told_by__state__in=UNCOUNTED)
    unsettled = list(
        rows.exclude(pk__in=rows.filter(holds).values("pk"))
        .select_for_update(of=("self",))
        .select_related("institution")
        .order_by("pk")
    )
    if not unsettled:
        return
    told = told_in(around, [row.area for row in unsettled])
    moved: dict[str, list[models.FrameArea]] = defaultdict(list)
    for row in unsettled:
        now = state_of(row, told.get(row.area, ()))
        if now is None or (now.state == row.state and now.by == row.told_by_id):
            continue
        moved[STEPS[now.state] if now.state != row.state else CHANGED].append(row)
        row.state, row.done_at, row.told_by_id = now.state, now.since, now.by
    save_many(record_types()[AREA], [row for several in moved.values() for row in several], TOLD)
    note_audit(CHANGED, AREA, [row.pk for row in moved.pop(CHANGED, ())], TOLD)
    for action, several in moved.items():
        note_many(user, record_types()[AREA], several, action)


def told_in(around: UUID, codes: Sequence[str]) -> dict[str, list[Told]]:
    """What counts in some areas, oldest first; what baghs without a row of their own tell is their soum's."""
    own = set(models.FrameArea.objects.filter(round=around).values_list("area", flat=True))
    reached = Q(area__in=codes) | Q(area="", place__in=codes) | Q(soum__in=codes)
    sent = models.Submission.objects.filter(round=around, layout__in=LAYOUTS).annotate(soum=SOUM_OF_AREA)
    rows: Any = counting(sent.filter(reached))
    found: dict[str, list[Told]] = defaultdict(list)
    columns = ("area", "place", "pk", "created_at", "measures__values__outcome")
    for area, place, pk, at, outcome in rows.order_by("created_at", "pk").values_list(*columns):
        code = area_of(area, place)
        found[code if code in own else soum_of(code)].append((code, pk, at, outcome or ""))
    return found


def state_of(row: models.FrameArea, told: Sequence[Told]) -> Wanted | None:
    """What follows for an area: the first assessment counts, else the last that says why there is none.

    None: nothing that phones have sent says anything of it, and nothing has.
    """
    heard = [one for one in told if row.again_at is None or one[2] > row.again_at]
    for _, pk, at, outcome in heard:
        if outcome not in STATES:
            return Wanted("done", at, pk)
    if heard:
        _, pk, at, outcome = heard[-1]
        return Wanted(STATES[outcome], at, pk)
    return Wanted("to_do", None, None) if row.told_by_id is not None else None
