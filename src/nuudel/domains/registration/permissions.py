"""Who may do what with the register: gathered from its parts."""

from nuudel.domains.registration.documents import permissions as documents
from nuudel.domains.registration.duplicates import permissions as duplicates
from nuudel.domains.registration.figures import permissions as figures
from nuudel.domains.registration.moves import permissions as moves
from nuudel.domains.registration.notices import permissions as notices
from nuudel.domains.registration.persons import permissions as persons
from nuudel.domains.registration.residence import permissions as residence
from nuudel.domains.registration.retention import permissions as retention
from nuudel.domains.registration.unregistered import permissions as unregistered
from nuudel.web.access.roles import PermissionTable, merged
from nuudel.web.access.routes import Rule

PARTS = (persons, residence, documents, moves, notices, duplicates, unregistered, retention, figures)

PERMISSIONS: PermissionTable = merged(part.GRANTS for part in PARTS)
ROUTES: dict[str, Rule] = {name: rule for part in PARTS for name, rule in part.ROUTES.items()}
