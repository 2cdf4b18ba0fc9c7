"""Who may open the part's pages."""

from nuudel.domains.displacement.roles import RUNNING
from nuudel.web.access.routes import Rule, of_roles

ROUTES: dict[str, Rule] = {"displacement_setup": of_roles(*RUNNING)}
