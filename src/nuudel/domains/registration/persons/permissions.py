"""Who may do what with the part's records."""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_record, of_roles

GRANTS: PermissionTable = {
    "registration.person": (
        # look_up: of anybody, by number or with a purpose; link_account: once the person is identified.
        *permit(Role.REGISTRAR, Scope.PLACE, "create", "change", "comment", "read"),
        *permit(Role.REGISTRAR, Scope.PLACE, "look_up", "link_account"),
        *permit(Role.CITIZEN, Scope.OWN, "read"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "persons_look_up": of_roles(Role.REGISTRAR),
    "persons_photo": of_record("registration.person"),
    "persons_photo_send": of_roles(Role.REGISTRAR),
    "persons_account": of_roles(Role.REGISTRAR),
}
