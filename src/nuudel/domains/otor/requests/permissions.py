"""Who may do what with requests: both soums concerned, each its own steps (``rules``), and the herder."""

from nuudel.domains.otor.requests.states import REQUEST
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

STEPS = tuple(step.action for step in REQUEST.transitions if step.action != "expire")

GRANTS: PermissionTable = {
    "otor.request": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read", "export", *STEPS),
        *permit(Role.CASE_WORKER, Scope.PLACE, "read", "comment"),
        *permit(Role.CITIZEN, Scope.OWN, "read", "comment", "withdraw", "ask_extension"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change", "expire"),
    ),
}

ROUTES: dict[str, Rule] = {}
