"""The country whose places, countries of origin and residents the domain looks up."""

PACK = "mongolia"
"""Key of its pack."""
