"""The registers and services, one folder each; this list is the one place that names them all."""

DOMAINS: tuple[str, ...] = ("registration", "otor", "displacement", "campaigns")
"""Names of the folders, in the order in which they are shown."""
