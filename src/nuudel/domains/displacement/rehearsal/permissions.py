"""Who may open the part's pages."""

from nuudel.domains.displacement.roles import RUNNING
from nuudel.web.access.routes import Rule, of_roles

ROUTES: dict[str, Rule] = {
    "displacement_rehearse": of_roles(*RUNNING),
    "displacement_rehearse_end": of_roles(*RUNNING),
}
