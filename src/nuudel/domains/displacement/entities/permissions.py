"""Who may do what with entries of lists: as with the tables that fill them."""

from nuudel.domains.displacement.roles import RUNNING, SENDING, SERVING, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

STEPS = ("create", "change", "withdraw", "restore")

# A list may name people: only who runs the operation and who collects for it.
GRANTS: PermissionTable = {
    "displacement.entity": (
        *running(*STEPS, "comment", "read"),
        *permit(SENDING, Scope.INSTITUTION, "read"),
        *SERVING,
        *permit(Role.SERVICE, Scope.ALL, *STEPS),
    ),
}

ROUTES: dict[str, Rule] = {
    "displacement_lists": of_roles(*RUNNING),
    "displacement_list_file": of_roles(*RUNNING),
}
