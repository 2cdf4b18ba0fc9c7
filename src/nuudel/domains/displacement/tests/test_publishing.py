"""Published rounds: who publishes, what strangers read, and that it stays as it was."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from nuudel.base.errors import PublicationError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing.content import estimated, persons, steps, sums, within
from nuudel.domains.displacement.publishing.explored import effects, keep_published
from nuudel.domains.displacement.publishing.publish import publish
from nuudel.domains.displacement.tests.given import make, step
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.explorer.published import Content, file_of, kept
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.testing import institution, signed_in, user_with

BOTH, LOST, NEW = "MN18101", "MN18104", "MN18107"


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    """Two closed rounds: 102 and 61 people; then 131 in the first area and 27 in a new one."""
    first = given_area_round()
    key = first.given.phone()
    send_area(first, key, BOTH, 102, enter=False)
    send_area(first, key, LOST, 61)
    around = models.Round(
        operation=first.given.operation,
        number=2,
        place="MN81",
        institution=institution(),
        start=date(2026, 12, 1),
        end=date(2026, 12, 20),
    )
    make(first.given.planner, "round", around, "open")
    second = Instrument(replace(first.given, round=around), first.form)
    key = second.given.phone()
    send_area(second, key, BOTH, 131, moves__arrived=3, enter=False)
    send_area(second, key, NEW, 27)
    return second


def published(own: Instrument) -> models.Publication:
    with acting(own.given.planner, "test"):
        return publish(own.given.planner, models.Round.objects.get(pk=own.given.round.pk))


def test_a_round_that_is_open_is_not_published(own: Instrument) -> None:
    with pytest.raises(BrokenRulesError):
        published(own)
    page = Client().get("/en/displacement/")
    assert page.status_code == 200
    assert "No round has been published yet" in page.content.decode()


def test_steps_keep_coverage_apart() -> None:
    before = [{"area_code": "a", "individuals": 100}, {"area_code": "b", "individuals": 60}]
    now = [{"area_code": "a", "individuals": 130}, {"area_code": "c", "individuals": 25}]
    told = {"before": 160, "both": 30, "new": 25, "lost": -60, "now": 155, "areas_both": 1}
    assert steps(now, before) == told
    assert told["before"] + told["both"] + told["new"] + told["lost"] == told["now"]


def test_a_table_published_before_a_column_came_is_added_too() -> None:
    added = sums([{"individuals": 5}, {"individuals": 10, "arrived": None}])
    assert (added["individuals"], added["arrived"], added["departed"]) == (15, None, None)


def test_the_whole_with_estimates_is_rounded_outwards() -> None:
    whole = {
        "estimated_areas": 2,
        "not_estimated_areas": 0,
        "persons": 163.2,
        "low_95": 151.9,
        "high_95": 180.1,
    }
    assert estimated(whole) == {"areas": 2, "persons": 165, "low_95": 150, "high_95": 185}
    assert estimated(whole | {"not_estimated_areas": 1}) is None


def test_everybody_reads_what_was_published_and_nothing_exact(own: Instrument) -> None:
    planner = own.given.planner
    step(planner, "round", own.given.round, "close")
    other = user_with(Role.PLANNER, place="MN11")
    asked = f"/en/desk/displacement/publish/?of={own.given.round.pk}"
    assert signed_in(other).post(asked).status_code in (403, 404)
    assert signed_in(user_with(Role.ANALYST, place="")).post(asked).status_code == 403
    answer = signed_in(planner).post(asked)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    made = published(own)  # nothing has changed: the same version
    assert (made.version, made.state) == (1, "published")
    cells = persons(made.content["rows"])
    assert set(cells) == {BOTH, NEW}
    assert all(count % 5 == 0 for count in cells.values())
    assert sums(made.content["rows"])["individuals"] == sum(cells.values())
    assert sums(within(made.content, BOTH))["individuals"] == cells[BOTH]
    for lang, word in (("en", "no census"), ("mn", "тооллого биш")):
        for where in ("", f"{made.pk}/", f"places/{BOTH}/", "places/MN81/"):
            page = Client().get(f"/{lang}/displacement/{where}")
            assert page.status_code == 200
            text = page.content.decode()
            assert word in text
            drawn = re.sub(r' (?:d|x|y|r|cx|cy)="[^"]*"', "", text)
            assert "131" not in drawn.replace(str(made.pk), "").replace(made.digest, "")
    shown = Client().get(f"/en/displacement/{made.pk}/").content.decode()
    for code, count in cells.items():
        name = made.content["names"]["en"][code]
        assert f"<title>{name}: {count} people" in shown
    table = Client().get(f"/en/displacement/{made.pk}/areas.csv")
    names, tags, *rows = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (names[0], tags[0], len(rows)) == ("operation", "#meta+operation", 2)
    again = Client().get(f"/en/displacement/{made.pk}/areas.csv", HTTP_IF_NONE_MATCH=table["ETag"])
    assert again.status_code == 304


def explored() -> Content:
    content = kept("displacement")
    assert content is not None
    return content


def test_the_explorer_gets_what_is_published(own: Instrument) -> None:
    made = published(own)
    cells = persons(made.content["rows"])
    [people] = [one for one in explored()["indicators"] if "individuals" in one["key"]]
    assert people["values"] == {**cells, "MN81": sum(cells.values())}
    assert people["as_of"] == "2026-12-20"
    assert "2 of 2 areas were covered" in people["caveat"]["en"]
    assert "census" in people["caveat"]["en"]
    assert made.digest == people["source"]["identifier"]
    section = explored()["section"]
    assert section is not None
    [(title, told)] = section["rows"][BOTH]
    assert title["en"].endswith("round 2")
    assert told[:3] == ["2026-12-01 – 2026-12-20", 1, cells[BOTH]]
    assert LOST not in section["rows"], "no published round covers it"
    assert len(section["header"]) == len(told) + 1
    assert "131" not in json.dumps({"rows": section["rows"], "values": people["values"]})


def test_the_file_is_made_again_where_it_is_missing_or_broken(own: Instrument) -> None:
    before = explored()
    assert not keep_published()
    for spoil in (lambda path: path.unlink(), lambda path: path.write_bytes(b"{")):
        spoil(file_of("displacement"))
        assert keep_published()
        assert explored() == before


def test_a_full_disk_undoes_no_publishing(own: Instrument, monkeypatch: pytest.MonkeyPatch) -> None:
    made, before = published(own), explored()
    file_of("displacement").unlink()

    def full(domain: str, content: Content) -> None:
        raise PublicationError(191, "the disk is full.", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr("nuudel.domains.displacement.publishing.explored.keep", full)
        with acting(own.given.planner, "test"):
            effects(own.given.planner, made, "create")
    assert not file_of("displacement").exists()
    assert keep_published(), "the worker makes up for it"
    assert explored() == before


def test_a_new_version_replaces_and_the_old_one_stays(own: Instrument) -> None:
    planner = own.given.planner
    old = published(own)
    step(planner, "round", own.given.round, "reopen")
    send_area(own, own.given.phone(), LOST, 48)
    step(planner, "round", own.given.round, "close")
    new = published(own)
    assert new.version == old.version + 1
    page = Client().get(f"/en/displacement/{old.pk}/").content.decode()
    assert str(new.pk) in page
    assert "replaced by a newer one" in page
    with acting(planner, "test"), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE displacement_publication SET digest = ''")
    [people] = [one for one in explored()["indicators"] if "individuals" in one["key"]]
    assert people["values"][LOST] == persons(new.content["rows"])[LOST]
    step(planner, "publication", new, "withdraw")
    assert explored()["indicators"] == []
    assert explored()["section"] is None
    gone = Client().get(f"/en/displacement/{new.pk}/")
    assert gone.status_code == 410
    assert "withdrawn" in gone.content.decode()
    assert Client().get(f"/en/displacement/{new.pk}/areas.csv").status_code == 404
    assert "No published round" in Client().get(f"/en/displacement/places/{LOST}/").content.decode()


def test_rehearsals_are_never_published(own: Instrument) -> None:
    with acting(own.given.planner, "test"):
        around = models.Round.objects.get(pk=own.given.round.pk)
        around.operation.synthetic = True
        with pytest.raises(BrokenRulesError) as refused:
            publish(own.given.planner, around)
    assert refused.value.problems[0].message == "displacement.publish.synthetic"
    strange = Client().get(f"/en/displacement/{around.pk}/")
    assert strange.status_code == 404
