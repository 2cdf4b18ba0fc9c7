"""What becomes of answers is what the ledger takes: once, with the same ids; an edit replaces the first."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.ledger.store import Ledger
from nuudel.surveys.answers import Row, answers
from nuudel.surveys.mapping import Context, Facts, corrected, facts, read_mapping
from nuudel.surveys.submission import read_submission
from nuudel.surveys.writing import write_submission

from .counting import CONTEXT, MAPPING, form, made
from .forms import sent

BODY = (
    "<day>2026-11-20</day><consent>yes</consent><why>dzud</why><women>7</women><men>0</men><to>CN</to>"
    "<group><size>3</size><from>MN01</from></group><group><size>0</size><from>MN01</from></group>"
    "<group><size>4</size><from>MN08201</from></group>"
)


def test_a_submission_becomes_facts() -> None:
    found = made(BODY)
    assert found.left_out == ()
    rows = {(row.name, row.index): row for row in found.rows}
    assert list(rows) == [
        ("passing", (0,)),
        ("passing", (2,)),
        ("present.women", ()),
        ("present.men", ()),
        ("present.children", ()),
    ]
    first = rows["passing", (0,)]
    assert (first.fact, first.series) == ("movement", "dtm-passages")
    assert {name: value for name, value in first.row.items() if name != "id"} == {
        "series": "dtm-passages",
        "source": "Flow points of a test",
        "round": "r1",
        "institution": "IOM",
        "kind": "crossing",
        "start": date(2026, 11, 20),
        "origin": "MN01",
        "destination": "CN",
        "persons": 3,
        "reason": "hazard",
        "weight": 2.5,
        "mode": "on_foot",
        "quality": "observed",
    }
    assert [rows[f"present.{who}", ()].row["persons"] for who in ("women", "men", "children")] == [7, 0, 7]
    assert rows["present.children", ()].row["start"] == date(2026, 11, 22)


def test_the_ids_of_facts_never_change() -> None:
    # Another id for the same fact would count it twice in every ledger.
    names = ["passing\n0", "passing\n2", "present.women\n", "present.men\n", "present.children\n"]
    space = uuid.UUID("6f0f4c38-0f0b-5d5e-9a52-3c0d1f6b7a21")
    ids = [str(uuid.uuid5(space, f"points\nuuid:1\n{name}")) for name in names]
    assert ids[0] == "957cc0ce-1fde-5f3d-88c3-9232c060c363"
    assert [row.id for row in made(BODY).rows] == ids
    later = Context("r2", "X", datetime(2027, 1, 1, tzinfo=UTC), place="MN08201")
    assert [row.id for row in made(BODY, context=later).rows] == ids
    assert not {row.id for row in made(BODY, instance="uuid:2").rows} & set(ids)


@pytest.mark.parametrize(
    ("body", "left_out"),
    [
        ("<to>CN</to>" + BODY.replace("<day>2026-11-20</day>", ""), ("start", "missing")),
        (BODY.replace("2026-11-20", "2026-11-24"), ("start", "in_the_future")),
        (BODY.replace("<to>CN</to>", "<to>MN01</to>"), ("destination", "same_place")),
    ],
)
def test_a_fact_that_cannot_be_is_left_out_with_its_reason(body: str, left_out: tuple[str, str]) -> None:
    found = made(body.replace("<to>CN</to><day>", "<day>"))
    first = next(one for one in found.left_out if one.index == (0,))
    assert (first.name, first.column, first.why) == ("passing", *left_out)
    assert {row.name for row in found.rows} >= {"present.women", "present.men", "present.children"}


def test_who_does_not_consent_is_no_fact_and_nobody_is_left_out() -> None:
    found = made(BODY.replace("<consent>yes", "<consent>no"))
    assert [row.name for row in found.rows] == ["present.women", "present.men", "present.children"]
    assert found.left_out == ()


def test_what_is_not_counted_is_no_fact() -> None:
    assert [row.name for row in made("<women>1</women>").rows] == ["present.women"]


def test_a_rehearsal_is_synthetic_whatever_the_mapping_says() -> None:
    rehearsal = Context("r1", "IOM", CONTEXT.received_at, quality="synthetic", place="MN08201")
    mapping = MAPPING.replace("mode: on_foot", "quality: estimated")
    assert {row.row["quality"] for row in made(BODY, mapping, rehearsal).rows} == {"synthetic"}
    assert [row.row["quality"] for row in made(BODY, mapping).rows][:2] == ["estimated", "estimated"]


def frame(rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(map(dict, rows)), infer_schema_length=None)


def load(ledger: Ledger, found: Facts) -> tuple[int, int, int]:
    """Facts accepted, rejected and there already."""
    told = [0, 0, 0]
    for fact in ("movement", "presence"):
        rows = [row.row for row in found.rows if row.fact == fact]
        if rows:
            result = ledger.append(frame(rows), fact, series=read_mapping(MAPPING).series.values())
            assert result.rejects.is_empty(), result.rejects
            told = [told[0] + result.accepted, told[1] + result.rejected, told[2] + result.already_there]
    return told[0], told[1], told[2]


def test_facts_pass_the_rules_of_the_ledger_once(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, places={"MN01", "MN08201", "CN"})
    assert load(ledger, made(BODY)) == (5, 0, 0)
    assert load(ledger, made(BODY)) == (0, 0, 5)
    assert ledger.series["dtm-passages"].concept["mn"] == "Цэгээр нэвтэрсэн хүн."


def people(ledger: Ledger, fact: str) -> int:
    return int(ledger.facts(fact).persons.sum().execute())


def test_an_edit_supersedes_and_takes_back(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    before = made(BODY)
    load(ledger, before)
    assert (people(ledger, "movement"), people(ledger, "presence")) == (7, 14)
    body = BODY.replace("<size>3</size>", "<size>5</size>").replace("<women>7</women>", "")
    body = body.replace("<group><size>4</size><from>MN08201</from></group>", "")
    edited = answers(form(), read_submission(sent(body, form="points", instance="uuid:2")))
    after = facts(read_mapping(MAPPING), edited, CONTEXT)
    second = corrected(before.rows, after.rows, edited)
    load(ledger, Facts(second))
    assert (people(ledger, "movement"), people(ledger, "presence")) == (5, 5)
    # The first again, as a third edit: what was taken back comes back.
    again = answers(form(), read_submission(sent(BODY, form="points", instance="uuid:3")))
    third = corrected(second, facts(read_mapping(MAPPING), again, CONTEXT).rows, again)
    load(ledger, Facts(third))
    assert (people(ledger, "movement"), people(ledger, "presence")) == (7, 14)


COUNTED = st.one_of(st.none(), st.integers(0, 3000))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(COUNTED, st.sampled_from(["MN08201", "MN01", "CN", None])), max_size=6),
    COUNTED,
    st.sampled_from(["yes", "no", None]),
    st.dates(date(2026, 11, 1), date(2026, 12, 24)),
    st.sampled_from(["MN08201", "MN01", "CN", None]),
)
def test_every_fact_is_one_of_the_ledgers(
    tmp_path_factory: pytest.TempPathFactory,
    groups: list[tuple[int | None, str | None]],
    women: int | None,
    consent: str | None,
    day: date,
    to: str | None,
) -> None:
    rows = [
        Row((n,), without_none({"group/size": size, "group/from": place}))
        for n, (size, place) in enumerate(groups)
    ]
    values = without_none({"women": women, "consent": consent, "day": day, "to": to})
    xml = write_submission(form(), "uuid:1", values, {"group": rows})
    answered = answers(form(), read_submission(xml))
    found = facts(read_mapping(MAPPING), answered, CONTEXT)
    again = facts(read_mapping(MAPPING), answers(form(), read_submission(xml)), CONTEXT)
    assert found == again
    assert len({row.id for row in found.rows}) == len(found.rows)
    passing = [one for one in (*found.rows, *found.left_out) if one.name == "passing"]
    expected = [(n,) for n, (size, _) in enumerate(groups) if size and consent == "yes"]
    assert sorted(one.index for one in passing) == expected
    known_at = int(CONTEXT.received_at.timestamp() * 1_000_000)
    for fact in ("movement", "presence"):
        of_kind = [row.row for row in found.rows if row.fact == fact]
        if of_kind:
            ledger = Ledger.open(tmp_path_factory.mktemp("ledger"))
            result = ledger.append(frame(of_kind), fact, known_at=known_at)
            assert result.rejects.is_empty(), result.rejects


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in values.items() if value is not None}


def test_every_condition() -> None:
    def names(condition: str, body: str) -> int:
        mapping = MAPPING.replace('{field: consent, is: ["yes"]}', condition)
        return sum(row.name == "passing" for row in made(body, mapping).rows)

    body = BODY.replace("<why>dzud</why>", "<why>dzud</why><whys>work dzud</whys>")
    assert names("{field: whys, is: [dzud]}", body) == 2
    assert names("{field: whys, is: [employment]}", body) == 0
    assert names("{field: whys, not: [dzud]}", body) == 0
    assert names("{field: remarks, answered: yes}", body) == 0
    assert names("{field: remarks, answered: no}", body) == 2
    assert names("{field: group/from, is: [MN01]}", body) == 1
    assert names('{field: women, is: ["7"]}', body) == 2
    assert names("{field: remarks, not: [x]}", body) == 2
