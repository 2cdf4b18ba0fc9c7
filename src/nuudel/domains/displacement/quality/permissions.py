"""Who decides about flags: who runs the operation; who was asked answers."""

from nuudel.domains.displacement.roles import RUNNING, SENDING, counted, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

FOLLOWING = ("read", "create", "correct", "drop", "lapse", "return")

GRANTS: PermissionTable = {
    # A flag becomes an enumerator's own once he is asked; who runs the operation may be sent too.
    "displacement.flag": (
        *permit(SENDING, Scope.OWN, "read", "comment", "answer"),
        *(grant for role in RUNNING for grant in permit(role, Scope.OWN, "answer")),
        *running("read", "export", "comment", "ask", "accept", "reject"),
        *permit(Role.SERVICE, Scope.ALL, *FOLLOWING),
    ),
    "displacement.limit": (
        *running("create", "read", "export", "comment", "end"),
        *counted(),
        *permit(Role.SERVICE, Scope.ALL, "read"),
    ),
}

ROUTES: dict[str, Rule] = {"displacement_enumerators": of_roles(*RUNNING)}
