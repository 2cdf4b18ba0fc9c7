"""Routes of the frame itself."""

from nuudel.web.access.routes import PUBLIC, STATISTICS, Rule

ROUTES: dict[str, Rule] = {
    "set_language": PUBLIC,
    "root": STATISTICS,
}
