"""What the system itself does with the register's records, for whoever's step it follows from."""

WRITES = ("create", "change")
"""Actions by which the database knows that the service account may write."""
