"""Routes of the explorer: all public, none uses the database."""

from nuudel.web.access.routes import Rule

ROUTES: dict[str, Rule] = {}
