"""From the server to a phone and back: JavaRosa fills an instrument it was served, and its facts count."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests
import yaml

from nuudel.domains.displacement.forms.instruments import uploaded
from nuudel.domains.displacement.forms.keeping import keep
from nuudel.domains.displacement.submissions.entering import enter_all
from nuudel.domains.displacement.tests.given import given, step, submissions_of
from nuudel.ledger.codes import DURATIONS
from nuudel.ledger.queries import events, origin_destination
from nuudel.ledger.store import Ledger
from nuudel.web.access.context import acting
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.testing_live import serving

from ..surveys.javarosa_engine import filled

FILL = Path(__file__).parents[1] / "surveys" / "fills" / "emergency_tracking.yaml"


def downloaded(base: str, folder: Path) -> Path:
    """What a phone does first: the list, the form, its files."""
    listed = requests.get(f"{base}/formList", params={"formID": "emergency_tracking"}, timeout=20).text
    (address,) = re.findall(r"<downloadUrl>(.*?)</downloadUrl>", listed)
    form = folder / "form.xml"
    form.write_bytes(requests.get(address, timeout=20).content)
    (manifest,) = re.findall(r"<manifestUrl>(.*?)</manifestUrl>", listed)
    files = requests.get(manifest, timeout=20).text
    names = re.findall(r"<filename>(.*?)</filename>", files)
    for name, file in zip(names, re.findall(r"<downloadUrl>(.*?)</downloadUrl>", files), strict=True):
        (folder / name).write_bytes(requests.get(file, timeout=20).content)
    assert "places.csv" in names
    return form


def test_an_instrument_goes_to_a_phone_and_its_answers_to_the_ledger(
    database: Addresses, tmp_path: Path, require_tool: Callable[[str], Path]
) -> None:
    for tool in ("javac", "java"):
        require_tool(tool)
    around = given()
    with acting(around.planner, "test"):
        version = keep(around.planner, around.operation, uploaded("emergency_tracking"))
    step(around.planner, "form", version.form, "open")
    answers: Mapping[str, Any] = yaml.load(FILL.read_text("utf-8"), yaml.BaseLoader)["dzud"]["answers"]
    with serving(database) as address:
        base = f"{address}/collect/key/{around.phone().secret}"
        script = {
            "form": str(downloaded(base, tmp_path)),
            "media": str(tmp_path),
            "language": "Монгол (mn)",
            "answers": answers,
        }
        (told,) = filled(tmp_path, {"deviceid": "device-1", "username": "ub-07"}, [script])
        assert told["through"]
        xml = told["xml"].encode()
        for _ in range(2):
            parts = {"xml_submission_file": ("submission.xml", xml, "text/xml")}
            assert requests.post(f"{base}/submission", files=parts, timeout=20).status_code == 201
    (kept,) = submissions_of(around)
    assert kept.content == xml
    assert enter_all() == 1
    (kept,) = submissions_of(around)
    assert (kept.facts, kept.left_out, kept.unread) == (10, 0, 0)

    ledger = Ledger.open(write_snapshot(tmp_path / "ledger")).connect()
    series = "dtm-emergency-displacement"
    moved = origin_destination(ledger, series, durations=DURATIONS.names, kinds=["displacement"]).to_polars()
    assert moved.select("origin", "destination", "persons").rows() == [("MN34822", "MN51125", 31)]
    series = "dtm-emergency-arrivals"
    came = origin_destination(ledger, series, durations=DURATIONS.names, kinds=["displacement"]).to_polars()
    assert came.select("origin", "destination", "persons").rows() == [("MN34640", "MN34822", 7)]
    assert events(ledger, "dtm-emergency-events").to_polars()["persons"].sum() == 210
