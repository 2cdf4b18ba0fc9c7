"""Submissions of a flow registry, from the bytes that a phone sent to rows of the ledger, on one core."""

from datetime import UTC, date, datetime, time

from nuudel.bench.harness import Figure, seconds
from nuudel.surveys import instruments
from nuudel.surveys.answers import Row, answers
from nuudel.surveys.mapping import Context, facts, read_mapping
from nuudel.surveys.submission import read_submission
from nuudel.surveys.values import Value
from nuudel.surveys.writing import write_submission
from nuudel.surveys.xlsform import read_xlsform
from nuudel.surveys.xml_reading import read_xml

KEY = "flow_registry"
GROUPS = 12
SUBMISSIONS = 400


def measure() -> dict[str, Figure]:
    """``submissions_read_per_second``: a watch with twelve groups, 61 facts; the floor parses alone."""
    form = read_xlsform(instruments.workbook(KEY), f"{KEY}.xlsx")
    mapping = read_mapping((instruments.FOLDER / KEY / "mapping.yaml").read_text("utf-8"))
    context = Context("bench", "Nuudel", datetime(2026, 11, 22, tzinfo=UTC), quality="synthetic")
    group: dict[str, Value] = {
        "passed_from": "MN01",
        "passed_to": "CN",
        "passed": 10,
        "mode": "car",
        "direction": "out",
        "hour": 9,
    }
    seen = dict.fromkeys(("women", "men", "girls", "boys"), 2)
    row: dict[str, Value] = {f"passing/{name}": value for name, value in group.items()}
    row |= {f"passing/profile_counts/{name}": value for name, value in seen.items()}
    values: dict[str, Value] = {
        "watch/place": "MN01",
        "watch/watched_on": date(2026, 11, 20),
        "watch/watch_from": time(8, tzinfo=UTC),
        "watch/watch_to": time(16, tzinfo=UTC),
        "close/counted": 10 * GROUPS,
    }
    sent = write_submission(form, "uuid:bench", values, {"passing": [Row((n,), row) for n in range(GROUPS)]})

    def read() -> None:
        for _ in range(SUBMISSIONS):
            facts(mapping, answers(form, read_submission(sent)), context)

    def parse() -> None:
        for _ in range(SUBMISSIONS):
            read_xml(sent)

    rate, floor = (SUBMISSIONS / seconds(work) for work in (read, parse))
    return {"submissions_read_per_second": Figure(rate, "submissions per second", floor=floor)}
