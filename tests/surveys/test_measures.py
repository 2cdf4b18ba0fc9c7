"""The section ``measures`` of a mapping: read strictly, held against the form, under the layout's names."""

from datetime import UTC, date, datetime

import pytest

from nuudel.surveys import instruments
from nuudel.surveys.answers import Row, answers
from nuudel.surveys.definition import Definition
from nuudel.surveys.layouts import LAYOUTS
from nuudel.surveys.mapping import Context, MappingError, check, read_mapping
from nuudel.surveys.measures import as_json, measured
from nuudel.surveys.submission import read_submission
from nuudel.surveys.writing import write_submission
from nuudel.surveys.xlsform import read_xlsform

KEY = "baseline_area"
KEYS = instruments.keys()
CONTEXT = Context("r1", "Office", datetime(2026, 11, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def form() -> Definition:
    return read_xlsform(instruments.workbook(KEY), f"{KEY}.xlsx")


def with_change(old: str, new: str) -> str:
    text = instruments.mapping_text(KEY)
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("layout: area", "layout: areas", "unknown_value"),
        ("    outcome: {field: visit/outcome}", "    outcom: {field: visit/outcome}", "unknown_key"),
        ("  day: {field: visit/assessed_on}\n", "", "missing_key"),
        ("needs: {choices: close/needs}", "needs: {}", "one_kind_of_rows"),
        ("needs: {choices: close/needs}", "settlements2: {choices: close/needs}", "unknown_key"),
    ],
)
def test_a_fault_of_measures_is_told(old: str, new: str, key: str) -> None:
    with pytest.raises(MappingError) as error:
        read_mapping(with_change(old, new))
    assert key in [fault.key for fault in error.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("outcome: {field: visit/outcome}", "outcome: {field: visit/outcomes}", "unknown_field"),
        ("displaced: {field: present/displaced}", "displaced: {field: visit/assessed_on}", "wrong_type"),
        ("began: {field: start}", "began: {field: visit/assessed_on}", "wrong_type"),
        (
            "informants: {field: informants/agreed}",
            "informants: {field: moves/arrivals/arrived_men}",
            "field_in_repeat",
        ),
        ("needs: {choices: close/needs}", "needs: {choices: visit/outcome}", "not_several"),
        ("needs: {choices: close/needs}", "needs: {choices: close/need}", "unknown_field"),
        ("      repeat: informants/informant\n", "      repeat: informants\n", "unknown_repeat"),
    ],
)
def test_measures_are_held_against_the_form(form: Definition, old: str, new: str, key: str) -> None:
    assert key in [fault.key for fault in check(read_mapping(with_change(old, new)), form)]


def test_answers_stand_under_the_names_of_the_layout(form: Definition) -> None:
    left = [Row((number,), {"moves/departures/left_persons": number + 2}) for number in range(2)]
    sent = write_submission(
        form,
        "uuid:1",
        {
            "visit/place": "MN8101",
            "visit/assessed_on": date(2026, 11, 10),
            "visit/enumerator": "a word of an enumerator",
            "present/persons": 40,
            "close/needs": ("water", "food"),
        },
        {"moves/departures": left},
    )
    mapping = read_mapping(instruments.mapping_text(KEY))
    told = measured(mapping, answers(form, read_submission(sent)), CONTEXT)
    assert told is not None
    assert (told.layout, told.area, told.day, told.began) == ("area", "MN8101", date(2026, 11, 10), None)
    assert told.values == {"persons": 40, "departed": 5}
    assert as_json(told) == {
        "values": {"persons": 40, "departed": 5},
        "rows": {
            "informants": [],
            "arrivals": [],
            "departures": [{"persons": 2}, {"persons": 3}],
            "settlements": [],
            "needs": [{"need": "water"}, {"need": "food"}],
        },
    }


def test_without_the_section_there_are_none(form: Definition) -> None:
    text = instruments.mapping_text(KEY).partition("measures:")[0]
    sent = write_submission(form, "uuid:1", {"present/persons": 40})
    assert measured(read_mapping(text), answers(form, read_submission(sent)), CONTEXT) is None


def test_every_instrument_has_measures_of_a_layout() -> None:
    layouts = {key: read_mapping(instruments.mapping_text(key)).measures for key in KEYS}
    assert {key: found.layout for key, found in layouts.items() if found} == {
        "baseline_area": "area",
        "baseline_subarea": "subarea",
        "emergency_tracking": "event",
        "flow_point_profile": "point",
        "flow_registry": "watch",
        "flow_survey": "traveller",
    }
    assert {found.layout for found in layouts.values() if found} == set(LAYOUTS)
