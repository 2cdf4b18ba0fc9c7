"""The extrapolation of today made ahead, so that a page finds it: fitting it takes longer than a page may."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.points.reading import counted
from nuudel.web.access.context import acting
from nuudel.web.facts.service import service_user

LATELY = timedelta(minutes=2)


def make_ahead() -> int:
    """Today's figures of operations whose watches were entered lately; of how many."""
    user = service_user()
    with acting(user, "flow points"):
        lately = {"layout": "watch", "mapped_at__gte": timezone.now() - LATELY}
        fresh = models.Submission.objects.filter(round__operation__state="open", **lately)
        operations = list(models.Operation.objects.filter(pk__in=fresh.values("round__operation")))
        for operation in operations:
            try:
                with transaction.atomic():
                    counted(user, operation, timezone.localdate())
            except Exception as error:  # one operation keeps no other back
                logging.getLogger(__name__).warning("no figures of points ahead: %s", type(error).__name__)
        return len(operations)
