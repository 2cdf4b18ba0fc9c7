"""What the facts need done by the clock: a snapshot, and next year's partitions."""

from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django import app

from nuudel.web.access.context import acting
from nuudel.web.facts import snapshot
from nuudel.web.facts.service import service_user

HOURLY, DAILY = "17 * * * *", "41 1 * * *"


@app.periodic(cron=HOURLY)
@app.task(name="facts.write_snapshot", queueing_lock="facts.write_snapshot", lock="facts.write_snapshot")
def write_snapshot(timestamp: int = 0) -> None:
    """Freeze the facts for statistics; one at a time, and one that waits."""
    snapshot.write_snapshot()


@app.periodic(cron=DAILY)
@app.task(name="facts.make_partitions", queueing_lock="facts.make_partitions")
def make_partitions(timestamp: int = 0) -> None:
    """The partitions of this year and the next, long before a fact needs them."""
    with acting(service_user(), "partitions"):
        ahead(datetime.now(UTC).year)


def ahead(year: int) -> int:
    """Make the partitions of a year and the following; how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_make_partitions(%s, %s)", [year, year + 1])
        return int(cursor.fetchone()[0])
