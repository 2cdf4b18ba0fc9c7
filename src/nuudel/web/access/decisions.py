"""The application's own check, before the database's: what a user may do with a record.

The two are written apart on purpose; a test compares them over all roles, scopes and places.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from nuudel.web.access.context import known_below, known_paths
from nuudel.web.access.models import Place, Protected
from nuudel.web.access.roles import Permission, Role, Scope
from nuudel.web.access.tables import permission_tables

if TYPE_CHECKING:
    from nuudel.web.accounts.models import Posting, User

Kept = TypeVar("Kept", bound=Protected)


def held(user: "User | None", record_type: str, action: str) -> "list[tuple[Posting, Scope]]":
    """The user's postings that permit the action on some records of the type, each with its scope."""
    if user is None:
        return []
    declared: tuple[Permission, ...] = permission_tables().get(record_type, ())
    return [
        (posting, permission.scope)
        for posting in user.current_postings
        for permission in declared
        if permission.action == action and permission.role == posting.role
    ]


def may(user: "User | None", record_type: str, action: str, record: Protected | None = None) -> bool:
    """Whether a user may do an action with a record, or with any record of the type where none is given."""
    grants = held(user, record_type, action)
    if record is None:
        return bool(grants)
    return any(reaches(posting, scope, record, user) for posting, scope in grants)


def reaches(posting: "Posting", scope: Scope, record: Protected, user: "User | None") -> bool:
    """Whether a posting's permission of a scope reaches a record."""
    at_place = not posting.place or any(
        posting.place in path_of(place) for place in (record.place, record.other_place) if place
    )
    at_institution = posting.institution_id == record.institution_id
    return {
        Scope.ALL: True,
        Scope.INSTITUTION: at_institution,
        Scope.PLACE: at_place,
        Scope.INSTITUTION_PLACE: at_institution and at_place,
        Scope.OWN: user is not None and user.pk in (record.created_by_id, record.holder_id),
    }[scope]


def path_of(code: str) -> Iterable[str]:
    """The codes from the country down to a place; none where the place is unknown, as in the database."""
    known = known_paths()
    if code not in known:
        known[code] = Place.objects.filter(code=code).values_list("path", flat=True).first() or []
    return known[code]


def works_for(user: "User", place: str, *roles: Role) -> bool:
    """Whether the user is posted at a place, or above it, as a registrar or in one of some other roles."""
    wanted = roles or (Role.REGISTRAR,)
    posts = [posting for posting in user.current_postings if posting.role in wanted]
    above = path_of(place)
    return any(not posting.place or posting.place in above for posting in posts)


def codes_below(code: str) -> list[str]:
    """A place and all below it, looked up before the records are: so an index on places is used."""
    known = known_below()
    if code not in known:
        known[code] = list(Place.objects.filter(path__contains=[code]).values_list("code", flat=True))
    return known[code]


def demand(user: "User | None", record_type: str, action: str, record: Protected | None = None) -> None:
    """Refuse (403) what a user may not do."""
    if not may(user, record_type, action, record):
        raise PermissionDenied


def visible(queryset: "QuerySet[Kept]", user: "User | None", record_type: str) -> "QuerySet[Kept]":
    """Only the records that the user may read."""
    reached = Q(pk__in=[])
    for posting, scope in held(user, record_type, "read"):
        reached |= reach_of(posting, scope, user)
    return queryset.filter(reached)


def reach_of(posting: "Posting", scope: Scope, user: "User | None") -> Q:
    """The same as ``reaches``, as a condition on rows."""
    everywhere = ~Q(pk__in=[])
    below = codes_below(posting.place) if posting.place else []
    at_place = Q(place__in=below) | Q(other_place__in=below) if posting.place else everywhere
    at_institution = Q(institution=posting.institution_id)
    return {
        Scope.ALL: everywhere,
        Scope.INSTITUTION: at_institution,
        Scope.PLACE: at_place,
        Scope.INSTITUTION_PLACE: at_institution & at_place,
        Scope.OWN: Q(created_by=user) | Q(holder=user),
    }[scope]
