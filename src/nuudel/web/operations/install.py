"""Bring a database up to date with the program: migrations, the cache's table, permissions and places."""

from collections.abc import Callable

OWNER = "owner"


def install(say: Callable[[str], None] = lambda step: None) -> None:
    """Migrate as the owner; whatever is already there stays."""
    from django.core.management import call_command

    from nuudel.web.access.sync import sync_permissions, sync_places

    say("migrations")
    call_command("migrate", database=OWNER, interactive=False, verbosity=0)
    call_command("createcachetable", database=OWNER, verbosity=0)
    say("permissions and places")
    sync_permissions(OWNER)
    sync_places(OWNER)


def check_installed() -> None:
    """Refuse to start on a database that is behind the program: ``WEB-287``."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from nuudel.base.errors import WebError

    executor = MigrationExecutor(connections["default"])
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if behind:
        raise WebError(
            287,
            f"the database lacks {len(behind)} migrations.",
            "Set NUUDEL_OWNER_DATABASE_URL for this start, so that they can be made.",
            ("NUUDEL_OWNER_DATABASE_URL",),
        )


def start_django() -> None:
    """Load the project; the addresses must be in the environment before."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuudel.web.settings")
    django.setup()
