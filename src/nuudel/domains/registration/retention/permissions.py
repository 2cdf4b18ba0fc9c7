"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

GRANTS: PermissionTable = {
    "registration.hold": (
        *permit(Role.ADMINISTRATOR, Scope.ALL, "create", "change", "comment", "read", "lift"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {}
