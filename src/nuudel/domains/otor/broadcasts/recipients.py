"""Whom a message reaches: households on otor at a place in a period, those at home there, or both."""

from django.db.models import Q, QuerySet

from nuudel.domains.otor.models import HerderHousehold, Message, OtorRequest
from nuudel.domains.otor.requests.states import HERE
from nuudel.web.access.models import Place


def households(message: Message) -> "QuerySet[HerderHousehold]":
    """The households of a message, each once; to be asked with the system's rights.

    On otor there: those that have come by the last day and have not left, and those that agreed to come in
    the period.
    """
    below = Place.objects.filter(path__contains=[message.place]).values("code")
    came = Q(state__in=HERE, arrived_on__lte=message.last_day)
    coming = Q(state="agreed", first_day__lte=message.last_day, last_day__gte=message.first_day)
    there = OtorRequest.objects.filter(came | coming, place__in=below).values("household")
    reached = Q(pk__in=[])
    if message.audience in ("here_now", "both"):
        reached |= Q(pk__in=there)
    if message.audience in ("home_here", "both"):
        reached |= Q(place__in=below)
    return HerderHousehold.objects.filter(reached, state="active")
