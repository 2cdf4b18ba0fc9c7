"""What the domain does by the clock: the facts of what has come, and the alerts that follow from them."""

from uuid import UUID

from procrastinate.contrib.django import app

from nuudel.domains.displacement.alerts.watching import watch_all
from nuudel.domains.displacement.points import ahead as points
from nuudel.domains.displacement.points.weighing import weigh_closed
from nuudel.domains.displacement.publishing.explored import keep_published
from nuudel.domains.displacement.quality.checking import check_new
from nuudel.domains.displacement.rehearsal.making import fill_round
from nuudel.domains.displacement.results import ahead as results
from nuudel.domains.displacement.submissions.entering import enter_all

# Seconds stand last: an alert reaches people within a minute, its mail included.
TWICE_A_MINUTE = "* * * * * */30"
EVERY_MINUTE = "* * * * *"


@app.periodic(cron=TWICE_A_MINUTE)
@app.task(
    name="displacement.enter_facts",
    queueing_lock="displacement.enter_facts",
    lock="displacement.enter_facts",
)
def enter_facts(timestamp: int = 0) -> None:
    """Enter the facts of submissions that wait, then look at them; one at a time, and one that waits.

    Interviews of closed rounds are weighed between two entries: never while one of them is corrected.
    """
    enter_all()
    watch_all()
    weigh_closed()


@app.periodic(cron=EVERY_MINUTE)
@app.task(
    name="displacement.check_quality",
    queueing_lock="displacement.check_quality",
    lock="displacement.check_quality",
)
def check_quality(timestamp: int = 0) -> None:
    """Check what was entered since the last time, round by round."""
    check_new()


@app.task(name="displacement.fill_rehearsal", lock="displacement.fill_rehearsal")
def fill_rehearsal(around: str) -> None:
    """Send the synthetic submissions of a rehearsal's round; what was sent already stays."""
    fill_round(UUID(around))


@app.periodic(cron=EVERY_MINUTE)
@app.task(
    name="displacement.points_ahead",
    queueing_lock="displacement.points_ahead",
    lock="displacement.points_ahead",
)
def points_ahead(timestamp: int = 0) -> None:
    """Today's figures of points where watches came, once a minute."""
    points.make_ahead()


@app.periodic(cron=EVERY_MINUTE)
@app.task(
    name="displacement.results_ahead",
    queueing_lock="displacement.results_ahead",
    lock="displacement.results_ahead",
)
def results_ahead(timestamp: int = 0) -> None:
    """Results of rounds where assessments came, once a minute."""
    results.make_ahead()


@app.periodic(cron=EVERY_MINUTE)
@app.task(
    name="displacement.keep_published",
    queueing_lock="displacement.keep_published",
    lock="displacement.keep_published",
)
def keep_on_explorer(timestamp: int = 0) -> None:
    """Published rounds on the explorer, should their file be missing or older than they are."""
    keep_published()
