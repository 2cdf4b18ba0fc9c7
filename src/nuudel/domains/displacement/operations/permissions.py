"""Who may do what with operations, rounds, assignments and keys of phones."""

from nuudel.domains.displacement.operations import states
from nuudel.domains.displacement.roles import RUNNING, SENDING, SERVING, counted, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

STEPS = tuple(step.action for step in states.STEPS)
SEEN = permit(SENDING, Scope.INSTITUTION, "read")

GRANTS: PermissionTable = {
    "displacement.operation": (
        *running("create", "change", "comment", "read", "export", "rehearse", *STEPS),
        *counted(),
        *SEEN,
        *SERVING,
        *permit(Role.SERVICE, Scope.ALL, "rehearse"),
    ),
    "displacement.round": (
        *running("create", "change", "comment", "read", "export", *STEPS),
        *counted(),
        *SEEN,
        *SERVING,
        *permit(Role.SERVICE, Scope.ALL, "check"),
    ),
    "displacement.assignment": (
        *running("create", "comment", "read", "end"),
        *permit(SENDING, Scope.OWN, "read"),
        *SERVING,
    ),
    # A browser's record follows from somebody's first sending.
    "displacement.device": (
        *running("create", "comment", "read", "revoke"),
        *permit(Role.SERVICE, Scope.ALL, "create"),
        *SERVING,
    ),
}

ROUTES: dict[str, Rule] = {
    "displacement_device": of_roles(*RUNNING),
    "displacement_collecting": of_roles(SENDING, *RUNNING),
}
