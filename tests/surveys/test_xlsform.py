"""Faults of a form: all of them, each at its cell, in words of both languages."""

import tomllib
from pathlib import Path
from string import Formatter

import pytest
from pyxform.errors import ErrorCode

from nuudel.surveys.faults import LANGUAGES, MESSAGES_FOLDER, fault, messages
from nuudel.surveys.xlsform import XlsFormError, read_xlsform

from .books import SMALL, markdown, xlsx
from .forms import everything

QUESTION = "| | integer | a | A |"


def faults(text: str) -> list[tuple[str, str]]:
    """Places and keys of the faults of a form; the line of the text is the row of the cell."""
    with pytest.raises(XlsFormError) as error:
        read_xlsform(text.encode(), "form.md")
    return [(one.place, one.key) for one in error.value.faults]


def survey(*rows: str, more: str = "", headings: str = "| | type | name | label |") -> str:
    return "\n".join(["| survey |", headings, *rows, more])


CHOICES = "| choices |\n| | list_name | name | label |\n| | sex | f | F |\n| | sex | m | M |"

ONE_FAULT = {
    "type_unknown": (survey("| | integr | a | A |"), "survey!B3"),
    "type_missing": (survey(QUESTION, "| | | b | B |"), "survey!B4"),
    "list_missing": (survey("| | select_one | a | A |", more=CHOICES), "survey!B3"),
    "list_unknown": (survey("| | select_one sx | a | A |", more=CHOICES), "survey!B3"),
    "list_file": (survey("| | select_one_from_file baghs | a | A |"), "survey!B3"),
    "name_missing": (survey("| | integer | | A |"), "survey!C3"),
    "name_form": (survey("| | integer | 1st try | A |"), "survey!C3"),
    "name_twice": (survey(QUESTION, "| | text | a | B |"), "survey!C4"),
    "name_reserved": (survey("| | begin_repeat | data | A |", QUESTION, "| | end_repeat | | |"), "survey!C3"),
    "label_missing": (survey("| | integer | a | |"), "survey!D3"),
    "never_closed": (survey("| | begin_group | g | G |", QUESTION), "survey!B3"),
    "never_opened": (survey(QUESTION, "| | end_group | | |"), "survey!B4"),
    "other_end": (survey("| | begin_group | g | G |", QUESTION, "| | end_repeat | | |"), "survey!B5"),
    "sheet_empty": (survey(), "survey"),
    "column_missing": (survey("| | integer | A |", headings="| | type | label |"), "survey!A2"),
    "heading_twice": (
        survey("| | integer | a | A | B |", headings="| | type | name | label | label |"),
        "survey!E2",
    ),
    "sheet_nearly": (survey(QUESTION, more="| setings |\n| | form_id |\n| | x |"), "setings"),
    "audit_name": (survey(QUESTION, "| | audit | log | |"), "survey!C4"),
    "external_missing": (survey("| | select_one_external x | a | A |"), "survey!B3"),
    "calculation_missing": (survey(QUESTION, "| | calculate | b | |"), "survey!4:4"),
    "other_filtered": (
        survey(
            "| | select_one sex or_other | a | A | name = 'f' |",
            more=CHOICES,
            headings="| | type | name | label | choice_filter |",
        ),
        "survey!E3",
    ),
    "sheet_missing": (f"| question |\n| | type |\n| | text |\n{CHOICES}", ""),
}


@pytest.mark.parametrize("key", ONE_FAULT)
def test_one_fault_is_told_once_at_its_cell(key: str) -> None:
    text, place = ONE_FAULT[key]
    assert faults(text) == [(place, key)]


WITH = "| | type | name | label | {column} |"


@pytest.mark.parametrize(
    ("column", "text", "keys"),
    [
        ("relevant", "${b} = 1", ["reference_unknown"]),
        ("relevant", "${s} = ", []),
        ("relevant", "${a", ["reference_broken"]),
        ("relevant", "$s = 'f'", ["reference_broken"]),
        ("relevant", "${s} = '$s'", ["choice_unknown"]),
        ("relevant", "field-list", ["condition_word"]),
        ("relevant", "TRUE", []),
        ("relevant::English", "${s} = 'f'", ["heading_language"]),
        ("bind::relevant", "${s} = 'f'", []),
        ("relevant", "${} = 1", ["reference_broken"]),
        ("relevant", "selected(${s}, 'x')", ["choice_unknown"]),
        ("relevant", "${s} = 'x' or ${s} != \"f\"", ["choice_unknown"]),
        ("relevant", "selected(${s}, ‘m’)", []),
        ("relevant", "selectd(${s}, 'f')", ["function_unknown"]),
        ("relevant", "(${s} = 'f'", ["expression_open"]),
        ("relevant", "${s} = 'f", ["expression_open"]),
        ("constraint", ". > 0 and (. < 10] )", ["expression_open"]),
        ("constraint", "regex(., '^\\(?[0-9]+$')", []),
        ("constraint", 'not(. = "it\'s")', []),
        ("calculation", "if(${s} = 'f', 1, count-selected(${s}))", []),
        ("calculation", "jr:choice-name(${s}, '${s}')", []),
        ("required", "yes", []),
        ("readonly", "true()", []),
        ("default", "x (y", []),
        ("hint", "See ${s}", []),
        ("hint", "See ${t}", ["reference_unknown"]),
        ("relevent", "${s} = 'f'", ["heading_nearly"]),
        ("my remark", "whatever ${", ["reference_broken"]),
    ],
)
def test_expressions_are_read(column: str, text: str, keys: list[str]) -> None:
    form = survey(
        "| | select_one sex | s | S | |",
        f"| | integer | a | A | {text} |",
        more=CHOICES,
        headings=WITH.format(column=column),
    )
    if keys:
        found = faults(form)
        assert [key for _, key in found] == keys
        assert found[0][0] == ("survey!E2" if "heading" in keys[0] else "survey!E4")
    else:
        assert read_xlsform(form.encode(), "form.md").question("a").kind in ("integer", "calculate")


def test_choices_are_read() -> None:
    rows = ["| | sex | f | F |", "| | sex | f | F |", "| | sex | | M |", "| | | o | O |", "| | sex | a b | |"]
    text = survey(
        "| | select_multiple sex | a | A |",
        more="| choices |\n| | list_name | name | label |\n" + "\n".join(rows),
    )
    assert faults(text) == [
        ("choices!C7", "choice_twice"),
        ("choices!C8", "choice_without_name"),
        ("choices!B9", "choice_without_list"),
        ("choices!C10", "choice_blank"),
        ("choices!D10", "choice_without_label"),
    ]


def test_choices_may_come_twice_where_the_form_says_so() -> None:
    choices = "| choices |\n| | list_name | name | label |\n| | sex | f | F |\n| | sex | f | G |"
    allowed = "\n| settings |\n| | form_id | allow_choice_duplicates |\n| | f | yes |"
    read_xlsform(survey("| | select_one sex | a | A |", more=choices + allowed).encode(), "form.md")


def test_a_filter_names_columns_of_the_choices() -> None:
    headings = "| | type | name | label | choice_filter |"
    choices = "| choices |\n| | list_name | name | label | aimag |\n| | soum | s1 | S | a1 |"
    good, bad = "aimag = ${a}", "aimg = ${a}"
    for text, place in ((good, []), (bad, [("survey!E4", "filter_column")])):
        form = survey(
            "| | text | a | A | |", f"| | select_one soum | b | B | {text} |", more=choices, headings=headings
        )
        if place:
            assert faults(form) == place
        else:
            assert read_xlsform(form.encode(), "form.md").question("b").list_name == "soum"


def test_each_text_is_there_in_each_language() -> None:
    headings = "| | type | name | label::English (en) | label::Монгол (mn) | hint::English (en) |"
    choices = "| choices |\n| | list_name | name | label::English (en) |\n| | sex | f | F |"
    text = survey(
        "| | select_one sex | a | A | | |", "| | text | b | B | Б | Help |", more=choices, headings=headings
    )
    assert faults(text) == [
        ("survey!F2", "translation_column"),
        ("survey!E3", "translation_missing"),
        ("choices!D6", "translation_column"),
    ]


def test_a_language_is_written_in_one_way() -> None:
    headings = (
        "| | type | name | label::Монгол (mn) | hint::Монгол(mn) | label::English (en) | hint::English (en) |"
    )
    assert faults(survey("| | text | a | A | B | C | D |", headings=headings)) == [
        ("survey!E2", "language_twice")
    ]


def test_the_default_language_is_one_of_the_forms() -> None:
    settings = "| settings |\n| | form_id | default_language |\n| | f | English |\n| | g | |"
    headings = "| | type | name | label::English (en) | label::Монгол (mn) |"
    assert faults(survey("| | text | a | A | B |", more=settings, headings=headings)) == [
        ("settings!C6", "default_language"),
        ("settings!7:7", "settings_row"),
    ]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("| | range | a | A | start=1 end=x |", "RANGE_001"),
        ("| | range | a | A | start=1 end=5 step=0 |", "RANGE_002"),
        ("| | text | a | A | rows |", "SURVEY_004"),
        ("| | text | a | A | colour=red |", "SURVEY_005"),
        ("| | geopoint | a | A | capture-accuracy=fine |", "SURVEY_007"),
        ("| | image | a | A | max-pixels=many |", "refused"),
    ],
)
def test_what_pyxform_alone_finds_has_words_of_ours(row: str, key: str) -> None:
    found = faults(survey(row, headings="| | type | name | label | parameters |"))
    assert [one for _, one in found] == [key]
    if key != "refused":
        assert found[0][0] == "survey!E3"


def test_what_pyxform_refuses_is_told_in_the_row_of_the_file() -> None:
    rows = [*SMALL["survey"], [], [], ["range", "r", "R", "Р", "start=1 end=x"]]
    rows[0] = [*rows[0], "parameters"]
    with pytest.raises(XlsFormError) as error:
        read_xlsform(xlsx({**SMALL, "survey": rows}), "a.xlsx")
    assert [(one.place, one.key) for one in error.value.faults] == [("survey!E7", "RANGE_001")]


def test_where_pyxform_itself_fails_the_form_is_refused() -> None:
    rows = ("| | begin_repeat | r | R |", "| | csv-external | e | |", QUESTION, "| | end_repeat | | |")
    assert faults(survey(*rows)) == [("survey", "unforeseen")]


def test_entities_without_their_sheet() -> None:
    text = survey("| | text | a | A | name_of |", headings="| | type | name | label | save_to |")
    assert faults(text) == [("survey!E3", "ENTITY_001")]


def test_faults_of_many_kinds_are_told_together() -> None:
    text = survey(
        "| | integr | a | A |", "| | select_one sx | 1 | |", "| | text | a | ${zz} |", "| | end_group | | |"
    )
    assert faults(text) == [
        ("survey!B3", "type_unknown"),
        ("survey!B4", "list_unknown"),
        ("survey!C4", "name_form"),
        ("survey!D4", "label_missing"),
        ("survey!C5", "name_twice"),
        ("survey!D5", "reference_unknown"),
        ("survey!B6", "never_opened"),
    ]


def test_the_error_tells_the_first_and_how_many() -> None:
    with pytest.raises(
        XlsFormError, match=r"SURVEY-120: the workbook has 1 fault\(s\); the first \(survey!B3\): The"
    ):
        read_xlsform(ONE_FAULT["type_unknown"][0].encode(), "form.md")


def test_a_form_without_settings_is_called_as_its_file() -> None:
    assert read_xlsform(survey(QUESTION).encode(), "Тооллого 2026.md").form_id == "Тооллого 2026"


def test_a_form_of_everything() -> None:
    form = everything()
    assert {q.kind for q in form.questions} == {
        "acknowledge", "audit", "barcode", "calculate", "date", "dateTime", "decimal", "deviceid", "file",
        "geopoint", "geoshape", "geotrace", "hidden", "image", "integer", "note", "rank", "select_multiple",
        "select_one", "start", "text", "time", "today",
    }  # fmt: skip
    assert form.languages == ("English (en)", "Монгол (mn)")
    assert form.repeats == ("household", "household/person")
    assert form.files == ("female.png", "baghs.csv")
    assert form.entity_lists == ("people",)
    women, gender = form.question("who/women"), form.question("household/person/gender")
    assert (women.required, women.data, women.repeats, women.label("mn")) == (True, "int", (), "Эмэгтэй")
    assert gender.repeats == ("household", "household/person")
    assert [choice.label("mn") for choice in gender.choices] == ["Эмэгтэй", "Эрэгтэй"]
    assert form.question("who/sex").save_to == "sex"
    assert form.question("bagh").file == "baghs.csv"
    assert form.question("thanks").label("en") == "Thanks, ${remarks}"
    assert form.groups["household"]["Монгол (mn)"] == "Өрх"
    assert form.hash.startswith("md5:")


def test_the_same_workbook_is_the_same_form_byte_for_byte() -> None:
    text = markdown(SMALL).encode()
    assert read_xlsform(text, "a.md").hash == read_xlsform(text, "a.md").hash


def test_external_choices_are_a_file_of_the_form() -> None:
    text = survey(
        "| | select_one_external soum | a | A | aimag='x' |",
        headings="| | type | name | label | choice_filter |",
        more="| external_choices |\n| | list_name | name | aimag |\n| | soum | s1 | x |",
    )
    form = read_xlsform(text.encode(), "form.md")
    assert form.files == ("itemsets.csv",)
    assert form.question("a").list_name == "soum"
    assert form.itemsets.decode().splitlines()[1].endswith('"s1","x"')


# --- the words -----------------------------------------------------------------------------------------


def test_every_fault_has_words_in_both_languages() -> None:
    english, mongolian = (messages(lang) for lang in LANGUAGES)
    assert english.keys() == mongolian.keys()
    for key, said in english.items():
        assert said.keys() == mongolian[key].keys() == {"problem", "next_step"}
        for part, text in said.items():
            assert slots(text) == slots(mongolian[key][part]), key
            assert text.endswith((".", "{said}"))
            assert not set("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя") & set(text.lower()), key


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_fault_with_words_is_found_somewhere(repository: Path) -> None:
    written = "".join(path.read_text("utf-8") for path in (repository / "src/nuudel/surveys").rglob("*.py"))
    codes = {code.name for code in ErrorCode}
    for path in MESSAGES_FOLDER.glob("*.en.toml"):
        keys = tomllib.loads(path.read_text("utf-8")).keys()
        unused = (
            {key for key in keys if f'"{key}"' not in written} if "pyxform" not in path.name else keys - codes
        )
        assert unused == set()


def test_a_sentence_has_its_place_first() -> None:
    told = fault("name_twice", "survey", "C12", name="a", row=3)
    assert told.sentence("en") == (
        "survey!C12: The name “a” is in row 3 already. Give one of the two another name."
    )
    assert told.sentence("mn").startswith("survey!C12: «a» нэр 3-р мөрөнд бий.")
    assert fault("sheet_missing").sentence("en").startswith("There is no sheet")
