"""Who may open the pages of the register."""

from nuudel.web.access.roles import PermissionTable, Role
from nuudel.web.access.routes import Rule, of_roles

LOCAL = (Role.REGISTRAR, Role.CASE_WORKER)
COUNTING = (
    *LOCAL,
    Role.PLANNER,
    Role.ANALYST,
    Role.POLICY_COORDINATOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

GRANTS: PermissionTable = {}

ROUTES: dict[str, Rule] = {
    "otor_overview": of_roles(*LOCAL),
    "otor_figures": of_roles(*COUNTING),
    "otor_figures_csv": of_roles(*COUNTING),
}
