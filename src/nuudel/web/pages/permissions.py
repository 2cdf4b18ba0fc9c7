"""Routes of the public pages: all open; one reads the registers' public counts, the others no database."""

from nuudel.web.access.routes import PUBLIC, STATISTICS, Rule

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
ROUTES: dict[str, Rule] = dict.fromkeys(NAMES, STATISTICS) | {"activities": PUBLIC}
