"""The web service under load: a public page, a statistic, a personal record read and one written.

The real server with two processes and a database of its own, on loopback; the client is a third process on
the same machine and takes its share of it.
"""

import http.client
import json
import uuid
from collections.abc import Mapping
from statistics import median

from nuudel.base.errors import RunError, WebError
from nuudel.bench.harness import Figure
from nuudel.bench.load import Load, Request, get, measure_at_rate, measure_load
from nuudel.web.operations.exercise import Exercise, exercising

SECONDS = 5.0
CONNECTIONS = 16
HALF = 0.5
VIEWS = 5
NAMES: Mapping[str, tuple[str, str, str]] = {
    "web_place": ("web_place_requests_per_second", "web_place_p50_ms", "web_place_p99_ms"),
    "web_api": ("web_api_requests_per_second", "web_api_p50_ms", "web_api_p99_ms"),
    "web_audited_reads": (
        "web_audited_reads_per_second",
        "web_audited_reads_p50_ms",
        "web_audited_reads_p99_ms",
    ),
    "web_audited_writes": (
        "web_audited_writes_per_second",
        "web_audited_writes_p50_ms",
        "web_audited_writes_p99_ms",
    ),
}
TRAININGS, PARTICIPANTS = "/api/v1/records/campaigns.training", "/api/v1/records/campaigns.participant"
PERSON = {
    "full_name": "Example Person",
    "registration_number": "УБ95051234",
    "phone": "99119911",
    "institution_name": "Example office",
    "role": "civil_registration",
}


def measure() -> dict[str, Figure]:
    """Requests per second, and latencies at half of that rate."""
    from nuudel.web.explorer.release import release

    try:
        folder = release().folder
    except WebError:
        raise RunError(
            303,
            "there are no figures for the web pages.",
            "Run `nuudel release` first; it takes two minutes.",
        ) from None
    with exercising(folder) as exercise:
        records = Records(exercise)
        requests: Mapping[str, Request] = {
            "web_place": get("/en/places/MN81/"),
            "web_api": get("/api/v1/statistics/places/MN81/series"),
            "web_audited_reads": records.read,
            "web_audited_writes": records.write,
        }
        figures: dict[str, Figure] = {}
        for name, request in requests.items():
            figures |= figures_of(name, NAMES[name], exercise.port, request)
        return figures | first_view(exercise.port)


def figures_of(name: str, names: tuple[str, str, str], port: int, request: Request) -> dict[str, Figure]:
    """The most it answers, then latency when asked half as often."""
    measure_load(port, request, seconds=1.0, connections=CONNECTIONS)
    most = measure_load(port, request, seconds=SECONDS, connections=CONNECTIONS)
    half = measure_at_rate(
        port, request, seconds=SECONDS, connections=2 * CONNECTIONS, rate=HALF * most.per_second
    )
    for load in (most, half):
        refuse_failures(name, load)
    rate, middle, high = names
    return {
        rate: Figure(most.per_second, "requests per second"),
        middle: Figure(half.p50_ms, "milliseconds"),
        high: Figure(half.p99_ms, "milliseconds"),
    }


def first_view(port: int) -> dict[str, Figure]:
    """Milliseconds to the first content of the map page in a browser without a cache; none without one."""
    import importlib.util
    import shutil

    chromium = shutil.which("chromium")
    if chromium is None or importlib.util.find_spec("playwright") is None:
        return {}
    from playwright.sync_api import sync_playwright

    painted = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    times = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(VIEWS):
            page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
            page.goto(f"http://127.0.0.1:{port}/mn/", wait_until="networkidle")
            times.append(float(page.evaluate(painted)))
        browser.close()
    return {"web_first_view_ms": Figure(median(times), "milliseconds")}


def refuse_failures(name: str, load: Load) -> None:
    if load.failed:
        raise RunError(302, f"{load.failed} requests of {name} failed.", "Run `nuudel doctor`.")


class Records:
    """Requests for personal records: a training with participants, made over the interface itself."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        training = {
            "title_mn": "Жишээ",
            "subject": "registration",
            "objective": "Жишээ",
            "place": exercise.place,
        }
        self.training = self.make(TRAININGS, training)
        self.people = [self.make(PARTICIPANTS, PERSON | {"training": self.training}) for _ in range(50)]

    def headers(self, number: int) -> str:
        token = self.exercise.tokens[number % len(self.exercise.tokens)]
        return f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"

    def make(self, path: str, values: Mapping[str, str]) -> str:
        """Make a record; its id."""
        connection = http.client.HTTPConnection("127.0.0.1", self.exercise.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.exercise.tokens[0]}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        connection.request("POST", path, json.dumps(values), headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        if answer.status != 201:
            raise RunError(302, f"a record could not be made: {found.get('code')}.", "Run `nuudel doctor`.")
        return str(found["id"])

    def read(self, number: int) -> bytes:
        pk = self.people[number % len(self.people)]
        return f"GET {PARTICIPANTS}/{pk} HTTP/1.1\r\n{self.headers(number)}\r\n".encode()

    def write(self, number: int) -> bytes:
        body = json.dumps(PERSON | {"training": self.training}).encode()
        head = (
            f"POST {PARTICIPANTS} HTTP/1.1\r\n{self.headers(number)}Idempotency-Key: {uuid.uuid4().hex}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
