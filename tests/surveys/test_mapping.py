"""Mappings: read strictly, and held against their form; every fault at its line."""

import pytest

from nuudel.surveys.mapping import MappingError, check, read_mapping

from .counting import MAPPING, form


def told(mapping: str) -> list[tuple[str, str]]:
    with pytest.raises(MappingError) as error:
        read_mapping(mapping)
    assert error.value.code == "SURVEY-140"
    return [(one.cell, one.key) for one in error.value.faults]


UNUSED_5, UNUSED_7 = (("line 5", "unused_series"), ("line 7", "unused_series"))


# --- reading -------------------------------------------------------------------------------------------


def test_a_mapping_is_read() -> None:
    mapping = read_mapping(MAPPING)
    assert (mapping.form_id, mapping.source) == ("points", "Flow points of a test")
    assert {key: series.fact for key, series in mapping.series.items()} == {
        "dtm-passages": "movement",
        "dtm-present": "presence",
    }
    assert [fact.name for fact in mapping.facts] == [
        "passing",
        "present.women",
        "present.men",
        "present.children",
    ]
    assert check(mapping, form()) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("form: &a x\nsource: *a", "yaml_anchor"),
        ("form: [x", "yaml_malformed"),
        ("form: x\n\tsource: y", "yaml_malformed"),
        ("form: !!python/object/apply:os.system [ls]", "yaml_tag"),
        ("form: x\nform: y", "yaml_key_twice"),
        ("[a]: x", "yaml_key"),
        ("form: x\n---\nform: y", "yaml_several_documents"),
        ("form: " + "[" * 50 + "]" * 50, "yaml_too_deep"),
        ("form: x" + " " * 600_000, "yaml_too_large"),
        ("form: x\0", "yaml_malformed"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, key: str) -> None:
    assert [found for _, found in told(text)] == [key]


def test_a_bomb_of_aliases_is_refused_at_its_first_line() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert told(bomb) == [("line 1", "yaml_anchor")]


@pytest.mark.parametrize("text", ["", "- a", "text", "~"])
def test_what_is_no_table_is_refused(text: str) -> None:
    assert told(text)[0] == ("line 1", "not_a_table")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("form: points", "from: points", [("line 2", "missing_key"), ("line 2", "unknown_key")]),
        ("counts: passage", "counts: passages", [("line 11", "unknown_value")]),
        ("kind: crossing", "kind: residence", [("line 17", "kind_not_counted")]),
        ("kind: crossing", "kind: {field: why, codes: {dzud: return}}", [("line 17", "kind_not_counted")]),
        ("kind: assessment", "kind: assesment", [("line 30", "not_a_code")]),
        ("mode: on_foot", "mode: walking", [("line 24", "not_a_code")]),
        ("mode: on_foot", "moode: on_foot", [("line 24", "unknown_key")]),
        ("mode: on_foot", "pseudonym: x", [("line 24", "unknown_key")]),
        ("mode: on_foot", "citizenship: Mongolia", [("line 24", "not_a_name")]),
        ("mode: on_foot", "age_from: 200", [("line 24", "not_an_age")]),
        ("mode: on_foot", "households: -1", [("line 24", "not_a_count")]),
        ("mode: on_foot", "end: 22.11.2026", [("line 24", "not_a_date")]),
        ("weight: {context: weight}", "weight: 0", [("line 23", "not_a_number")]),
        ("{context: weight}", "{context: wait}", [("line 23", "unknown_value")]),
        ("{context: weight}", "{context: weight, field: factor}", [("line 23", "one_origin")]),
        ("{context: weight}", "{codes: {a: 1}}", [("line 23", "one_origin")]),
        ("{context: weight}", "[1]", [("line 23", "not_a_text")]),
        ("persons: {field: group/size}", "households: 1", [("line 10", "missing_column")]),
        ("start: {field: day}", "end: {field: day}", [("line 10", "missing_column")]),
        ("series: dtm-passages", "series: dtm-passage", [UNUSED_5, ("line 10", "unknown_series")]),
        ("series: dtm-present", "series: dtm-passages", [UNUSED_7, ("line 10", "series_of_two_kinds")]),
        ("  dtm-present:", "  DTM:", [("line 25", "unknown_series"), ("line 7", "not_a_series_key")]),
        ("is: [\"yes\"]", "is: [x], not: [a]", [("line 15", "one_condition")]),
        ("is: [\"yes\"]", "are: [\"yes\"]", [("line 15", "one_condition"), ("line 15", "unknown_key")]),
        ("passing:", "Passing:", [("line 10", "not_a_fact_name")]),
        ("zeros: keep", "zeros: yes", [("line 28", "unknown_value")]),
    ],
)  # fmt: skip
def test_every_fault_is_told_at_its_line(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(told(MAPPING.replace(old, new, 1))) == sorted(expected)


# --- beside the form -----------------------------------------------------------------------------------


def fit(old: str, new: str) -> list[tuple[str, str]]:
    mapping = MAPPING.replace(old, new, 1)
    assert mapping != MAPPING
    return [(one.cell, one.key) for one in check(read_mapping(mapping), form())]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("form: points", "form: point", [("line 1", "other_form")]),
        ("repeat: group", "repeat: groups", [("line 10", "unknown_repeat")]),
        ("{field: day}", "{field: days}", [("line 18", "unknown_field")]),
        ("{field: day}", "{field: women}", [("line 18", "wrong_type")]),
        ("{field: group/from}", "{field: group/child/age}", [("line 19", "field_in_repeat")]),
        ("{field: group/from}", "{field: herd/head}", [("line 19", "field_in_repeat")]),
        ("{field: group/from}", "{field: whys}", [("line 19", "wrong_type")]),
        ("{field: group/from}", "{field: spot}", [("line 19", "wrong_type")]),
        ("{field: group/from}", "{field: why}", [("line 19", "choices_no_codes")]),
        ("{field: group/from}", "{field: bagh}", []),
        ("{field: group/size}", "{field: remarks}", [("line 21", "wrong_type")]),
        ("{field: group/size}", "{field: factor}", [("line 21", "wrong_type")]),
        ("{field: group/size}", "{field: total}", []),
        ("{field: group/size}", "{sum: [group/size, herd/head]}", [("line 21", "field_in_repeat")]),
        ("{field: group/size}", "{sum: [group/child/age, women]}", []),
        ("{field: group/size}", "{sum: [group/sise]}", [("line 21", "unknown_field")]),
        ("{field: group/size}", "{sum: [day]}", [("line 21", "wrong_type")]),
        ("{context: weight}", "{field: factor}", []),
        ("mode: on_foot", "age_from: {field: factor}", [("line 24", "wrong_type")]),
        ("mode: on_foot", "age_from: {field: why, codes: {work: 15, dzud: 0, employment: ~}}", []),
        (", dzud: hazard}, otherwise: ~}", ", dsud: hazard}, otherwise: ~}", [("line 22", "unknown_choice")]),
        (", dzud: hazard}, otherwise: ~}", "}}", [("line 22", "choice_without_code")]),
        ("{field: consent,", "{field: group/consent,", [("line 15", "unknown_field")]),
        ("{field: consent,", "{field: herd/head,", [("line 15", "field_in_repeat")]),
        ("is: [\"yes\"]", "is: [maybe]", [("line 15", "unknown_choice")]),
        ("kind: crossing", "kind: {field: why}", [("line 17", "choices_no_codes")]),
        ("place: {context: place}", "place: {field: to}", []),
    ],
)  # fmt: skip
def test_a_mapping_is_held_against_its_form(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert fit(old, new) == expected


def test_the_nearest_name_is_told() -> None:
    mapping = read_mapping(MAPPING.replace("{field: group/size}", "{field: group/sise}"))
    (found,) = check(mapping, form())
    assert found.next_step["en"].startswith("Name one of its questions, with its groups: group/size,")
