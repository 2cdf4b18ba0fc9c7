"""Sending a message: a copy for each household, handed to the gateway once, in small transactions."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from nuudel.domains.otor.broadcasts.gateway import Gateway, GatewayError
from nuudel.domains.otor.broadcasts.recipients import households
from nuudel.domains.otor.broadcasts.texts import parts, text_of
from nuudel.domains.otor.models import Delivery, HerderHousehold, Message
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights, service_user

BATCH = 50
MOST_ATTEMPTS = 5
DELIVERY = "otor.delivery"
log = logging.getLogger(__name__)


def message(user: User, record: Message, action: str) -> None:
    """What follows from a step: copies are made out, and a job sends them."""
    if action not in ("send", "try_again"):
        return
    with service_rights():
        make_out(user, record) if action == "send" else make_waiting(record)
    from nuudel.domains.otor.jobs import send_message

    send_message.defer(message=str(record.pk))


def make_out(user: User, record: Message) -> None:
    """A copy for each household; a household without a number is noted as such."""
    rows = [
        Delivery(
            message=record,
            household=household,
            state="waiting" if household.phone else "no_phone",
            place=record.place,
            institution=record.institution,
            created_by=user,
        )
        for household in households(record).order_by("pk")
    ]
    note_audit("create", DELIVERY, [row.pk for row in rows])
    note_audit("read", "otor.household", [row.household_id for row in rows], ["phone"])
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    record.recipients = len(rows)
    record.save(update_fields=["recipients", "changed_at"])


def make_waiting(record: Message) -> None:
    """Copies that the gateway did not take are tried again."""
    failed = Delivery.objects.filter(message=record, state="failed")
    note_audit("change", DELIVERY, list(failed.values_list("pk", flat=True)))
    failed.update(state="waiting", attempts=0)


def send_waiting(key: UUID, gateway: Gateway) -> int:
    """Hand over what waits, batch by batch; how many could not be handed over and wait for another try."""
    tried: set[UUID] = set()
    while batch(key, gateway, tried):
        pass
    user = service_user()
    with acting(user, "otor.send"):
        waiting = Delivery.objects.filter(message=key, state="waiting").count()
        if not waiting:
            finish(user, key)
        return waiting


def batch(key: UUID, gateway: Gateway, tried: set[UUID]) -> int:
    """Some copies, in a transaction of their own; how many."""
    with acting(service_user(), "otor.send"):
        record = Message.objects.get(pk=key)
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("household")
        waiting = list(rows.filter(message=key, state="waiting").exclude(pk__in=tried).order_by("pk")[:BATCH])
        if not waiting:
            return 0
        note_audit("change", DELIVERY, [row.pk for row in waiting])
        note_audit("read", "otor.household", [row.household_id for row in waiting], ["phone"])
        text = text_of(record)
        for row in waiting:
            hand_over(row, row.household, text, gateway)
            tried.add(row.pk)
        return len(waiting)


def hand_over(row: Delivery, household: HerderHousehold, text: str, gateway: Gateway) -> None:
    """One copy; whoever has given up the telephone meanwhile gets none."""
    row.tried_at = timezone.now()
    if not household.phone:
        row.state = "no_phone"
    else:
        row.attempts += 1
        try:
            row.reference = gateway.send(row.pk, household.phone, text).reference
            row.state, row.parts = "sent", parts(text)
        except GatewayError:
            # The gateway's own words may hold the number: they are not kept.
            log.warning("delivery %s was not taken", row.pk)
            row.state = "failed" if row.attempts >= MOST_ATTEMPTS else "waiting"
    row.save(update_fields=["state", "attempts", "parts", "reference", "tried_at"])


def finish(user: User, key: UUID) -> None:
    """All copies are handed over or given up."""
    from nuudel.domains.otor.broadcasts.record_types import MESSAGE
    from nuudel.web.shell import records

    [record] = records.locked(MESSAGE, [key])
    if record.state == "sending":
        records.follow(user, MESSAGE, record, "finish")


def results(record: Message) -> Sequence[tuple[str, int]]:
    """How many copies are in which state."""
    rows = Delivery.objects.filter(message=record).values("state").annotate(count=Count("pk"))
    return sorted((str(row["state"]), int(row["count"])) for row in rows)
