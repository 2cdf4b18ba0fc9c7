"""Ten minutes of mixed load on the web service: what it answers, and whether its memory stays bounded.

Not measured with the other groups: name it, ``nuudel bench soak``.
"""

from collections.abc import Iterator
from itertools import count

from nuudel.base.errors import RunError, WebError
from nuudel.bench.harness import Figure
from nuudel.bench.load import get, measure_at_rate
from nuudel.bench.web_serve import Records, refuse_failures
from nuudel.web.operations.exercise import exercising

SECONDS = 600.0
PORTION = 15.0  # seconds of load between two looks at the memory
WARM_PORTIONS = 4
RATE = 60.0  # requests a second, far under the most
PAGES = (
    "/mn/",
    "/en/places/MN11/",
    "/mn/places/MN81/",
    "/en/timeline/",
    "/api/v1/statistics/places/MN81/series",
)


def measure(seconds: float = SECONDS) -> dict[str, Figure]:
    """Pages, statistics, personal records read and written, in turn.

    Raises
    ------
    RunError
        ``RUN-302`` a request failed, ``RUN-303`` there are no figures for the pages.
    """
    from nuudel.web.explorer.release import release

    try:
        folder = release().folder
    except WebError:
        raise RunError(
            303, "there are no figures for the web pages.", "Run `nuudel release` first: two minutes."
        ) from None
    with exercising(folder) as exercise:
        records = Records(exercise)
        memory = list(loaded(exercise.port, exercise.process.pid, records, int(seconds / PORTION)))
    settled = memory[min(WARM_PORTIONS, len(memory) - 1)]
    return {
        "web_soak_memory_mb": Figure(max(memory), "MB, all processes of the server"),
        "web_soak_growth_memory_mb": Figure(memory[-1] - settled, "MB, from the first minute to the end"),
    }


def loaded(port: int, pid: int, records: Records, portions: int) -> Iterator[float]:
    """Megabytes after each portion of load."""
    pages = [get(path) for path in PAGES]
    turn = count()

    def request(number: int) -> bytes:
        at = next(turn)
        if at % 3 == 0:
            return records.read(at)
        return records.write(at) if at % 3 == 1 else pages[at % len(pages)](number)

    for _ in range(portions):
        load = measure_at_rate(port, request, seconds=PORTION, connections=16, rate=RATE)
        refuse_failures("web_soak", load)
        yield megabytes(pid)


def megabytes(pid: int) -> float:
    """Memory that a process and its children have for themselves."""
    import psutil

    process = psutil.Process(pid)
    everyone = (process, *process.children(recursive=True))
    return float(sum(one.memory_info().rss for one in everyone)) / 1e6
