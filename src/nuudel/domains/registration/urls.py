"""The register's own pages, gathered from its parts."""

from nuudel.domains.registration.documents import urls as documents
from nuudel.domains.registration.duplicates import urls as duplicates
from nuudel.domains.registration.figures import urls as figures
from nuudel.domains.registration.moves import urls as moves
from nuudel.domains.registration.notices import urls as notices
from nuudel.domains.registration.persons import urls as persons
from nuudel.domains.registration.residence import urls as residence
from nuudel.domains.registration.retention import urls as retention
from nuudel.domains.registration.unregistered import urls as unregistered

PARTS = (persons, residence, documents, moves, notices, duplicates, unregistered, retention, figures)

urlpatterns = [pattern for part in PARTS for pattern in part.urlpatterns]
