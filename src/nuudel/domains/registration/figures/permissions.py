"""Who may open the part's own pages; its facts are those of the register's other parts."""

from nuudel.web.access.roles import PermissionTable, Role
from nuudel.web.access.routes import Rule, of_roles

GRANTS: PermissionTable = {}

READING = (Role.REGISTRAR, Role.ANALYST, Role.PLANNER, Role.POLICY_COORDINATOR)

ROUTES: dict[str, Rule] = {
    "registration_figures": of_roles(*READING),
    "registration_figures_csv": of_roles(*READING),
}
