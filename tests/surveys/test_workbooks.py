"""Workbooks of each kind: read as pyxform reads them, refused where they are bombs or no workbooks at all."""

import codecs
import io
import zipfile
from typing import Any

import pytest
from pyxform.xls2json_backends import get_xlsform

from nuudel.base.errors import SurveyError
from nuudel.surveys.workbooks.sheets import Workbook, letter, read_workbook
from nuudel.surveys.workbooks.xlsx import MOST_UNPACKED
from nuudel.surveys.xlsform import XlsFormError, read_xlsform

from .books import SMALL, changed, csv, markdown, xls, xlsx

KINDS: dict[str, bytes] = {
    "a.xlsx": xlsx(SMALL),
    "a.xlsm": xlsx(SMALL),
    "a.csv": csv(SMALL).encode(),
    "a.md": markdown(SMALL).encode(),
}


def code(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(SurveyError) as error:
        read_workbook(content, name)
    return error.value.code


def told(content: bytes, name: str = "a.xlsx") -> list[tuple[str, str]]:
    with pytest.raises(XlsFormError) as error:
        read_xlsform(content, name)
    return [(fault.place, fault.key) for fault in error.value.faults]


def texts(book: Workbook) -> dict[str, list[dict[str, str]]]:
    return {name: [dict(row.texts) for row in sheet.rows] for name, sheet in book.sheets.items()}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_read_as_pyxform_reads_it(name: str) -> None:
    theirs: Any = get_xlsform(KINDS[name], file_type=f".{name.partition('.')[2]}")
    ours = texts(read_workbook(KINDS[name], name))
    for sheet in ("survey", "choices", "settings"):
        assert ours[sheet] == [row for row in getattr(theirs, sheet) if row]
    assert ours["settings"] == [{"form_id": "small", "version": "3"}]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_the_same_form(name: str) -> None:
    form = read_xlsform(KINDS[name], name)
    assert form.xml == read_xlsform(KINDS["a.xlsx"], "b.xlsx").xml
    assert (form.form_id, form.version) == ("small", "3")


def test_the_oldest_kind() -> None:
    rows = [["type", "name", "label"], ["text", "a", "A"], ["integer", "b", 7], [None], ["date", "c", "C"]]
    theirs: Any = get_xlsform(xls(rows), file_type=".xls")
    book = read_workbook(xls(rows), "a.xls")
    assert texts(book)["survey"] == [row for row in theirs.survey if row]
    assert [row.number for row in book.sheets["survey"].rows] == [2, 3, 5]
    form = read_xlsform(xls(rows), "old.xls")
    assert form.form_id == "old"
    assert form.question("b").label("en") == "7"


def test_cells_are_told_as_spreadsheet_programs_name_them() -> None:
    assert [letter(n) for n in (1, 26, 27, 52, 53, 702, 703)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    sheet = read_workbook(KINDS["a.xlsx"], "a.xlsx").sheets["survey"]
    assert [row.number for row in sheet.rows] == [2, 4]
    assert sheet.cell(4, "label::Монгол (mn)") == "D4"
    # In a text, the names of the sheets are column A.
    assert read_workbook(KINDS["a.csv"], "a.csv").sheets["choices"].cell(8, "name") == "C8"


def test_rows_after_a_long_gap_are_not_lost() -> None:
    rows = [*SMALL["survey"], *([[]] * 200), ["text", "late", "Late", "Орой"]]
    form = read_xlsform(xlsx({**SMALL, "survey": rows}), "a.xlsx")
    assert form.questions[-1].path == "late"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_of_other_programs(encoding: str, delimiter: str) -> None:
    form = read_xlsform(csv(SMALL, delimiter).encode(encoding), "a.csv")
    assert form.question("women").labels == {"English (en)": "Women", "Монгол (mn)": "Эмэгтэй"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", b"", "SURVEY-122"),
        ("a.xlsx", b"type,name", "SURVEY-122"),
        ("a.xlsx", KINDS["a.xlsx"][:-200], "SURVEY-122"),
        ("a.xlsx", KINDS["a.xlsx"][:200], "SURVEY-122"),
        ("a.xlsx", codecs.BOM_UTF8 + KINDS["a.csv"], "SURVEY-122"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "SURVEY-122"),
        ("a.xls", KINDS["a.xlsx"], "SURVEY-122"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "SURVEY-122"),
        ("a.xls", b"\x09\x08", "SURVEY-122"),
        ("a.csv", b"hello", "SURVEY-122"),
        ("a.csv", b"survey\nchoices\n", "SURVEY-122"),
        ("a.csv", "survey\n,type,name\n,баг".encode("cp1251"), "SURVEY-124"),
        ("a.md", b"no table", "SURVEY-122"),
        ("a.ods", KINDS["a.xlsx"], "SURVEY-122"),
        ("form", KINDS["a.xlsx"], "SURVEY-122"),
        ("a.xlsx", bytes(11 * 2**20), "SURVEY-121"),
    ],
)
def test_what_is_no_workbook_is_refused(name: str, content: bytes, expected: str) -> None:
    assert code(content, name) == expected


def test_an_archive_that_is_no_workbook() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert code(made.getvalue()) == "SURVEY-122"


def test_a_zip_bomb_is_refused_while_it_is_unpacked() -> None:
    bomb = changed(KINDS["a.xlsx"], xl__sharedStrings=b" " * (MOST_UNPACKED + 1))
    assert len(bomb) < 200_000
    assert code(bomb) == "SURVEY-123"


def test_many_small_parts_are_a_bomb_too() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for n in range(2001):
            archive.writestr(f"{n}.xml", "")
    assert code(made.getvalue()) == "SURVEY-123"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_in_a_part_is_refused(encoding: str) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding)
    assert code(changed(KINDS["a.xlsx"], xl__sharedStrings=laughs)) == "SURVEY-122"


def test_an_extent_that_is_not_true_is_not_believed() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>name</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>label</t></is></c></row>'
        '<row r="9000"><c r="A9000" t="inlineStr"><is><t>text</t></is></c>'
        '<c r="B9000" t="inlineStr"><is><t>a</t></is></c>'
        '<c r="C9000" t="inlineStr"><is><t>A</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    content = changed(xlsx({"survey": [["x"]]}), xl__worksheets__sheet1=sheet.encode())
    book = read_workbook(content, "a.xlsx")
    assert [(row.number, dict(row.texts)) for row in book.sheets["survey"].rows] == [
        (9000, {"type": "text", "name": "a", "label": "A"})
    ]


def test_rows_that_nobody_would_read_are_refused() -> None:
    late = b'<row r="100001"><c r="A100001" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    content = xlsx({"survey": [["type", "name"], ["text", "a"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b"</sheetData>", late)
    assert code(changed(content, xl__worksheets__sheet1=sheet)) == "SURVEY-122"


def test_formulas_count_with_their_result_and_not_without() -> None:
    rows = [["type", "name", "label"], ["text", "a", '="Wom"&"en"'], ["text", "b", "B"]]
    content = xlsx({"survey": rows, "settings": [["form_id"], ["f"]]})
    assert ("survey!C2", "formula_without_result") in told(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    cell = sheet[sheet.index(b'<c r="C2"') : sheet.index(b"</c>", sheet.index(b'<c r="C2"')) + 4]
    stored = b'<c r="C2" t="str"><f>"Wom"&amp;"en"</f><v>Women</v></c>'
    kept = changed(content, xl__worksheets__sheet1=sheet.replace(cell, stored))
    assert read_xlsform(kept, "a.xlsx").question("a").label("en") == "Women"


def test_errors_of_a_spreadsheet_are_told_at_their_cells() -> None:
    rows = [["type", "name", "label"], ["text", "a", "#REF!"], ["text", "b", "#N/A"]]
    assert told(xlsx({"survey": rows})) == [("survey!C2", "cell_error"), ("survey!C3", "cell_error")]


def test_signs_that_no_xml_holds_are_told_at_their_cells() -> None:
    text = "survey\n,type,name,label\n,text,a,A\x00\n,text,b,B\x1fb\n"
    assert told(text.encode(), "a.csv") == [("survey!D3", "cell_sign"), ("survey!D4", "cell_sign")]


def test_macros_are_neither_run_nor_kept() -> None:
    made = io.BytesIO(KINDS["a.xlsm"])
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    assert read_xlsform(made.getvalue(), "a.xlsm").xml == read_xlsform(KINDS["a.xlsx"], "a.xlsx").xml


def test_dates_numbers_and_truths_become_what_pyxform_makes_of_them() -> None:
    from datetime import datetime, time

    rows = [
        ["type", "name", "label", "default"],
        *(
            ["text", f"q{n}", "L", value]
            for n, value in enumerate(
                (5.0, 5.25, True, datetime(2026, 11, 22), time(8, 30), " a\u00a0b ", 10**15)
            )
        ),
    ]
    content = xlsx({"survey": rows})
    theirs: Any = get_xlsform(content, file_type=".xlsx")
    assert texts(read_workbook(content, "a.xlsx"))["survey"] == theirs.survey
    assert theirs.survey[3]["default"] == "2026-11-22 00:00:00"


def test_ten_thousand_choices() -> None:
    choices = [["list_name", "name", "label"], *(["bagh", f"b{n}", f"Баг {n}"] for n in range(10_000))]
    survey = [["type", "name", "label"], *(["select_one bagh", f"q{n}", "Bagh"] for n in range(20))]
    form = read_xlsform(xlsx({"survey": survey, "choices": choices}), "baghs.xlsx")
    assert len(form.question("q0").choices) == 10_000
    assert form.question("q19").choices is form.question("q0").choices
    assert form.question("q0").choices[9_999].label("mn") == "Баг 9999"
