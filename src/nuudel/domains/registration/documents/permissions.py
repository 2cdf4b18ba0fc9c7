"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

GRANTS: PermissionTable = {
    "registration.document": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read"),
        *permit(Role.REGISTRAR, Scope.PLACE, "issue", "refuse", "report_lost", "expire", "withdraw"),
        *permit(Role.CITIZEN, Scope.OWN, "read", "report_lost"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "documents_no_papers": of_roles(Role.REGISTRAR),
    "documents_by_witnesses": of_roles(Role.REGISTRAR),
}
