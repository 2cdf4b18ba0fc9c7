"""Django's entry of this app."""

from typing import Any

from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "nuudel.web.facts"
    label = "facts"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        post_migrate.connect(make_ready, sender=self)


def make_ready(using: str, **rest: Any) -> None:
    """After migrations: the account of the system's own work, and the partitions of two years."""
    from datetime import UTC, datetime

    from django.db import connections

    from nuudel.web.facts.service import make_service

    year = datetime.now(UTC).year
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regproc('ledger_make_partitions') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT ledger_make_partitions(%s, %s)", [year, year + 1])
    make_service(using)
