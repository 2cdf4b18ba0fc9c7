"""Who may open the pages of points: who runs the operation; figures are of what one may read."""

from nuudel.domains.displacement.roles import RUNNING
from nuudel.web.access.routes import Rule, of_roles

ROUTES: dict[str, Rule] = {
    "displacement_points": of_roles(*RUNNING),
    "displacement_point": of_roles(*RUNNING),
    "displacement_points_report": of_roles(*RUNNING),
    "displacement_points_exact": of_roles(*RUNNING),
    "displacement_points_exact_book": of_roles(*RUNNING),
    "displacement_points_passages": of_roles(*RUNNING),
    "displacement_points_passages_book": of_roles(*RUNNING),
}
