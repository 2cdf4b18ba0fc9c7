"""Who may do what with submissions: enumerators with their own, who runs the operation with all of it."""

from nuudel.domains.displacement.roles import RUNNING, SENDING, SERVING, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

# Who runs an operation may be assigned to an area too, and send.
GRANTS: PermissionTable = {
    "displacement.submission": (
        *permit(SENDING, Scope.OWN, "create", "read", "comment"),
        *running("create", "comment", "read", "reject"),
        *SERVING,
        *permit(Role.SERVICE, Scope.ALL, "replace"),
    ),
    "displacement.file": (
        *permit(SENDING, Scope.OWN, "create", "send_again", "read"),
        *running("create", "send_again", "read"),
        *SERVING,
    ),
}

ROUTES: dict[str, Rule] = {
    "displacement_sent_xml": of_roles(SENDING, *RUNNING),
    "displacement_sent_file": of_roles(SENDING, *RUNNING),
}
