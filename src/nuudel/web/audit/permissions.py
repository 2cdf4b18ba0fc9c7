"""Who may read the audit: auditors and administrators, all of it."""

from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

PERMISSIONS: PermissionTable = {
    "audit.entry": (
        *permit(Role.AUDITOR, Scope.ALL, "read", "export"),
        *permit(Role.ADMINISTRATOR, Scope.ALL, "read", "export"),
    ),
}

READERS = of_roles(Role.AUDITOR, Role.ADMINISTRATOR)
ROUTES: dict[str, Rule] = {"audit_entries": READERS, "audit_export": READERS}
