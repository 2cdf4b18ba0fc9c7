"""Who makes rules, and who is told of alerts and answers them."""

from nuudel.domains.displacement.models.alerts import TOLD
from nuudel.domains.displacement.roles import counted, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

ANSWERING = tuple(
    grant
    for role in TOLD
    for grant in permit(role, Scope.INSTITUTION_PLACE, "read", "comment", "see", "handle", "dismiss")
)

GRANTS: PermissionTable = {
    "displacement.alert_rule": (
        *running("create", "change", "comment", "read", "export", "end", "resume"),
        *counted(),
        *permit(Role.SERVICE, Scope.ALL, "read", "fail", "recover"),
    ),
    "displacement.alert": (
        *ANSWERING,
        *running("export"),
        *counted(),
        *permit(Role.SERVICE, Scope.ALL, "read", "create", "lapse"),
    ),
}

ROUTES: dict[str, Rule] = {}
