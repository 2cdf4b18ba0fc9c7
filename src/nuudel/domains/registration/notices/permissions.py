"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

GRANTS: PermissionTable = {
    "registration.notice": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "comment", "read", "apply", "reject", "take_back"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.notices_file": (
        *permit(Role.REGISTRAR, Scope.OWN, "read", "create"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "registration_notices_file": of_roles(Role.REGISTRAR),
    "registration_notices_read": of_roles(Role.REGISTRAR),
}
