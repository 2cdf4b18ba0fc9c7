"""Who may do what with frames, teams and informants, and who may open their pages."""

from nuudel.domains.displacement.frames import states
from nuudel.domains.displacement.roles import READING, RUNNING, SENDING, SERVING, counted, running
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles

BY_HAND = tuple(step.action for step in states.AREA.transitions if step.action != "finish")
SEEN = permit(SENDING, Scope.INSTITUTION, "read")
FOLLOWING = permit(Role.SERVICE, Scope.ALL, "finish")

GRANTS: PermissionTable = {
    "displacement.area": (
        *running("create", "change", "comment", "read", "export", *BY_HAND),
        *counted(),
        *SEEN,
        *SERVING,
        *FOLLOWING,
    ),
    "displacement.team": (*running("create", "change", "comment", "read"), *SERVING),
    "displacement.member": (*running("create", "comment", "read", "leave"), *SERVING),
    # Of those that an enumerator's institution has, the database shows the ones in the areas of the own
    # assignments alone (migration 0004).
    "displacement.informant": (
        *running("create", "change", "comment", "read", "retire", "ask_again"),
        *SEEN,
        *SERVING,
    ),
}

ROUTES: dict[str, Rule] = {
    "displacement_frame": of_roles(*RUNNING),
    "displacement_frame_table": of_roles(*RUNNING),
    "displacement_place_codes": of_roles(*RUNNING),
    "displacement_plan": of_roles(*RUNNING),
    "displacement_coverage": of_roles(*RUNNING, *READING, SENDING),
    "displacement_coverage_part": of_roles(*RUNNING, *READING, SENDING),
    "displacement_calendar": of_roles(*RUNNING, *READING, SENDING),
    "displacement_informants": of_roles(*RUNNING),
    "displacement_team_assign": of_roles(*RUNNING),
}
