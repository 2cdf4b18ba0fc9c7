"""Jobs of the interface: keys whose day is over are forgotten."""

from procrastinate.contrib.django import app


@app.periodic(cron="17 3 * * *")
@app.task(name="api.forget_expired_keys", queue="upkeep", queueing_lock="api.forget_expired_keys")
def forget_expired_keys(timestamp: int) -> None:
    """Once a night."""
    from nuudel.web.api.idempotency import forget_expired

    forget_expired()
