"""A database of its own for every test module of web."""

from nuudel.web.testing import client, database, start_platform

__all__ = ["client", "database"]

start_platform()  # before the modules below import Django's models
