"""Node and centre must be of the same version: their tables are compared before anything else."""

import hashlib
from functools import cache

from django.db.migrations.loader import MigrationLoader

from nuudel.base.errors import WebError

PROTOCOL = 1


@cache
def version() -> str:
    """The same for programs with the same tables and messages."""
    leaves = sorted(MigrationLoader(None).graph.leaf_nodes())
    return f"{PROTOCOL}-{hashlib.sha256(repr(leaves).encode()).hexdigest()[:16]}"


def demand_version(theirs: str) -> None:
    """``WEB-486`` where the other side is of another version."""
    if theirs != version():
        raise WebError(
            486,
            "node and centre are of different versions.",
            "Bring both up to the same version of Nuudel; what waits is kept.",
        )
