"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

FINDING = (Role.REGISTRAR, Role.CASE_WORKER, Role.FIELD_ENUMERATOR)
WORK = ("create", "change", "comment", "read", "contact", "close")

GRANTS: PermissionTable = {
    "registration.unregistered": (
        *(grant for role in FINDING for grant in permit(role, Scope.PLACE, *WORK)),
        *permit(Role.REGISTRAR, Scope.PLACE, "register"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {}
