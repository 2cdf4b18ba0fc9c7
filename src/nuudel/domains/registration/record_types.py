"""All record types of the register, in the order in which they are shown."""

from nuudel.domains.registration.documents import record_types as documents
from nuudel.domains.registration.duplicates import record_types as duplicates
from nuudel.domains.registration.moves import record_types as moves
from nuudel.domains.registration.notices import record_types as notices
from nuudel.domains.registration.persons import record_types as persons
from nuudel.domains.registration.residence import record_types as residence
from nuudel.domains.registration.retention import record_types as retention
from nuudel.domains.registration.unregistered import record_types as unregistered

RECORD_TYPES = (
    *moves.RECORD_TYPES,
    *persons.RECORD_TYPES,
    *residence.RECORD_TYPES,
    *documents.RECORD_TYPES,
    *duplicates.RECORD_TYPES,
    *notices.RECORD_TYPES,
    *unregistered.RECORD_TYPES,
    *retention.RECORD_TYPES,
)
