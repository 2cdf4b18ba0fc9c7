"""What the domain does by the clock: the facts of what has come in the last minute."""

from procrastinate.contrib.django import app

from nuudel.domains.displacement.submissions.entering import enter_all

EVERY_MINUTE = "* * * * *"


@app.periodic(cron=EVERY_MINUTE)
@app.task(
    name="displacement.enter_facts",
    queueing_lock="displacement.enter_facts",
    lock="displacement.enter_facts",
)
def enter_facts(timestamp: int = 0) -> None:
    """Enter the facts of submissions that wait; one at a time, and one that waits."""
    enter_all()
