"""Who may do what with households: the soum where they are at home, and the one where they are on otor."""

from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

PARTS = ("create", "change", "read", "export", "withdraw")

GRANTS: PermissionTable = {
    "otor.household": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read", "export"),
        *permit(Role.REGISTRAR, Scope.PLACE, "release_account", "end", "reopen"),
        *permit(Role.CASE_WORKER, Scope.PLACE, "read", "comment"),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
    "otor.count": (
        *permit(Role.REGISTRAR, Scope.PLACE, *PARTS),
        *permit(Role.CASE_WORKER, Scope.PLACE, "read"),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
    "otor.camp": (
        *permit(Role.REGISTRAR, Scope.PLACE, *PARTS),
        *permit(Role.CASE_WORKER, Scope.PLACE, "read"),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
}

ROUTES: dict[str, Rule] = {}
