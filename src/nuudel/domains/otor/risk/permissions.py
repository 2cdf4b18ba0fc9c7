"""Who may open the page of the risk: every officer, for nothing on it is about a person."""

from nuudel.web.access.roles import PermissionTable
from nuudel.web.access.routes import OFFICER, Rule

GRANTS: PermissionTable = {}

ROUTES: dict[str, Rule] = {"otor_risk": OFFICER}
