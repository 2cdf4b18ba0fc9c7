"""What the register does by itself: stock, erasure and expiry by the clock, and long files of notices."""

from datetime import date, timedelta
from uuid import UUID

from django.utils.timezone import localdate
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuudel.domains.registration.documents.expiring import expire_documents
from nuudel.domains.registration.figures.stock import write_stock
from nuudel.domains.registration.notices.reading import give_up, read_file
from nuudel.domains.registration.retention.erase import erase_due
from nuudel.web.access.context import acting
from nuudel.web.facts.service import INSTITUTION, service_user

MONTHLY, NIGHTLY, DAILY = "20 2 1 * *", "40 3 * * *", "10 0 * * *"


@app.periodic(cron=MONTHLY)
@app.task(name="registration.write_stock", queueing_lock="registration.write_stock")
def stock_of_month(timestamp: int = 0) -> None:
    """The stock at the end of the month before, as facts."""
    with acting(service_user(), "stock of the month"):
        write_stock(last_of_month_before(localdate()), INSTITUTION)


def last_of_month_before(today: date) -> date:
    return today.replace(day=1) - timedelta(days=1)


@app.periodic(cron=NIGHTLY)
@app.task(name="registration.erase_due", queueing_lock="registration.erase_due")
def erase_nightly(timestamp: int = 0) -> None:
    """Erase what the rules of retention say, and files of notices that could not be read."""
    erase_due()
    give_up()


@app.task(name="registration.read_notices", retry=RetryStrategy(max_attempts=5, exponential_wait=10))
def read_notices(file: str) -> None:
    """Read a file of civil notices that an officer has sent."""
    read_file(UUID(file))


@app.periodic(cron=DAILY)
@app.task(name="registration.expire_documents", queueing_lock="registration.expire_documents")
def expire_daily(timestamp: int = 0) -> None:
    """Documents whose last day was yesterday expire."""
    expire_documents()
