"""Who may send messages: registrars and case workers, to households at their place."""

from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

GRANTS: PermissionTable = {
    "otor.message": (
        *(
            grant
            for role in (Role.REGISTRAR, Role.CASE_WORKER)
            for grant in permit(
                role, Scope.PLACE, "create", "change", "comment", "read", "send", "try_again", "discard"
            )
        ),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change", "finish"),
    ),
    "otor.delivery": (
        *permit(Role.REGISTRAR, Scope.PLACE, "read"),
        *permit(Role.CASE_WORKER, Scope.PLACE, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
}

ROUTES: dict[str, Rule] = {}
