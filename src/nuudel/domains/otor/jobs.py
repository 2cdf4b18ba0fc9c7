"""Jobs of the register of otor: messages are sent, and deadlines watched."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

EARLY = "23 0 * * *"


class StillWaitingError(Exception):
    """Some copies were not taken; the job is tried again later."""


@app.task(
    name="otor.send_message", queue="messages", retry=RetryStrategy(max_attempts=6, exponential_wait=30)
)
def send_message(message: str) -> None:
    """Hand the copies of a message to the gateway; again, later, where it did not take all."""
    from nuudel.domains.otor.broadcasts.gateway import gateway
    from nuudel.domains.otor.broadcasts.sending import send_waiting

    waiting = send_waiting(UUID(message), gateway())
    if waiting:
        raise StillWaitingError(f"{waiting} copies wait")


@app.periodic(cron=EARLY)
@app.task(name="otor.watch_deadlines", queueing_lock="otor.watch_deadlines", lock="otor.watch_deadlines")
def watch_deadlines(timestamp: int = 0) -> None:
    """Once a night: the aimag hears of answers that are due, and what nobody took up expires."""
    from nuudel.domains.otor.requests.deadlines import watch

    watch()
