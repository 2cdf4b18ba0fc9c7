"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

GRANTS: PermissionTable = {
    "registration.dwelling": (
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read", "export", "close"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.household": (
        # register: with its dwelling and members, on a page of the part's own.
        *permit(Role.REGISTRAR, Scope.PLACE, "register", "change", "comment", "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.residence": (
        *permit(Role.REGISTRAR, Scope.PLACE, "read", "create"),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "residence_register": of_roles(Role.REGISTRAR),
    "residence_members": of_roles(Role.REGISTRAR),
    "residence_residents": of_roles(Role.REGISTRAR),
    "residence_person": of_roles(Role.REGISTRAR),
    "residence_correction": of_roles(Role.REGISTRAR),
}
