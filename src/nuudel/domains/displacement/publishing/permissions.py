"""Who publishes: who runs the operation; what was published is for everybody."""

from nuudel.domains.displacement.roles import RUNNING, counted, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import PUBLIC, Rule, of_roles

GRANTS: PermissionTable = {
    "displacement.publication": (
        *running("create", "read", "export", "comment", "withdraw"),
        *counted(),
        *permit(Role.SERVICE, Scope.ALL, "read", "replace"),
    ),
}
ROUTES: dict[str, Rule] = {
    "displacement_publish": of_roles(*RUNNING),
    "displacement_published": PUBLIC,
    "displacement_published_round": PUBLIC,
    "displacement_published_table": PUBLIC,
    "displacement_published_place": PUBLIC,
}
