"""Who may open the herder's pages: citizens; without a household they show the link form alone."""

from nuudel.web.access.roles import PermissionTable, Role
from nuudel.web.access.routes import Rule, of_roles

GRANTS: PermissionTable = {}

ROUTES: dict[str, Rule] = dict.fromkeys(
    ("otor_my", "otor_my_link", "otor_my_ask", "otor_my_extend"), of_roles(Role.CITIZEN)
)
