"""The instruments in JavaRosa, the engine of ODK Collect: filled in both languages, sent, read, mapped.

``fills/<key>.yaml`` has what an enumerator answers and, worked out by hand, what is refused, what is not
asked and which facts come out. An answer that is a list is given one after another until one is accepted.
``lists: empty`` is a phone whose lists of points and settlements have no lines yet.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import yaml
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

from nuudel.base.packs import load_pack
from nuudel.ledger.codes import DURATIONS
from nuudel.ledger.queries import origin_destination, presence
from nuudel.ledger.store import Ledger
from nuudel.surveys import instruments
from nuudel.surveys.answers import Answers, answers
from nuudel.surveys.definition import Definition
from nuudel.surveys.facts import Context, facts
from nuudel.surveys.instruments.lookups import Area, places_csv
from nuudel.surveys.mapping_reading import read_mapping
from nuudel.surveys.submission import read_submission
from nuudel.surveys.xlsform import read_xlsform

from .javarosa_engine import QUICK, filled, java

HERE = Path(__file__).parent
KEYS = instruments.keys()
LANGUAGES = {"mn": "Монгол (mn)", "en": "English (en)"}
FILLS: Mapping[str, Mapping[str, Any]] = {
    key: yaml.load((HERE / "fills" / f"{key}.yaml").read_text("utf-8"), yaml.BaseLoader) for key in KEYS
}
CASES = [(key, name, lang) for key in FILLS for name in FILLS[key] for lang in LANGUAGES]
PHONE = {"deviceid": "device-1", "username": "ub-07"}
POINTS = """name,label,place,inside,outside,epidemic,status
p-west,Баруун товчоо,MN51116,MN11,MN41,yes,open
p-border,Гашуунсухайт,MN34631,MN46,CN,no,open
p-closed,Хуучин буудал,MN51101,MN11,MN41,no,closed
"""
SUBAREAS = """name,label,place
s-1,Ухаа худаг,MN34643-01
s-2,Бусад баг,MN34643-02
"""
AREAS = (
    Area("MN34643-01", "1-р баг", "Bagh 1", "MN34643"),
    Area("MN34643-02", "2-р баг", "Bagh 2", "MN34643"),
)
CONTEXT = Context("r1", "Municipality of Ulaanbaatar", datetime(2025, 11, 1, tzinfo=UTC), weight=12.5)


class Engine(NamedTuple):
    """What came of all fills, and the forms as they were served."""

    forms: Mapping[str, Definition]
    told: Mapping[tuple[str, str, str], Mapping[str, Any]]
    folder: Path


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], Path]) -> Engine:
    """All fills of all forms in one run of the virtual machine."""
    for tool in ("javac", "java"):
        require_tool(tool)
    folder = tmp_path_factory.mktemp("forms")
    places = places_csv(load_pack("mongolia"), AREAS)
    for kind in ("full", "empty"):
        (folder / kind).mkdir()
        (folder / kind / "places.csv").write_bytes(places)
        for name, text in (("points.csv", POINTS), ("subareas.csv", SUBAREAS)):
            lines = text.splitlines(keepends=True)
            (folder / kind / name).write_text("".join(lines if kind == "full" else lines[:1]), "utf-8")
    forms = {key: read_xlsform(instruments.workbook(key), f"{key}.xlsx") for key in FILLS}
    for key, form in forms.items():
        (folder / f"{key}.xml").write_bytes(form.xml)
    scripts = [
        {
            "form": str(folder / f"{key}.xml"),
            "media": str(folder / FILLS[key][name].get("lists", "full")),
            "language": LANGUAGES[lang],
            "answers": FILLS[key][name]["answers"],
        }
        for key, name, lang in CASES
    ]
    told = filled(folder, PHONE, scripts)
    return Engine(forms, dict(zip(CASES, told, strict=True)), folder)


def each(key: str, lang: str, column: str) -> Iterator[tuple[str, str]]:
    """Path and text of a column (``label``, ``hint`` …) in a language, off the instrument's own table."""
    header, *rows = instruments.sheets(key)["survey"]
    place = header.index(f"{column}::{LANGUAGES[lang]}")
    inside: list[str] = []
    for row in rows:
        kind, name = row[header.index("type")], row[header.index("name")]
        if kind.startswith("end_"):
            inside.pop()
            continue
        if kind.startswith("begin_"):
            inside.append(name)
        yield "/".join([*inside, *([] if kind.startswith("begin_") else [name])]), row[place]


def bare(path: str) -> str:
    """A path without the numbers of rows."""
    return "".join(part.partition("]")[2] if n else part for n, part in enumerate(path.split("[")))


def sent(engine: Engine, case: tuple[str, str, str]) -> Answers:
    form = engine.forms[case[0]]
    return answers(form, read_submission(engine.told[case]["xml"].encode()))


def test_odk_validate_takes_every_form(engine: Engine) -> None:
    paths = [str(engine.folder / f"{key}.xml") for key in FILLS]
    said = java("java", *QUICK, "-jar", ODK_VALIDATE_PATH, *paths)
    assert said.count("Xform is valid") == len(paths)


@pytest.mark.parametrize("case", CASES, ids="-".join)
class TestFill:
    def test_goes_through_with_exactly_the_refusals_that_rules_ask_for(
        self, engine: Engine, case: tuple[str, str, str]
    ) -> None:
        key, name, _ = case
        told, expected = engine.told[case], FILLS[key][name]
        assert told.get("stopped") is None
        assert told["through"]
        assert told["unused"] == []
        assert [[one["path"], one["why"]] for one in told["refused"]] == expected.get("refused", [])

    def test_each_refusal_says_the_sentence_of_its_language(
        self, engine: Engine, case: tuple[str, str, str]
    ) -> None:
        key, _, lang = case
        said = dict(each(key, lang, "constraint_message"))
        for one in engine.told[case]["refused"]:
            if one["why"] == "constraint":
                assert one["message"] == said[bare(one["path"])] != ""

    def test_asks_in_its_language_and_only_what_applies(
        self, engine: Engine, case: tuple[str, str, str]
    ) -> None:
        key, name, lang = case
        expected = FILLS[key][name]
        labels = dict(each(key, lang, "label"))
        asked = {one["path"]: one for one in engine.told[case]["asked"]}
        assert not set(expected.get("not_asked", [])) & set(asked)
        assert set(expected.get("asked", [])) <= set(asked)
        for path, one in asked.items():
            if "${" not in labels[bare(path)]:
                assert one["label"] == labels[bare(path)] != ""
        for column in ("label", "hint"):
            for path, numbers in expected.get(f"{column}s", {}).items():
                assert [word for word in numbers if word not in asked[path][column]] == []

    def test_the_submission_is_read_whole(self, engine: Engine, case: tuple[str, str, str]) -> None:
        key, name, _ = case
        found = sent(engine, case)
        assert found.unread == ()
        assert found.form_id == key
        assert found.values["deviceid"] == PHONE["deviceid"]
        assert found.values["username"] == PHONE["username"]
        assert found.values["start"] <= found.values["end"]  # type: ignore[operator]
        for path, value in FILLS[key][name].get("calculated", {}).items():
            assert str(found.values[path]) == value

    def test_gives_the_facts_worked_out_by_hand(self, engine: Engine, case: tuple[str, str, str]) -> None:
        key, name, _ = case
        expected = FILLS[key][name]
        made = facts(read_mapping(instruments.mapping_text(key)), sent(engine, case), CONTEXT)
        rows = {" ".join([row.name, *map(str, row.index)]): row.row for row in made.rows}
        assert sorted(rows) == sorted(expected.get("facts", {}))
        for fact, columns in expected.get("facts", {}).items():
            found = {column: written(rows[fact].get(column)) for column in columns}
            assert found == columns, fact
        left_out = [" ".join([one.name, *map(str, one.index)]) for one in made.left_out]
        assert sorted(left_out) == sorted(expected.get("left_out", []))
        assert {one.why for one in made.left_out} <= {"same_place"}


def test_the_ledger_takes_every_fact_and_keeps_passages_apart(engine: Engine, tmp_path: Path) -> None:
    """Into a ledger that knows the places on the phone; the sums are those of the scripts."""
    lines = (engine.folder / "full" / "places.csv").read_text("utf-8").splitlines()[1:]
    ledger = Ledger.open(tmp_path, places={line.partition(",")[0] for line in lines})
    for case in CASES:
        mapping = read_mapping(instruments.mapping_text(case[0]))
        made = facts(mapping, sent(engine, case), CONTEXT)
        for fact in {row.fact for row in made.rows if case[2] == "mn"}:
            rows = [dict(row.row) for row in made.rows if row.fact == fact]
            frame = pl.DataFrame(rows, infer_schema_length=None)
            series = [one for one in mapping.series.values() if one.fact == fact]
            result = ledger.append(frame, fact, series=series)
            assert (result.accepted, result.rejected) == (len(rows), 0)
    connection = ledger.connect()
    present = presence(connection, "dtm-area-present").to_polars()
    assert present["persons"].sum() == 1150 + 10 + 40
    every = DURATIONS.names
    arrived = origin_destination(connection, "dtm-area-arrivals", durations=every).to_polars()
    assert arrived["persons"].sum() == 48 + 3 + 30 + 20
    # Passages are there for who names them, and for nobody else.
    passed = origin_destination(connection, "dtm-flow-passages", durations=every, kinds=["crossing"])
    assert passed.to_polars()["persons"].sum() == 42 + 9 + 4 + 6
    assert origin_destination(connection, "dtm-flow-passages", durations=every).to_polars().is_empty()


def written(value: object) -> str:
    return "null" if value is None else str(value)


@pytest.mark.parametrize(("name", "action"), [("new_point", "create"), ("closed_point", "update")])
def test_a_profile_creates_or_changes_the_point(engine: Engine, name: str, action: str) -> None:
    root = ET.fromstring(engine.told["flow_point_profile", name, "mn"]["xml"])
    entity = next(element for element in root.iter() if element.tag.rpartition("}")[2] == "entity")
    given = FILLS["flow_point_profile"][name]["answers"]
    assert entity.get("dataset") == "points"
    assert [one for one in ("create", "update") if entity.get(one) == "1"] == [action]
    assert entity[0].text == given["visit/point_name"]
    assert entity.get("id") == given.get("visit/point", entity.get("id")) != ""


def test_an_area_creates_an_entity_for_each_settlement_or_changes_the_one_on_the_list(engine: Engine) -> None:
    root = ET.fromstring(engine.told["baseline_area", "bagh", "mn"]["xml"])
    entities = [element for element in root.iter() if element.tag.rpartition("}")[2] == "entity"]
    told = [
        (one.get("dataset"), one.get("create"), one.get("update"), one[0].text, one.get("id") == "s-1")
        for one in entities
    ]
    assert told == [
        ("subareas", "1", "0", "Ухаа худаг", False),
        ("subareas", "0", "1", "Ухаа худаг", True),
    ]
