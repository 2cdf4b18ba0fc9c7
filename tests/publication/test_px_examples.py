"""The PX reader and writer on the example database of PxWeb and the files of its interface (v2).

Files in ``error/fatal`` must be refused, those in ``error/continue`` read with a warning. ``template av
BE0101F1error.px`` lies in both folders, byte for byte the same: it is the sound file that the others were
made from by breaking one line, and is read.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.px import (
    format_px,
    parse_px,
    px_to_table,
    read_px,
    same_px,
    table_to_px,
    write_px,
)
from nuudel.publication.tables import same_figures

TEMPLATE = "template av BE0101F1error.px"
READABLE = 91  # 111 files of the example database, less the 20 broken ones in error/fatal


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> list[Path]:
    folder = shared_data / "px" / "pxweb-examples"
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".px")


@pytest.fixture(scope="module")
def of_interface(shared_data: Path) -> Path:
    return shared_data / "px" / "pxwebapi2"


def is_fatal(path: Path) -> bool:
    return path.parent.name == "fatal" and path.name != TEMPLATE


def test_every_readable_example_is_read_and_written_back_equal(examples: list[Path], tmp_path: Path) -> None:
    readable = [path for path in examples if not is_fatal(path)]
    assert (len(examples), len(readable)) == (111, READABLE)
    for path in readable:
        px = read_px(path)
        again = read_px(write_px(px, tmp_path / path.name))
        assert same_px(px, again), path.name
        assert format_px(again) == format_px(px), path.name
        assert again.encoding == px.encoding, path.name


def test_every_readable_example_becomes_a_table_and_a_px_file_again(examples: list[Path]) -> None:
    for path in examples:
        if not is_fatal(path):
            table = px_to_table(read_px(path))
            back = px_to_table(parse_px(format_px(table_to_px(table)), path.name))
            assert same_figures(table, back), path.name


def test_valid_examples_have_no_problems_but_a_missing_end(examples: list[Path]) -> None:
    for path in examples:
        if "error" not in path.parts:
            found = {str(problem).partition(": ")[2] for problem in read_px(path).problems}
            known = {"the closing semicolon is missing."}
            if path.name == "BE101ACE.px":  # PC-Axis 1.5: CODES("sex")="1","2",;
                known = {"has 2 codes for 3 values; the values serve as codes."}
            assert found <= known, path.name


FATAL = {
    "errorCodes": (202, "line 24, CODES: "),
    "errorContVariableunits": (204, r'line 42: UNITS\("Inmigratedx"\) '),
    "errorContvariable": (204, "line 17: CONTVARIABLE "),
    "errorHeading": (202, "line 16, HEADING: "),
    "errorMatrix": (202, "line 8, MATRIX: "),
    "errorStub": (202, "line 15, STUB: "),
    "errorSubjectArea": (202, "line 6, SUBJECT-AREA: "),
    "errorUnit": (202, "line 14, UNITS: "),
    "errorValues": (202, "line 18, VALUES: "),
    "errorVarValue": (204, r'line 18: VALUES\("regionx"\) .*\'region\''),
    "errormissingValues": (203, r'VALUES\("age"\) is missing .* line 90'),
    "misingSubjectArea": (203, "SUBJECT-AREA is missing .* line 90"),
    "missingContents": (203, "CONTENTS is missing .* line 90"),
    "missingData": (203, "DATA is missing .* line 81"),
    "missingDecimal": (203, "DECIMALS is missing .* line 89"),
    "missingMatrix": (203, "MATRIX is missing .* line 90"),
    "missingStubHeading": (203, "STUB or HEADING is missing .* line 89"),
    "missingSubjectCode": (203, "SUBJECT-CODE is missing .* line 90"),
    "missingTitle": (203, "TITLE is missing .* line 88"),
    "missingUnit": (203, "UNITS is missing .* line 90"),
}


def test_every_fatal_example_is_refused_by_keyword_and_line(examples: list[Path]) -> None:
    fatal = {path.stem.removeprefix("BE0101F1"): path for path in examples if is_fatal(path)}
    assert set(fatal) == set(FATAL)
    for name, path in fatal.items():
        code, named = FATAL[name]
        with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: {path.name}.*{named}") as caught:
            read_px(path)
        assert caught.value.fields


CONTINUE = {
    "errorAggregAllowed": "line 8, AGGREGALLOWED: ",
    "errorCellnote": "line 80, CELLNOTE: ",
    "errorContVariabledetails": "line 38, LAST-UPDATED: ",
    "errorContact": "line 45, CONTACT: ",
    "errorDescDefault": "line 11, DESCRIPTIONDEFAULT: ",
    "errorDescription": "line 10, DESCRIPTION: ",
    "errorDomain": "line 30, DOMAIN: ",
    "errorDoubleCol": "line 28, DOUBLECOLUMN: ",
    "errorElimYalue": "line 34, ELIMINATION: ",
    "errorElimYes": "line 35, ELIMINATION: ",
    "errorMap": "line 33, MAP: ",
    "errorNote": "line 49, NOTE: ",
    "errorNoteVar": "line 52, NOTE: ",
    "errorShowdecimals": "line 37, SHOWDECIMALS: ",
    "errorShowdecimals2": "line 37, SHOWDECIMALS: ",
    "errorShowdecimals2d": "line 37, SHOWDECIMALS: ",
    "errorSource": "line 44, SOURCE: ",
    "errorTimeval": "line 23, TIMEVAL: ",
    "errorValueNote": "line 60, VALUENOTE: ",
    "errorValuenotex": "line 59, VALUENOTEX: ",
}


def test_every_other_faulty_example_is_read_with_a_warning(examples: list[Path]) -> None:
    folder = {p.stem.removeprefix("BE0101F1"): p for p in examples if p.parent.name == "continue"}
    sound = read_px(folder.pop(TEMPLATE.removesuffix(".px")))
    assert sound.problems == ()
    other = read_px(folder.pop("BE0101A1procerrorPrecision"))
    assert [str(p) for p in other.problems] == ["line 28, PRECISION: 'Per centx' is no value of '$$SORT'."]
    assert set(folder) == set(CONTINUE)
    for name, path in folder.items():
        px = read_px(path)
        assert str(px.problems[0]).startswith(CONTINUE[name])
        assert np.array_equal(px.values, sound.values, equal_nan=True), name
        dropped = [problem.keyword for problem in px.problems if "unexpected" in problem.text]
        kept = {statement.keyword for statement in px.statements}
        assert {s.keyword for s in sound.statements} - kept <= {*dropped, "DESCRIPTION"}, name
        added = {"errorAggregAllowed": 3, "errorDescDefault": -1, "errorValuenotex": 2}.get(name, 0)
        assert len(px.statements) == len(sound.statements) - len(dropped) + added, name


def test_examples_with_a_fault_in_one_language_are_read_with_a_warning(examples: list[Path]) -> None:
    found = {p.stem: [str(x) for x in read_px(p).problems] for p in examples if p.parent.name == "multilang"}
    assert found == {
        "BE0101F1ensvcontvarerror": ["line 25, CONTVARIABLE: is missing in language 'sv'."],
        "BE0101F1ensvdescdefaulterror": [],  # differs from a valid example in AUTOPEN=YES alone
        "BE0101F1ensvdescerror": ["line 14, DESCRIPTION: [svx] is not among LANGUAGES."],
        "BE0101F1langensvfiolikacelln2error": ["line 163, CELLNOTE: [fix] is not among LANGUAGES."],
    }


def test_keyed_data_say_the_same_as_plain_data(examples: list[Path]) -> None:
    files = {(path.parent.name, path.name): path for path in examples}
    keyed = read_px(files["keys", "BE0101F1symbnotkeys.px"])
    plain = read_px(files["Population", "BE0101F1symbnot.px"])
    assert keyed.keyed_rows is not None
    assert plain.keyed_rows is None
    assert np.array_equal(keyed.values, plain.values, equal_nan=True)
    assert np.array_equal(keyed.symbols, plain.symbols)


def test_rows_that_keyed_data_leave_out_are_zero(examples: list[Path]) -> None:
    path = next(path for path in examples if path.name == "BE0101F1symbnotkeys.px")
    whole = read_px(path)
    first, row, *rest = path.read_bytes().split(b'\n"00 Sweden",')
    assert b'"20",' in row
    part = parse_px(b'\n"00 Sweden",'.join([first, *rest]))
    assert part.values[0, 0].tolist() == [[[0, 0], [0, 0]]]
    assert np.array_equal(part.values[1:], whole.values[1:], equal_nan=True)
    assert same_px(parse_px(format_px(part)), part)


def test_known_figures_of_an_example(examples: list[Path]) -> None:
    path = next(p for p in examples if p.name == "BE0101A1procproc.px")
    px = read_px(path)
    assert px.values.ravel()[:6].tolist() == [522028, 56.79, 99.81, 528282, 56.9, 100]
    assert px.encoding == "Windows-1252"
    prices = read_px(next(p for p in examples if p.name == "PR0101D8.px"))
    table = px_to_table(prices)
    assert table.time is not None
    assert table.time.codes[:2] == ("2004-09", "2004-10")
    assert (prices.values.ravel()[0], prices.digits.ravel()[0]) == (99.67, 4)


@pytest.mark.parametrize("number", ["001", "003", "004"])
def test_reading_agrees_with_the_answer_of_the_pxweb_interface(of_interface: Path, number: str) -> None:
    answer = json.loads(
        (of_interface / f"PxWebApi_Mvc.Tests/ExpectedJson/MetadataById_tab{number}_js2.json").read_text(
            "utf-8"
        )
    )
    px = read_px(next(of_interface.rglob(f"TAB{number}.px")))
    header = px.header
    variables = header.variables()
    assert px.problems == ()
    assert [header.text("VARIABLECODE", v) for v in variables] == answer["id"]
    assert list(px.values.shape) == answer["size"]
    assert header.text("SOURCE") == answer["source"]
    assert header.text("NOTE").split("##")[0] == answer["note"][0]
    table = px_to_table(px)
    for variable, key, dimension in zip(variables, answer["id"], table.dimensions, strict=True):
        said = answer["dimension"][key]
        assert variable == said["label"]
        category = dict(zip(header.codes(variable), header.categories(variable), strict=True))
        assert category == said["category"]["label"]
        positions = said["category"]["index"]
        assert [positions[code] for code in header.codes(variable)] == list(range(len(positions)))
        assert dimension.is_time == (key in answer["role"]["time"])
    contents = header.categories(header.texts("CONTVARIABLE")[0])
    units = answer["dimension"][answer["role"]["metric"][0]]["category"]["unit"]
    assert [header.text("UNITS", c) for c in contents] == [unit["base"] for unit in units.values()]


def test_a_selection_answered_by_the_pxweb_interface_has_the_figure_of_the_whole_table(
    of_interface: Path,
) -> None:
    answered = px_to_table(
        read_px(of_interface / "PxWebApi_Mvc.Tests/ExpectedJson/tab4_fewcells.px")
    ).to_frame()
    whole = px_to_table(read_px(next(of_interface.rglob("TAB004.px")))).to_frame()
    keys = [column for column in answered.columns if column not in {"value", "status"}]
    assert answered["value"].to_list() == [445]
    assert whole.join(answered, on=keys, how="semi").to_dicts() == answered.to_dicts()
