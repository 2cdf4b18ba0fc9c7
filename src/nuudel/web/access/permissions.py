"""Routes of the frame itself."""

from nuudel.web.access.routes import STATISTICS, Rule

ROUTES: dict[str, Rule] = {
    "root": STATISTICS,
}
