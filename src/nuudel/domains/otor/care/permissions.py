"""Who may do what with services and conflicts: registrars and case workers of both soums."""

from nuudel.domains.otor.care import states
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule
from nuudel.web.shell.states import StateTable

WORKING = (Role.REGISTRAR, Role.CASE_WORKER)


def working(table: StateTable) -> tuple[str, ...]:
    return ("create", "change", "comment", "read", "export", *(step.action for step in table.transitions))


GRANTS: PermissionTable = {
    "otor.service": (
        *(grant for role in WORKING for grant in permit(role, Scope.PLACE, *working(states.SERVICE))),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
    "otor.conflict": (
        *(grant for role in WORKING for grant in permit(role, Scope.PLACE, *working(states.CONFLICT))),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
    "otor.mediation": (
        *(grant for role in WORKING for grant in permit(role, Scope.PLACE, *working(states.MEDIATION))),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "change"),
    ),
}

ROUTES: dict[str, Rule] = {}
