"""The domain's public pages to which the explorer leads (web/pages/ways.py)."""

ALL, PLACE = "displacement_published", "displacement_published_place"
TITLE = "displacement.published.title"
