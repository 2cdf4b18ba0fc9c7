"""A country-wide round replayed: received with media, entered, checked, and its pages shown."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from nuudel.bench.dtm import BAGHS, MEDIA, SUBMISSIONS
from nuudel.bench.dtm_field import LEAST, Country, country, submissions
from nuudel.bench.embedded import start_platform

PHONES = 50
EVERY = 10
"""One submission in so many has a picture."""
PAGE = 4096
TOLD_EVERY = 5_000
THREADS = 2
"""That send at once."""
MINUTE = 50
"""Submissions that come in a minute of a busy round."""


def measure_here(scale: float) -> dict[str, Any]:
    """The figures, in a process whose environment names the folders."""
    start_platform()
    count = max(20, round(SUBMISSIONS * scale))
    field = country(max(LEAST, round(BAGHS * scale)), PHONES)
    picture = max(1_000, round(MEDIA * scale / count * EVERY))
    began, at_first = time.perf_counter(), memory()
    parts = {
        "received": spent(lambda: receive_all(field, count, picture)),
        "entered": spent(enter),
        "checked": spent(check),
        "results made ahead": spent(make_ahead),
    }
    whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    first = shown(field)
    minute = minute_checked(field)
    make_ahead()
    tell({**parts, "minute": minute})
    megabytes = count // EVERY * picture / 1e6
    sent = f"{count:,} submissions, {len(field.spots):,} baghs, {megabytes:,.0f} MB of media"
    return {
        "round_replay_seconds": {"value": whole, "unit": f"seconds: {sent}"},
        "round_replay_memory_mb": {
            "value": peak,
            "unit": f"MB at most, {at_first:,.0f} MB before the first one",
        },
        "minute_checked_seconds": {
            "value": minute,
            "unit": f"seconds of computing to check {MINUTE} new submissions among {count:,}",
        },
        "dashboard_seconds": {
            "value": shown(field),
            "unit": f"seconds for the pages of the round after a minute's new ones, {count:,} submissions",
        },
        "dashboard_first_seconds": {
            "value": first,
            "unit": "seconds for the same pages in a process that has shown none",
        },
    }


def tell(told: object) -> None:
    """On standard error: the whole takes minutes."""
    print(json.dumps(told), file=sys.stderr, flush=True)


def memory() -> float:
    """Megabytes that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE / 1e6


def spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def receive_all(field: Country, count: int, picture: int) -> None:
    """Each submission in a transaction of its own, by the code that answers phones, in some threads."""
    from nuudel.domains.displacement.collect.parts import Parts
    from nuudel.domains.displacement.collect.sign_in import Caller
    from nuudel.domains.displacement.collect.views import keep
    from nuudel.domains.displacement.operations.keys import device_of
    from nuudel.web.access.context import acting
    from nuudel.web.operations.exercise import leave_database, uploaded

    with acting(None, "bench"):
        found = [device_of(pk=key.device.pk) for key in field.keys]
    callers = [Caller(device, "") for device in found if device is not None]
    coming = enumerate(submissions(field, count))
    turn = Lock()

    def receive_some(_: int) -> None:
        while True:
            with turn:
                number, xml = next(coming, (-1, b""))
            if number < 0:
                break
            files = {}
            if number % EVERY == 0:
                files = {"photo.jpg": uploaded("photo.jpg", os.urandom(picture))}
            keep(callers[number % len(callers)], Parts(xml, files), None)
            if number % TOLD_EVERY == 0:
                tell({"sent": number, "memory_mb": round(memory())})
        leave_database()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(receive_some, range(THREADS)))


def enter() -> None:
    from nuudel.domains.displacement.submissions.entering import enter_all

    enter_all()
    tell({"entered": True, "memory_mb": round(memory())})


def check() -> None:
    from nuudel.domains.displacement.quality.checking import check_new

    check_new()
    tell({"checked": True, "memory_mb": round(memory())})


def make_ahead() -> None:
    from nuudel.domains.displacement.results.ahead import make_ahead as work_out

    work_out()
    tell({"ahead": True, "memory_mb": round(memory())})


def minute_checked(field: Country) -> float:
    """Seconds of the processor, without the database's, to check what came in a minute."""
    receive_all(field, MINUTE, 1_000)
    enter()
    start = time.process_time()
    check()
    return time.process_time() - start


def shown(field: Country) -> float:
    """Seconds of the slowest of the round's pages."""
    from nuudel.web.operations.exercise import address_of, page_seconds

    pages = {
        "coverage": f"{address_of('displacement_coverage')}?of={field.round.pk}",
        "results": address_of("displacement_results", field.round.pk),
    }
    times = page_seconds(field.planner, pages)
    tell({"pages": times})
    return max(times.values())


if __name__ == "__main__":
    print(json.dumps(measure_here(float(sys.argv[1]))))
