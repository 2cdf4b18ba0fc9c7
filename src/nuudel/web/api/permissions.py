"""Who may open the routes of the API: figures are everybody's, records are opened by a token in the view."""

from nuudel.web.access.routes import PUBLIC, SIGNED_IN, STATISTICS, Rule

FIGURES = (
    "statistics-release",
    "statistics-places",
    "statistics-place",
    "statistics-series",
    "statistics-forecast",
    "statistics-scenarios",
    "statistics-flows",
    "statistics-indicators",
    "statistics-indicator",
    "statistics-values",
    "tables-list",
    "tables-show",
    "tables-data",
)
ROUTES: dict[str, Rule] = {
    **{f"api-v1:{name}": STATISTICS for name in FIGURES},
    # Every other operation asks for a token before it does anything.
    "api-v1:*": PUBLIC,
    "api-root": STATISTICS,
    "api-openapi": STATISTICS,
    "pxweb-1": STATISTICS,
    "pxweb-1-databases": STATISTICS,
    "pxweb-2": STATISTICS,
    "api-docs": STATISTICS,
    "api-v1-root": STATISTICS,
    "api-description": PUBLIC,
    "api-unknown": STATISTICS,
    "api-tokens": SIGNED_IN,
    "api-token-end": SIGNED_IN,
}
