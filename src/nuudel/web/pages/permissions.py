"""Routes of the public pages: all open, none uses the database."""

from nuudel.web.access.routes import STATISTICS, Rule

NAMES = (
    "places",
    "place",
    "compare",
    "timeline",
    "reports",
    "report",
    "data",
    "table",
    "table_file",
    "download",
)
ROUTES: dict[str, Rule] = dict.fromkeys(NAMES, STATISTICS)
