"""Who may set capacities, and who may open the pages of pasture and hosts."""

from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

SETTING = (Role.REGISTRAR, Role.PLANNER)
READING = (*SETTING, Role.CASE_WORKER, Role.ANALYST, Role.POLICY_COORDINATOR, Role.AUDITOR)

GRANTS: PermissionTable = {
    "otor.capacity": (
        *(grant for role in SETTING for grant in permit(role, Scope.PLACE, "create", "withdraw", "comment")),
        # Nothing personal, and every soum is a possible host.
        *(grant for role in READING for grant in permit(role, Scope.ALL, "read", "export")),
        *permit(Role.SERVICE, Scope.ALL, "read"),
    ),
}

ROUTES: dict[str, Rule] = {
    "otor_pasture": of_roles(*READING),
    "otor_hosts": of_roles(*SETTING, Role.ANALYST, Role.POLICY_COORDINATOR),
}
