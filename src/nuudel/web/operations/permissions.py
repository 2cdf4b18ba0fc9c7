"""Routes for monitors."""

from nuudel.web.access.routes import STATISTICS, Rule

ROUTES: dict[str, Rule] = {"healthz": STATISTICS, "metrics": STATISTICS}
