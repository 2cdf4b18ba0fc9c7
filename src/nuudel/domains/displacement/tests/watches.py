"""Watches, travellers, assessments and events as the rest of the domain sees them: entered, with measures."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.models.base import packed
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.tests.given import Given, make, sent_xml
from nuudel.web.access.context import acting

POINT = "west-gate"
AREA = "MN18101"


class Entered:
    """Puts submissions of all layouts into a round."""

    def __init__(self, around: Given, key: NewKey | None = None) -> None:
        self.given = around
        self.key = key or around.phone()
        with acting(around.planner, "test"):
            self.version = models.FormVersion.objects.get(form=around.form)

    def told(
        self,
        layout: str,
        day: date,
        values: Mapping[str, object],
        rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
        **fields: Any,
    ) -> models.Submission:
        """One submission whose facts were entered."""
        named = {"area": AREA, "mapped_at": timezone.now(), "place": self.key.device.place} | fields
        row = models.Submission(
            round=self.given.round,
            form=self.given.form,
            version=self.version,
            assignment=self.key.device.assignment,
            device=self.key.device,
            instance_id=f"uuid:{uuid.uuid4()}",
            digest=bytes(32),
            xml=packed(sent_xml()),
            institution=self.given.round.institution,
            layout=layout,
            day=day,
            measures={"values": dict(values), "rows": dict(rows or {})},
            **named,
        )
        made: models.Submission = make(self.given.planner, "submission", row)
        return made

    def watch(
        self,
        day: date,
        *passing: Mapping[str, object],
        point: str = POINT,
        start: str = "08:00",
        end: str = "12:00",
        **values: object,
    ) -> models.Submission:
        """A watch with what passed in it."""
        told = {"point": point, "from": start, "to": end, "break_minutes": 0, "missed": "none", **values}
        return self.told("watch", day, told, {"passing": passing})

    def point(self, key: str, name: str, place: str = AREA, **values: str) -> None:
        """An entry of the list of points."""
        around = self.given
        row = models.Entity(
            operation=around.operation,
            list_name="points",
            entity_id=key,
            label=name,
            place=around.operation.place,
            institution=around.operation.institution,
        )
        row.put({"place": place, "status": "open", **values})
        make(around.planner, "entity", row)

    def traveller(self, day: date, *symptoms: str, point: str = POINT, **values: object) -> models.Submission:
        rows = {"symptoms": [{"symptom": one} for one in symptoms]}
        return self.told(
            "traveller", day, {"point": point, "agreed": "yes", "direction": "in", **values}, rows
        )


def passed(
    hour: int, persons: int, direction: str = "in", mode: str = "car", **more: object
) -> dict[str, object]:
    """A row of a watch."""
    return {"hour": hour, "direction": direction, "mode": mode, "vehicles": 1, "persons": persons, **more}
