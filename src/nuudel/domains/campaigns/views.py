"""The domain's own page: what of it may be published, and what its trainings changed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from nuudel.domains.campaigns import parameters
from nuudel.domains.campaigns.figures import events_overview
from nuudel.domains.campaigns.models import Training
from nuudel.domains.campaigns.results import Scores, scores_of
from nuudel.web.access.decisions import may, visible
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import User
from nuudel.web.words import language

MOST_TRAININGS = 100


@dataclass(frozen=True)
class Changed:
    """What a training changed: the scores before and after."""

    training: Training
    scores: Scores


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The public counts, and the scores of the trainings whose participants the user may see."""
    rows = events_overview()
    places = Place.objects.filter(code__in={row.place for row in rows})
    names = {place.code: place.name(language()) for place in places}
    minimum = parameters.value("minimum_group", localdate())
    shown = {
        "rows": [(row, names.get(row.place, row.place)) for row in rows],
        "scores": scored(request.user, minimum),  # type: ignore[arg-type]
        "minimum": minimum,
    }
    return render(request, "campaigns/figures.html", shown)


def scored(user: User, minimum: int) -> list[Changed]:
    """Trainings with enough scores that no single one can be read off their means, the latest first."""
    if not may(user, "campaigns.participant", "read"):
        return []
    held = visible(Training.objects.filter(state__in=("held", "evaluated")), user, "campaigns.training")
    found = [Changed(training, scores_of(training)) for training in held.order_by("-start")[:MOST_TRAININGS]]
    return [changed for changed in found if changed.scores.persons >= minimum]
