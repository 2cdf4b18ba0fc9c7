"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

GRANTS: PermissionTable = {
    "registration.move": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read", "withdraw"),
        *permit(Role.REGISTRAR, Scope.PLACE, "verify", "ask_for_papers", "send_papers", "approve", "refuse"),
        *permit(Role.REGISTRAR, Scope.PLACE, "uphold", "reverse"),
        *permit(Role.CITIZEN, Scope.OWN, "create", "read", "comment", "send_papers", "withdraw", "appeal"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.move_member": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "read"),
        *permit(Role.CITIZEN, Scope.OWN, "create", "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {}
