"""S3: the register of residence: persons, households, dwellings, documents, and moves between places."""
