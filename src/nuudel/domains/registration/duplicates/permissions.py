"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_record

GRANTS: PermissionTable = {
    "registration.pair": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read"),
        *permit(Role.REGISTRAR, Scope.PLACE, "propose", "merge", "keep_apart", "unmerge", "reopen"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {"pair_decide": of_record("registration.pair")}
