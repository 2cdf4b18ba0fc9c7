"""Results of rounds worked out ahead, so that a page finds them."""

import logging
from datetime import timedelta

from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.results.figures import LAYOUT, results_of
from nuudel.domains.displacement.submissions.entering import name_of
from nuudel.web.access.context import acting
from nuudel.web.facts.service import service_user

LATELY = timedelta(minutes=2)
PURPOSE = "results of rounds"


def make_ahead() -> int:
    """Results of rounds whose assessments were entered lately; of how many. A bad one keeps no other back."""
    user, made = service_user(), 0
    with acting(user, PURPOSE):
        lately = {"layout": LAYOUT, "mapped_at__gte": timezone.now() - LATELY}
        rounds = list(models.Submission.objects.filter(**lately).values_list("round", flat=True).distinct())
    for pk in rounds:
        try:
            with acting(user, PURPOSE):
                made += results_of(models.Round.objects.get(pk=pk), user) is not None
        except Exception as error:
            logging.getLogger(__name__).warning("a round has no results: %s", name_of(error))
    return made
