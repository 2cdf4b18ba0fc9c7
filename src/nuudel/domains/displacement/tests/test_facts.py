"""From submissions to the ledger: once each, corrections supersede, what is rejected is taken back."""

from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuudel.base.errors import LedgerError, SurveyError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.jobs import enter_facts
from nuudel.domains.displacement.operations.keys import NewKey
from nuudel.domains.displacement.submissions import entering
from nuudel.domains.displacement.tests.given import (
    Given,
    form_xml,
    given,
    new_instance,
    sent_xml,
    step,
    submissions_of,
)
from nuudel.web.operations.database import Addresses

MAPPING = """
form: count
source: Test operation
series:
  {series}:
    concept: {{en: Persons present., mn: Байгаа хүн.}}
facts:
  present:
    counts: presence
    series: {series}
    columns:
      kind: assessment
      place: {{context: place}}
      start: {{context: received_on}}
      persons: {{field: persons}}
"""


class Counting:
    """An operation whose form gives facts, and one phone of it."""

    def __init__(self, series: str, database: Addresses) -> None:
        self.series, self.database = series, database
        self.given: Given = given(mapping=MAPPING.format(series=series))
        self.key: NewKey = self.given.phone()

    def send(self, xml: bytes) -> int:
        parts = {"xml_submission_file": SimpleUploadedFile("a.xml", xml, "text/xml")}
        return Client().post(f"/collect/key/{self.key.secret}/submission", parts).status_code

    def counted(self) -> list[int]:
        """Persons of the facts that nothing supersedes."""
        with psycopg.connect(self.database.backup) as reader:
            rows: list[Any] = reader.execute(
                "SELECT persons FROM ledger_presence f WHERE series = %s AND NOT EXISTS "
                "(SELECT 1 FROM ledger_presence g WHERE g.supersedes = f.id) ORDER BY persons",
                [self.series],
            ).fetchall()
        return [row[0] for row in rows]

    def rows(self) -> int:
        with psycopg.connect(self.database.backup) as reader:
            found = reader.execute("SELECT count(*) FROM ledger_presence WHERE series = %s", [self.series])
            return int(found.fetchone()[0])  # type: ignore[index]

    def states(self) -> dict[str, models.Submission]:
        return {row.instance_id: row for row in submissions_of(self.given)}


def test_each_submission_is_entered_once(database: Addresses) -> None:
    own = Counting("test-once", database)
    for persons in (3, 4):
        xml = sent_xml(persons=persons)
        assert [own.send(xml) for _ in range(2)] == [201, 201]
    enter_facts()
    enter_facts()
    assert own.counted() == [3, 4]
    assert own.rows() == 2
    assert [(row.facts, row.left_out, row.unread) for row in own.states().values()] == [(1, 0, 0)] * 2


@pytest.mark.parametrize("between", [False, True])
def test_a_correction_supersedes(database: Addresses, between: bool) -> None:
    own = Counting(f"test-corrected-{between}".lower(), database)
    ids = [new_instance() for _ in range(3)]
    for number, instance in enumerate(ids):
        before = ids[number - 1] if number else ""
        assert own.send(sent_xml(instance, persons=10 + number, replaces=before)) == 201
        if between:
            enter_facts()
    enter_facts()
    assert own.counted() == [12]
    assert own.rows() == 3


def test_a_correction_that_counts_nobody_takes_back(database: Addresses) -> None:
    own = Counting("test-nobody", database)
    first = new_instance()
    own.send(sent_xml(first, persons=8))
    own.send(sent_xml(persons="", replaces=first))
    enter_facts()
    assert own.counted() == [0]


@pytest.mark.parametrize("entered", [True, False])
def test_what_is_rejected_counts_no_more(database: Addresses, entered: bool) -> None:
    own = Counting(f"test-rejected-{entered}".lower(), database)
    instance = new_instance()
    own.send(sent_xml(instance, persons=9))
    if entered:
        enter_facts()
    step(own.given.planner, "submission", own.states()[instance], "reject")
    enter_facts()
    assert own.counted() == ([0] if entered else [])


def test_a_rejected_correction_does_not_bring_the_first_one_back(database: Addresses) -> None:
    own = Counting("test-rejected-correction", database)
    ids = [new_instance(), new_instance()]
    own.send(sent_xml(ids[0], persons=5))
    own.send(sent_xml(ids[1], persons=6, replaces=ids[0]))
    enter_facts()
    step(own.given.planner, "submission", own.states()[ids[1]], "reject")
    assert own.counted() == [0]


def test_one_that_cannot_be_read_keeps_no_other_back(database: Addresses) -> None:
    own = Counting("test-odd", database)
    for persons in (1, "олон", 2_147_483_648, 2):
        assert own.send(sent_xml(persons=persons)) == 201
    enter_facts()
    assert own.counted() == [1, 2]
    told = [(row.facts, row.left_out, row.unread) for row in own.states().values()]
    assert told[0] == told[3] == (1, 0, 0)
    assert told[1] == (0, 0, 1)
    assert all(row.mapped_at for row in own.states().values())


def test_many_are_entered_in_batches(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "BATCH", 2)
    own = Counting("test-batches", database)
    for persons in range(1, 6):
        own.send(sent_xml(persons=persons))
    assert entering.enter_all() == 5
    assert own.counted() == [1, 2, 3, 4, 5]


def test_an_envelope_gives_no_facts(database: Addresses) -> None:
    own = Counting("test-envelope", database)
    envelope = (
        '<data id="count" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions">'
        "<base64EncryptedKey>AAAA</base64EncryptedKey>"
        '<orx:meta xmlns:orx="http://openrosa.org/xforms">'
        f"<orx:instanceID>{new_instance()}</orx:instanceID></orx:meta>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        "<base64EncryptedElementSignature>BBBB</base64EncryptedElementSignature></data>"
    ).encode()
    assert own.send(envelope) == 201
    enter_facts()
    assert own.counted() == []


def test_whatever_is_wrong_with_one_keeps_no_other_back(
    database: Addresses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = Counting("test-wrong", database)
    bad = new_instance()
    assert [own.send(sent_xml(bad, persons=3)), own.send(sent_xml(persons=4))] == [201, 201]
    read = entering.given_by

    def failing(record: models.Submission) -> Any:
        if record.instance_id == bad:
            raise KeyError("a name that nobody may read")
        return read(record)

    monkeypatch.setattr(entering, "given_by", failing)
    enter_facts()
    assert own.counted() == [4]
    assert "KeyError" in caplog.text
    assert "nobody may read" not in caplog.text


def test_a_correction_after_one_that_entered_nothing_counts(database: Addresses) -> None:
    own = Counting("test-after-nothing", database)
    first, second = new_instance(), new_instance()
    assert own.send(sent_xml(first, persons=-5)) == 201
    enter_facts()
    assert own.counted() == []
    assert own.send(sent_xml(second, persons=6, replaces=first)) == 201
    enter_facts()
    assert own.counted() == [6]


def test_a_long_chain_of_corrections_is_no_deep_one(database: Addresses) -> None:
    own = Counting("test-chain", database)
    before = ""
    for persons in range(12):
        now = new_instance()
        assert own.send(sent_xml(now, persons=persons, replaces=before)) == 201
        before = now
        if persons in (3, 7):
            enter_facts()
    enter_facts()
    assert own.counted() == [11]


def envelope(replaces: str) -> bytes:
    return (
        '<data id="count" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions">'
        "<base64EncryptedKey>AAAA</base64EncryptedKey>"
        '<orx:meta xmlns:orx="http://openrosa.org/xforms">'
        f"<orx:instanceID>{new_instance()}</orx:instanceID><orx:deprecatedID>{replaces}</orx:deprecatedID>"
        "</orx:meta><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    ).encode()


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize("kind", ["encrypted", "unmapped", "unreadable", "rejected"])
def test_a_correction_that_gives_nothing_takes_back(
    database: Addresses, monkeypatch: pytest.MonkeyPatch, kind: str, between: bool
) -> None:
    own = Counting(f"test-back-{kind}-{between}".lower(), database)
    first, second = new_instance(), new_instance()
    assert own.send(sent_xml(first, persons=8)) == 201
    if between:
        enter_facts()
    version = "1"
    if kind == "unmapped":
        own.given.upload(form_xml(version="bare"))
        version = "bare"
    if kind == "unreadable":
        read = entering.given_by

        def failing(record: models.Submission) -> Any:
            if record.instance_id == second:
                raise SurveyError(103, "not well formed.", "Send it again.")
            return read(record)

        monkeypatch.setattr(entering, "given_by", failing)
    xml = sent_xml(second, persons=9, replaces=first, version=version)
    assert own.send(envelope(first) if kind == "encrypted" else xml) == 201
    if kind == "rejected":
        step(own.given.planner, "submission", own.states()[second], "reject")
    enter_facts()
    assert own.counted() == [0]
    monkeypatch.undo()
    if kind != "encrypted":  # and what corrects that one counts again
        assert own.send(sent_xml(persons=3, replaces=second)) == 201
        enter_facts()
        assert own.counted() == [3]


def test_a_correction_after_a_rejected_one_counts(database: Addresses) -> None:
    own = Counting("test-corrected-again", database)
    ids = [new_instance() for _ in range(3)]
    own.send(sent_xml(ids[0], persons=5))
    own.send(sent_xml(ids[1], persons=6, replaces=ids[0]))
    enter_facts()
    step(own.given.planner, "submission", own.states()[ids[1]], "reject")
    assert own.counted() == [0]
    assert own.send(sent_xml(ids[2], persons=7, replaces=ids[0])) == 201
    enter_facts()
    assert own.counted() == [7]
    step(own.given.planner, "submission", own.states()[ids[2]], "reject")
    assert own.counted() == [0]


def test_a_refused_original_and_its_correction_in_one_batch(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Counting("test-refused-first", database)
    first = new_instance()
    own.send(sent_xml(first, persons=4))
    own.send(sent_xml(persons=6, replaces=first))
    append = entering.append

    def refusing(fact: str, rows: Any, *told: Any) -> None:
        if any(row["persons"] == 4 for row in rows):
            raise LedgerError(1, "refused.", "Correct it.")
        append(fact, rows, *told)

    monkeypatch.setattr(entering, "append", refusing)
    enter_facts()
    assert own.counted() == [6]
    assert own.rows() == 1
    assert own.states()[first].facts == 0


def test_a_correction_waits_for_its_original(database: Addresses) -> None:
    own = Counting("test-held", database)
    first = new_instance()
    own.send(sent_xml(first, persons=4))
    own.send(sent_xml(persons=6, replaces=first))
    held = own.states()[first].pk
    with psycopg.connect(database.owner) as holder:
        holder.execute("SET ROLE nuudel_owner")
        holder.execute(
            "SELECT set_config('nuudel.user', (SELECT id::text FROM accounts_user WHERE email = %s), true)",
            ["service@nuudel.invalid"],
        )
        locked = holder.execute(
            "SELECT id FROM displacement_submission WHERE id = %s FOR UPDATE", [held]
        ).fetchall()
        assert len(locked) == 1
        assert entering.enter_all() == 0
    assert entering.enter_all() == 2
    assert own.counted() == [6]
