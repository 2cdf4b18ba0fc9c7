"""Sending synthetic submissions as phones do: the same code receives them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.parts import Parts
from nuudel.domains.displacement.collect.sign_in import Caller
from nuudel.domains.displacement.collect.views import keep
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.domains.displacement.operations.keys import device_of
from nuudel.domains.displacement.rehearsal.drawing import Told
from nuudel.domains.displacement.submissions.mapped import read_version
from nuudel.surveys.answers import Row
from nuudel.surveys.definition import Definition
from nuudel.surveys.writing import write_submission
from nuudel.web.access.context import acting
from nuudel.web.access.decisions import path_of
from nuudel.web.facts.service import service_user

NAMESPACE = UUID("5d0c1f0e-8a2b-5a57-9b6f-2a6c7f0a9d41")
PURPOSE = "rehearsal"


@dataclass(frozen=True)
class Field:
    """The forms of a round by their ids, and its phones by the places that they cover."""

    around: models.Round
    forms: Mapping[str, Definition]
    phones: Mapping[str, Caller]

    def caller(self, area: str) -> Caller:
        """The phone that covers an area; where none does, the first one: that is what checks are for."""
        found = (self.phones[code] for code in reversed(path_of(soum_of(area))) if code in self.phones)  # type: ignore[call-overload]
        return next(found, None) or next(iter(self.phones.values()))


def field_of(pk: UUID) -> Field:
    """The field of a round, as it is now."""
    with acting(service_user(), PURPOSE):
        around = models.Round.objects.select_related("operation").get(pk=pk)
        rows = models.FormVersion.objects.filter(form__operation=around.operation_id, form__state="open")
        newest = {row.form.form_id: row.pk for row in rows.select_related("form").order_by("pk")}
        forms = {name: read_version(version)[0] for name, version in newest.items()}
        devices = models.Device.objects.filter(assignment__round=around, state="active").values_list(
            "pk", flat=True
        )
        found = [device_of(pk=device) for device in devices.order_by("pk")]
        phones = {device.assignment.place: Caller(device, "") for device in found if device is not None}
    return Field(around, forms, phones)


def send_all(field: Field, told: Iterable[Told], came: Callable[[int], None]) -> int:
    """Send what is told, each in a transaction of its own; what came before stays as it is.

    The ids follow from the round and the order: a run that was broken off is run again, and nothing is there
    twice.
    """
    sent = 0
    for number, one in enumerate(told):
        if one.form_id in field.forms:
            keep(field.caller(one.area), Parts(written(field, one, number), {}), None)
            sent += 1
            came(sent)
    return sent


def written(field: Field, one: Told, number: int) -> bytes:
    """A submission as a phone writes it."""
    instance = f"uuid:{uuid5(NAMESPACE, f'{field.around.pk}/{number}')}"
    rows = {
        path: [Row((count,), dict(row)) for count, row in enumerate(several)]
        for path, several in one.rows.items()
    }
    return write_submission(field.forms[one.form_id], instance, one.values, rows)
