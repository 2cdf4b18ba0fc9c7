"""The register's records, one file a subject."""

from nuudel.domains.registration.models.cases import Hold, Pair, UnregisteredHousehold
from nuudel.domains.registration.models.documents import IdentityDocument
from nuudel.domains.registration.models.moves import Move, MoveDraft, MoveMember
from nuudel.domains.registration.models.names import NameVariant
from nuudel.domains.registration.models.notices import CivilNotice, NoticesFile
from nuudel.domains.registration.models.persons import Person
from nuudel.domains.registration.models.residence import Dwelling, Household, ResidenceEvent

__all__ = [
    "CivilNotice",
    "Dwelling",
    "Hold",
    "Household",
    "IdentityDocument",
    "Move",
    "MoveDraft",
    "MoveMember",
    "NameVariant",
    "NoticesFile",
    "Pair",
    "Person",
    "ResidenceEvent",
    "UnregisteredHousehold",
]
