"""Routes of the explorer: all public, none uses the database."""

from nuudel.web.access.routes import STATISTICS, Rule

ROUTES: dict[str, Rule] = {"explore": STATISTICS, "figures": STATISTICS}
