"""The instruments as tables: their words, codes and rules, and the mappings that go with them."""

import csv
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from nuudel.base.errors import SurveyError
from nuudel.base.packs import load_pack
from nuudel.ledger import codes
from nuudel.surveys import instruments
from nuudel.surveys.definition import Definition, language_code
from nuudel.surveys.instruments.lookups import Area, places_csv
from nuudel.surveys.mapped import FromField
from nuudel.surveys.mapping import MappingError
from nuudel.surveys.mapping_check import check
from nuudel.surveys.mapping_reading import read_mapping
from nuudel.surveys.xlsform import read_xlsform

KEYS = instruments.keys()
FLOW = tuple(key for key in KEYS if key.startswith("flow_"))
FILLS = Path(__file__).parent / "fills"
MN, EN = "Монгол (mn)", "English (en)"
SILENT = {"start", "end", "today", "deviceid", "username", "calculate", "hidden", "note"}
# What an enumerator is asked when there is one of everything; beyond, people give up.
MOST_QUESTIONS = {
    "baseline_area": 60,
    "baseline_subarea": 64,
    "flow_point_profile": 24,
    "flow_registry": 24,
    "flow_survey": 24,
    "emergency_tracking": 41,
}
# The answers of these lists go into the ledger as they are.
LEDGER_LISTS = {"reason": codes.REASONS, "mode": codes.MODES, "duration": codes.DURATIONS, "sex": codes.SEXES}
PLAIN_RANGE = re.compile(r"\. >= \d+ and \. <= \d+")


@pytest.fixture(scope="module", params=KEYS)
def form(request: pytest.FixtureRequest) -> Definition:
    return read_xlsform(instruments.workbook(request.param), f"{request.param}.xlsx")


def table(key: str, sheet: str) -> Iterator[dict[str, str]]:
    header, *rows = instruments.sheets(key)[sheet]
    return (dict(zip(header, row, strict=True)) for row in rows)


def questions(key: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and row of each row that is no group."""
    inside: list[str] = []
    for row in table(key, "survey"):
        if row["type"].startswith("begin_"):
            inside.append(row["name"])
        elif row["type"].startswith("end_"):
            inside.pop()
        else:
            yield "/".join([*inside, row["name"]]), row


def test_every_form_reads_without_a_fault_in_mongolian_first(form: Definition) -> None:
    assert [language_code(language) for language in form.languages] == ["mn", "en"]
    assert form.form_id in KEYS
    assert form.version


def test_every_mapping_fits_its_form(form: Definition) -> None:
    mapping = read_mapping(instruments.mapping_text(form.form_id))
    assert mapping.form_id == form.form_id
    assert check(mapping, form) == []


@pytest.mark.parametrize("key", FLOW)
def test_who_passes_a_point_is_never_counted_as_having_moved(key: str) -> None:
    text = instruments.mapping_text(key)
    assert {fact.counts for fact in read_mapping(text).facts} <= {"passage", "event"}
    if "kind: crossing" in text:
        with pytest.raises(MappingError):
            read_mapping(text.replace("kind: crossing", "kind: residence"))


@pytest.mark.parametrize("key", KEYS)
def test_forms_are_no_longer_than_they_were(key: str) -> None:
    asked = [path for path, row in questions(key) if row["type"] not in SILENT]
    assert len(asked) == MOST_QUESTIONS[key]


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_has_a_sentence_in_both_languages(key: str) -> None:
    for path, row in questions(key):
        said = [row[f"constraint_message::{language}"] for language in (MN, EN)]
        assert all(said) == bool(row["constraint"]), path
        assert any(said) == bool(row["constraint"]), path


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_that_compares_answers_is_broken_once_in_the_engine(key: str) -> None:
    fills: dict[str, Any] = yaml.load((FILLS / f"{key}.yaml").read_text("utf-8"), yaml.BaseLoader)
    broken = {
        re.sub(r"\[\d+\]", "", path)
        for fill in fills.values()
        for path, why in fill.get("refused", [])
        if why == "constraint"
    }
    rules = {path for path, row in questions(key) if row["constraint"]}
    plain = {path for path, row in questions(key) if PLAIN_RANGE.fullmatch(row["constraint"])}
    assert sorted(rules - plain - broken) == []


@pytest.mark.parametrize("name", LEDGER_LISTS)
def test_lists_that_go_into_the_ledger_are_its_own(name: str) -> None:
    expected = LEDGER_LISTS[name].codes.items()
    key = "baseline_area" if name == "reason" else "flow_survey"
    found = [row for row in table(key, "choices") if row["list_name"] == name]
    kept = [(code, text) for code, text in expected if code != "all"]
    assert [row["name"] for row in found] == [code for code, _ in kept]
    assert [row[f"label::{EN}"].lower() for row in found] == [text["en"].lower() for _, text in kept]
    assert [row[f"label::{MN}"].lower() for row in found] == [text["mn"].lower() for _, text in kept]


def test_travellers_have_the_reasons_of_the_ledger_and_four_that_are_no_migration() -> None:
    asked = [row["name"] for row in table("flow_survey", "choices") if row["list_name"] == "purpose"]
    journeys = ["visit", "trade", "leisure", "transit"]
    assert [name for name in asked if name not in journeys] == [
        code for code in codes.REASONS.codes if code != "all"
    ]
    (fact,) = read_mapping(instruments.mapping_text("flow_survey")).facts
    origin = fact.columns["reason"]
    assert isinstance(origin, FromField)
    assert origin.codes == {name: "other" if name in journeys else name for name in asked}


def test_a_shared_list_is_written_once() -> None:
    with (instruments.FOLDER / "lists.csv").open(encoding="utf-8") as file:
        shared = {row["list_name"] for row in csv.DictReader(file)}
    users = {name: [key for key in KEYS if name in asked_lists(key)] for name in shared}
    assert {name for name, found in users.items() if len(found) < 2} == set()
    for key in KEYS:
        assert asked_lists(key) == {row["list_name"] for row in table(key, "choices")}


def asked_lists(key: str) -> set[str]:
    return instruments.lists_of(instruments.sheets(key)["survey"])


def test_no_form_asks_for_a_name_or_a_number_of_a_person() -> None:
    """Texts that are left say what they are not for; informants and enumerators have codes."""
    for key in KEYS:
        for path, row in questions(key):
            if row["type"] == "text" and path.rpartition("/")[2] not in {"bagh_name", "point_name"}:
                hint = row[f"hint::{EN}"].lower()
                assert "name" in hint or "not of a person" in hint, f"{key}: {path}"


def test_places_are_in_the_order_of_the_country_with_areas_of_the_operation() -> None:
    bagh = Area("MN34643-01", "1-р баг", "Bagh 1", "MN34643")
    rows = list(csv.DictReader(places_csv(load_pack("mongolia"), [bagh]).decode().splitlines()))
    by_code = {row["name"]: row for row in rows}
    assert len(by_code) == len(rows)
    assert rows[0] == {
        "name": "MN",
        "label": "Монгол Улс · Mongolia",
        "__version": "1",
        "level": "country",
        "parent": "",
    }
    assert rows[-1] == {
        "name": "MN34643-01",
        "label": "1-р баг · Bagh 1",
        "__version": "1",
        "level": "bagh",
        "parent": "MN34643",
    }
    assert by_code["MN51125"] == {
        "name": "MN51125",
        "label": "Чингэлтэй · Chingeltei",
        "__version": "1",
        "level": "soum",
        "parent": "MN11",
    }
    assert by_code["KR"]["level"] == "country"
    levels = [row["level"] for row in rows]
    assert (levels.count("aimag"), levels.count("soum")) == (22, 339)
    soums = [row for row in rows if row["level"] == "soum"]
    assert {by_code[row["parent"]]["level"] for row in soums} == {"aimag"}


def test_ages_of_a_mapping_lie_side_by_side() -> None:
    """The age groups of a count leave nobody out between two of them."""
    for key in ("baseline_area", "baseline_subarea", "flow_registry", "emergency_tracking"):
        mapping = read_mapping(instruments.mapping_text(key))
        ages = {
            tuple(getattr(fact.columns.get(name), "value", None) for name in ("age_from", "age_to"))
            for fact in mapping.facts
            if "age_from" in fact.columns
        }
        spans = sorted(ages, key=lambda span: span[0] or 0)
        assert spans[0][0] == 0
        assert spans[-1][1] is None
        for (_, end), (start, _) in pairwise(spans):
            assert start == end + 1


def test_an_unknown_instrument_is_named() -> None:
    with pytest.raises(SurveyError, match="flow_registry") as error:
        instruments.workbook("flow_registri")
    assert error.value.code == "SURVEY-150"
