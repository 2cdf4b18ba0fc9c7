"""Who may do what with forms, and who may open their pages."""

from nuudel.domains.displacement.roles import RUNNING, SENDING, SERVING, counted, running
from nuudel.web.access.roles import PermissionTable, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

SEEN = permit(SENDING, Scope.INSTITUTION, "read")

GRANTS: PermissionTable = {
    "displacement.form": (
        *running("create", "change", "comment", "read", "export", "open", "close", "reopen"),
        *counted(),
        *SEEN,
        *SERVING,
    ),
    "displacement.version": (*running("create", "comment", "read"), *counted(), *SEEN, *SERVING),
    # A table of key informants names people: only who runs the operation and who collects for it.
    "displacement.table": (*running("create", "comment", "read", "withdraw"), *SEEN, *SERVING),
}

ROUTES: dict[str, Rule] = {
    "displacement_upload": of_roles(*RUNNING),
    "displacement_table": of_roles(*RUNNING),
    "displacement_workbook": of_roles(*RUNNING),
}
