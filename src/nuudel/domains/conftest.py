"""A database of its own for every test module of a domain."""

from nuudel.web.testing import client, database

__all__ = ["client", "database"]
