"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

FINDING = (Role.REGISTRAR, Role.CASE_WORKER, Role.FIELD_ENUMERATOR)
PLANNING = (Role.PLANNER, Role.ANALYST, Role.POLICY_COORDINATOR)
WORK = ("create", "change", "comment", "read", "contact", "close", "reopen")

GRANTS: PermissionTable = {
    "registration.unregistered": (
        *(grant for role in FINDING for grant in permit(role, Scope.PLACE, *WORK)),
        # settle: name the household that the people are registered in; the step follows from it.
        *permit(Role.REGISTRAR, Scope.PLACE, "settle"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "registration_unregistered_list": of_roles(*FINDING),
    "registration_unregistered_counts": of_roles(
        *FINDING, Role.PLANNER, Role.ANALYST, Role.POLICY_COORDINATOR
    ),
    "registration_unregistered_settled": of_roles(Role.REGISTRAR),
}
