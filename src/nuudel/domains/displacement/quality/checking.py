"""The job: what has come is checked, flags are made, and closed where their cause is gone."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from nuudel.base.errors import NuudelError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.bringing import MARGIN, Bringing
from nuudel.domains.displacement.quality.following import ROUND, close_corrected
from nuudel.domains.displacement.quality.reading import limits_of
from nuudel.domains.displacement.quality.remembered import MEMORY, Remembered
from nuudel.domains.displacement.quality.settling import settle
from nuudel.web.access.context import acting
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_user

PURPOSE = "checks of submissions"
AFTER_CLOSING = timedelta(days=30)
"""How long a closed round is still looked at."""


def check_new() -> int:
    """Check all rounds in which something has come or was decided; how many."""
    with acting(service_user(), PURPOSE):
        lately = Q(state="open") | Q(state="closed", changed_at__gt=timezone.now() - AFTER_CLOSING)
        sent = models.Submission.objects.filter(round=OuterRef("pk"), mapped_at__isnull=False)
        fresh = Exists(sent.filter(changed_at__gt=OuterRef("checked_at") - MARGIN))
        rounds = models.Round.objects.filter(lately)
        waiting = list(rounds.filter(Q(checked_at=None) & Exists(sent) | fresh).values_list("pk", flat=True))
    for pk in waiting:
        try:
            check_round(pk)
        except Exception as error:  # one round keeps no other back
            told = error.code if isinstance(error, NuudelError) else type(error).__name__
            logging.getLogger(__name__).warning("a round could not be checked: %s", told)
    return len(waiting)


def check_round(pk: UUID) -> int:
    """Check what is new in a round, in one transaction; how many flags were made."""
    with acting(service_user(), PURPOSE):
        around = models.Round.objects.select_related("operation", "institution").get(pk=pk)
        now = timezone.now()
        limits = limits_of(around.operation, timezone.localdate())
        known = None if around.checked_at is None else MEMORY.round(pk, now, limits)
        found = Bringing(around, limits, now).all(known)
        close_corrected(pk)
        # All flags follow what is remembered, unless another process has checked the round since.
        before = known.layouts if known and known.checked_at == around.checked_at else {}
        made = sum(settle(around, layout, brought, before.get(layout)) for layout, brought in found.items())
        models.Round.objects.filter(pk=pk).update(checked_at=now)
        note_audit("check", ROUND, [pk], ["checked_at"])
    # Only now: what was rolled back is not remembered.
    layouts = {layout: brought.checked for layout, brought in found.items()}
    MEMORY.keep(pk, Remembered(known.read_at if known else now, now, limits, layouts))
    return made
