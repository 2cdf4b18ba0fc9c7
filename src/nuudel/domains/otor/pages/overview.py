"""What an office sees of its soum: who is here, who of ours is away, what waits, what is contested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nuudel.domains.otor.herds import sheep_units
from nuudel.domains.otor.models import Conflict, OtorRequest
from nuudel.domains.otor.pasture.panel import load_of
from nuudel.domains.otor.requests.states import HERE, PROMISED
from nuudel.domains.otor.spots import SOUM
from nuudel.model.pasture.load import Load
from nuudel.web.access.decisions import codes_below, visible
from nuudel.web.access.models import Place
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.shell.shown import place_names

MOST = 200


@dataclass(frozen=True)
class Row:
    """A request as a line of the overview; ``days`` are those left, below 0 those over."""

    request: OtorRequest
    other: str
    units: float
    days: int


@dataclass(frozen=True)
class Overview:
    """A soum or an aimag today.

    Attributes
    ----------
    waiting, extensions, here, away, coming
        Requests without an answer, asked to be extended, guests, own households elsewhere, expected guests.
    persons, units
        Of the guests; units in sheep units.
    load
        Of the pasture, for a soum.
    """

    place: Place
    waiting: Sequence[Row]
    extensions: Sequence[Row]
    here: Sequence[Row]
    away: Sequence[Row]
    coming: Sequence[Row]
    conflicts: Sequence[Conflict]
    persons: int
    units: float
    load: Load | None


def places_of(user: User) -> list[Place]:
    """Where the user works, from the country down; each place that a posting names."""
    roles = (Role.REGISTRAR, Role.CASE_WORKER)
    named = {posting.place for posting in user.current_postings if posting.role in roles}
    if "" in named:
        return sorted(Place.objects.exclude(level=SOUM), key=lambda place: place.path)
    own = list(Place.objects.filter(code__in=named))
    below = [row for place in own if place.level != SOUM for row in Place.objects.filter(parent=place.code)]
    return sorted([*own, *below], key=lambda place: place.path)


def overview_of(user: User, place: Place, today: date) -> Overview:
    """Everything of a place that the user may see."""
    codes = codes_below(place.code)
    rows = visible(OtorRequest.objects.all(), user, "otor.request")
    to_us, from_us = rows.filter(place__in=codes), rows.filter(other_place__in=codes)
    here = list(to_us.filter(state__in=HERE).order_by("last_day")[:MOST])
    away = list(from_us.filter(state__in=HERE).order_by("last_day")[:MOST])
    waiting = list(to_us.filter(state="requested").order_by("answer_by")[:MOST])
    coming = list(to_us.filter(state__in=PROMISED).order_by("first_day")[:MOST])
    asked = [one for one in here if one.state == "extension_asked"]
    names = place_names(
        code for one in (*here, *away, *waiting, *coming) for code in (one.place, one.other_place)
    )
    contested = visible(Conflict.objects.filter(place__in=codes), user, "otor.conflict")
    is_soum = place.level == SOUM
    return Overview(
        place=place,
        waiting=[row_of(one, names[one.other_place], (one.answer_by - today).days) for one in waiting],
        extensions=[row_of(one, names[one.other_place], (one.last_day - today).days) for one in asked],
        here=[row_of(one, names[one.other_place], (one.last_day - today).days) for one in here],
        away=[row_of(one, names[one.place], (one.last_day - today).days) for one in away],
        coming=[row_of(one, names[one.other_place], (one.first_day - today).days) for one in coming],
        conflicts=list(contested.filter(state__in=("recorded", "in_mediation")).order_by("day")[:MOST]),
        persons=sum(one.persons for one in here),
        units=sum(sheep_units(one.herd, today) for one in here),
        load=load_of(place.code, today) if is_soum else None,
    )


def row_of(request: OtorRequest, other: str, days: int) -> Row:
    return Row(request, other, sheep_units(request.herd, request.first_day), days)
