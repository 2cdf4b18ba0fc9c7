"""Who may open the results of a round: who runs the operation; figures are of what one may read."""

from nuudel.domains.displacement.roles import RUNNING
from nuudel.web.access.routes import Rule, of_roles

ROUTES: dict[str, Rule] = {
    "displacement_results": of_roles(*RUNNING),
    "displacement_results_report": of_roles(*RUNNING),
    "displacement_results_exact": of_roles(*RUNNING),
    "displacement_results_exact_book": of_roles(*RUNNING),
    "displacement_results_areas": of_roles(*RUNNING),
    "displacement_results_areas_book": of_roles(*RUNNING),
}
