"""Whatever is uploaded, the answer is a form, a mapping, or an error of ours that tells a place."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.surveys.faults import LANGUAGES, Fault
from nuudel.surveys.mapping import MappingError, check, read_mapping
from nuudel.surveys.xlsform import XlsFormError, read_xlsform

from .books import csv, xlsx
from .counting import MAPPING, form

WORDS = st.sampled_from(
    [
        None,
        "a",
        "b",
        "1",
        "yes",
        "text",
        "integer",
        "calculate",
        "range",
        "select_one l",
        "select_multiple l or_other",
        "select_one_from_file x.csv",
        "begin_group",
        "begin group",
        "end_group",
        "begin_repeat",
        "end_repeat",
        "begin loop over l",
        "audit",
        "note",
        "${a}",
        "${",
        "$a = (",
        "pulldata('x', 'y', 'z', ${a})",
        "selected(${a}, 'b')",
        "l",
        "Ө",
        "#N/A",
        "{x}",
        "::",
        "meta",
        "data",
    ]
)
HEADINGS = st.sampled_from(
    [
        "type",
        "name",
        "label",
        "label::Монгол (mn)",
        "label::English (en)",
        "hint",
        "relevant",
        "calculation",
        "required",
        "parameters",
        "repeat_count",
        "choice_filter",
        "default",
        "trigger",
        "save_to",
        "list_name",
        "image",
        "bind::x",
        "relevent",
        "appearance",
        "{y}",
    ]
)


@st.composite
def sheet(draw: st.DrawFn, first: tuple[str, ...]) -> list[list[str | None]]:
    headings = [*first, *draw(st.lists(HEADINGS, max_size=4))]
    row = st.lists(WORDS, min_size=len(headings), max_size=len(headings))
    return [list(headings), *draw(st.lists(row, max_size=6))]


def form_faults(content: bytes, name: str) -> tuple[Fault, ...]:
    try:
        read_xlsform(content, name)
    except XlsFormError as error:
        return error.faults
    return ()


@settings(max_examples=120, deadline=None)
@given(sheet(("type", "name", "label")), sheet(("list_name", "name", "label")), st.booleans())
def test_any_workbook(survey: list[list[str | None]], choices: list[list[str | None]], as_text: bool) -> None:
    sheets = {"survey": survey, "choices": choices}
    content, name = (csv(sheets).encode(), "a.csv") if as_text else (xlsx(sheets), "a.xlsx")
    for fault in form_faults(content, name):
        assert all(fault.sentence(lang) for lang in LANGUAGES)


def mapping_faults(text: str) -> tuple[Fault, ...]:
    try:
        return tuple(check(read_mapping(text), form()))
    except MappingError as error:
        return error.faults


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_mapping(data: st.DataObject) -> None:
    """The mapping of the tests with a line cut, doubled, or filled with anything."""
    lines = MAPPING.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[place])))
    said = st.sampled_from(["", lines[place] * 2, "[]", "{a: b}", "~"])
    other = data.draw(st.one_of(st.text(max_size=20), said))
    changed = [*lines[:place], lines[place][:cut] + other, *lines[place + 1 :]]
    for fault in mapping_faults("\n".join(changed)):
        assert fault.cell.startswith("line ")
