"""PX by hand: code pages, folded texts, symbols, keys, faults, and whatever bytes there may be."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.publication.formats.px import (
    Bare,
    Pair,
    format_px,
    parse_px,
    px_to_table,
    read_px,
    same_px,
    table_to_px,
    write_px,
)
from nuudel.publication.tables import Dimension, Table, same_figures

SECONDS = 2.0  # a small file is read in some milliseconds; a pattern that backtracks takes minutes

SMALL = """CHARSET="ANSI";
AXIS-VERSION="2013";
CODEPAGE="utf-8";
LANGUAGE="en";
LANGUAGES="en","mn";
DECIMALS=1;
MATRIX="t1";
SUBJECT-CODE="MIG";
SUBJECT-AREA="Migration";
TITLE="A title; with a semi"
"colon, and more";
TITLE[mn]="Гарчиг";
CONTENTS="Migrants";
UNITS="persons";
STUB="place","sex";
HEADING="year";
VALUES("place")="Улаанбаатар","Өмнөговь";
CODES("place")="01","65+";
VALUES("sex")="men","women";
VALUES("year")="2021","2022","2023";
TIMEVAL("year")=TLIST(A1,"2021"-"2023");
HIERARCHIES("place")="all","all":"01","all":"65+";
CREATION-DATE="20260301 12:00";
DATA=
1 2.5 "." -3 "-" "..."
1e3, 0.10,7
8 9 10;
"""


def changed(old: str, new: str) -> bytes:
    assert old in SMALL
    return SMALL.replace(old, new).encode()


def test_a_file_is_read() -> None:
    px = parse_px(SMALL.encode())
    header = px.header
    assert header.text("TITLE") == "A title; with a semicolon, and more"
    assert header.text("TITLE", lang="mn") == "Гарчиг"
    assert header.languages == ("en", "mn")
    assert header.variables() == ("place", "sex", "year")
    assert header.codes("sex") == ("men", "women")
    assert px.values.shape == (2, 2, 3)
    assert px.values[0, 0, :2].tolist() == [1, 2.5]
    assert np.isnan(px.values[0, 0, 2])
    assert px.values[0, 1, 1] == 0  # "-" is nil: exactly zero
    assert px.symbols[0].tolist() == [[0, 0, 2], [0, 1, 4]]
    assert px.values[1].ravel().tolist() == [1000, 0.1, 7, 8, 9, 10]
    assert px.digits[1, 0].tolist() == [0, 2, 0]
    assert header.find("HIERARCHIES", "place").values[1] == Pair("all", "01")  # type: ignore[union-attr]
    assert header.find("DECIMALS").values == (Bare("1"),)  # type: ignore[union-attr]
    untranslated = ["SUBJECT-AREA", "CONTENTS", "UNITS", "STUB", "HEADING"]
    assert [problem.keyword for problem in px.problems] == untranslated
    assert {problem.text for problem in px.problems} == {"is missing in language 'mn'."}


def test_a_range_of_years_is_time() -> None:
    table = px_to_table(parse_px(SMALL.encode()))
    assert table.time is not None
    assert table.time.codes == ("2021", "2022", "2023")
    assert table.languages == ("en", "mn")


def test_the_writer_keeps_everything() -> None:
    px = parse_px(SMALL.encode())
    written = format_px(px)
    assert same_px(parse_px(written), px)
    assert b'"-" "..."' in written
    assert b"0.10" in written


def test_long_texts_and_lists_are_continued_over_lines() -> None:
    long = "Өмнөговь аймаг; " * 40
    px = parse_px(changed('"Гарчиг"', f'"{long}"'))
    written = format_px(px).decode()
    assert max(map(len, written.splitlines())) <= 256  # the longest line PC-Axis takes
    assert parse_px(written.encode()).header.text("TITLE", lang="mn") == long


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ('CHARSET="ANSI";\nCODEPAGE="utf-8"', "utf-8", "Өмнөговь ₮"),
        ('CHARSET="ANSI";\nCODEPAGE="iso-8859-15"', "iso-8859-15", "Zürich €"),
        ('CHARSET="ANSI";\nCODEPAGE="Windows-1251"', "cp1251", "Улаанбаатар"),
        ('CHARSET="ANSI"', "cp1252", "Zürich – €"),
        ('AXIS-VERSION="1.5"', "cp850", "Zürich"),
        ('CHARSET="ANSI"', "utf-8", "Өмнөговь ₮"),
        ('CHARSET="Unicode"', "utf-8-sig", "Өмнөговь ₮"),
        ('CHARSET="ANSI";\nCODEPAGE="utf-16"', "utf-16", "Өмнөговь ₮"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_code_pages(declared: str, encoding: str, text: str, newline: str) -> None:
    plain = SMALL.replace('CHARSET="ANSI";\nAXIS-VERSION="2013";\nCODEPAGE="utf-8"', declared)
    plain = plain.replace("Өмнөговь", "x").replace("Гарчиг", "y").replace("Улаанбаатар", text)
    content = plain.replace("\n", newline).encode(encoding)
    px = parse_px(content)
    assert px.header.categories("place") == (text, "x")
    written = format_px(px)
    assert same_px(parse_px(written), px)
    assert written[:3] == content[:3]
    assert (newline.encode("ascii") in written) or encoding == "utf-16"


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", 203, "DATA is missing"),
        (b"PK\x03\x04", 202, "line 1, PK"),
        (changed('"utf-8"', '"klingon"'), 201, "'klingon' is unknown"),
        (changed('"utf-8"', '"rot13"'), 201, "'rot13' is unknown"),
        (changed('"utf-8"', '"ascii"'), 201, "line 12.*ascii"),
        (changed('"t1"', "t1 t2"), 202, "line 7, MATRIX"),
        (changed('MATRIX="t1"', 'MATRIX="t1'), 202, "line 7, MATRIX"),
        (changed("DECIMALS=1", "DECIMALS=many"), 204, "line 6: DECIMALS"),
        (changed("DECIMALS=1", "DECIMALS=" + "9" * 5000), 204, "line 6: DECIMALS"),
        (changed('"place","sex"', '"place","place"'), 204, "line 15: STUB"),
        (changed('"place","sex"', '"place","sex","year"'), 204, "names a variable twice"),
        (changed('HEADING="year"', 'HEADING="jear"'), 204, r"VALUES\(\"year\"\)"),
        (changed('CONTENTS="Migrants"', 'CONTENTS="M";STUB[mn]="газар"'), 204, r"STUB \[mn\]"),
        (changed("8 9 10", "8 9"), 205, "11 cells, but VALUES make 12"),
        (changed("8 9 10", "8 9 10 11"), 205, "13 cells"),
        (changed("8 9 10", "8 9 x"), 206, "cell 12: 'x'"),
        (changed("8 9 10", "8 9 nan"), 206, "'nan'"),
        (changed("8 9 10", "8 9 1e999"), 206, "'1e999'"),
        (changed("8 9 10", "8 9 1_0"), 206, "'1_0'"),
        (changed("8 9 10", "8 9 ١"), 206, "'١'"),
        (changed("8 9 10", '8 9 "10"'), 206, "10"),
        (
            changed('"2021","2022","2023"', ",".join(f'"{n}"' for n in range(20_000_000 // 1000))),
            205,
            "cells",
        ),
        (changed('CREATION-DATE="20260301 12:00"', 'KEYS("place")=VALUES'), 204, "KEYS of variable 'sex'"),
    ],
)
def test_a_faulty_file_is_refused(content: bytes, code: int, named: str) -> None:
    with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: .*{named}"):
        parse_px(content)


def test_a_table_that_is_too_large_is_refused_before_it_is_made() -> None:
    many = ",".join(f'"{n}"' for n in range(6000))
    content = changed('"2021","2022","2023"', many).replace(b'"men","women"', many.encode())
    with pytest.raises(PublicationError, match=r"PUBLICATION-207: .*72000000 cells"):
        parse_px(content)


KEYED = 'KEYS("place")=CODES;\nKEYS("sex")=VALUES;\nDATA=\n'
PLAIN = SMALL[SMALL.index("DATA=") :]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('"01","men",1,2,3', None),
        ('"65+","women",1 2 3\n"01","men",4 5 6', None),
        ('"Өмнөговь","men",1,2,3', 206),
        ('"01","men",1,2,3 "01","men",1,2,3', 206),
        ('"01","men",1,2', 205),
        ('"01"', 205),
        ("1 2 3 4 5", 206),
    ],
)
def test_keys(rows: str, code: int | None) -> None:
    content = SMALL.replace(PLAIN, f"{KEYED}{rows};\n").encode()
    if code:
        with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: "):
            parse_px(content)
        return
    px = parse_px(content)
    assert px.values.sum() == (6 if len(rows) < 30 else 21)
    assert same_px(parse_px(format_px(px)), px)


def test_problems_do_not_hide_the_figures() -> None:
    content = changed('TITLE[mn]="Гарчиг"', 'TITEL="x";\nNOTE="a "b" c";\nDECIMALS=2').rstrip(b"\n;") + b"\n"
    px = parse_px(content)
    found = {problem.keyword: problem.text for problem in px.problems if "language" not in problem.text}
    assert found["TITEL"] == "the keyword is unknown; is it TITLE?"
    assert found["NOTE"].startswith("unexpected 'b\" c\";'")
    assert found["DECIMALS"] == "stands twice; the first is used."
    assert found["DATA"] == "the closing semicolon is missing."
    assert px.values[1, 1, 2] == 10


def test_symbols_without_quotation_marks_are_read_with_a_warning() -> None:
    px = parse_px(changed('"."', "."))
    assert px.symbols[0, 0, 2] == 2
    assert any("1 symbols stand without quotation marks" in str(problem) for problem in px.problems)


def test_a_text_that_px_cannot_hold_is_not_written(tmp_path: Path) -> None:
    px = parse_px(SMALL.encode())
    quoted = replace(px.statements[6], values=('t"1',))
    with pytest.raises(PublicationError, match=r"PUBLICATION-208: .*MATRIX"):
        write_px(replace(px, statements=(*px.statements[:6], quoted, *px.statements[7:])), tmp_path / "t.px")
    with pytest.raises(PublicationError, match="PUBLICATION-208: the letter"):
        write_px(replace(px, encoding="windows-1252"), tmp_path / "t.px")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match=r"PUBLICATION-192: нэр 1\.px"):
        read_px(tmp_path / "нэр 1.px")


def test_a_table_is_written_in_both_languages_with_notes(table: Table) -> None:
    text = format_px(table_to_px(table)).decode()
    assert 'VALUES[mn]("Газар")="Улаанбаатар","Өмнөговь","Үүр, 100 ₮"' in text
    assert 'TITLE="In-migrants; ”registered”";' in text
    assert 'TIMEVAL("Year")=TLIST(A1),"1983","2021","2022";' in text
    assert 'DATANOTECELL("MN11","t","2022")="d";' in text
    assert "Quality: observed figures." in text
    back = px_to_table(parse_px(text.encode()), licence="open data")
    assert back.disclosure == table.disclosure
    assert back.as_of == table.as_of
    assert back.key == "in-migrants"
    assert [caveat.text["mn"] for caveat in back.caveats] == ["Бүртгээгүй.", "Зөвхөн бүртгэсэн."]


def test_an_estimate_says_so_in_px(make_table: Callable[..., Table]) -> None:
    text = format_px(table_to_px(make_table(quality=Quality.ESTIMATED))).decode()
    assert "ESTIMATED" in text
    assert "ТООЦООЛСОН" in text


def test_labels_that_px_cannot_tell_apart_are_refused(make_table: Callable[..., Table]) -> None:
    text = {"en": "x", "mn": "x"}
    twins = Dimension("place", text, ("a", "b"), {"en": ("Same", "Same"), "mn": ("А", "Б")})
    table = make_table(dimensions=(twins,), values=np.ones(2), status=None)
    with pytest.raises(PublicationError, match=r"PUBLICATION-210: .*'Same' twice \[en\]"):
        table_to_px(table)


def test_a_file_without_a_date_needs_one() -> None:
    px = parse_px(changed('CREATION-DATE="20260301 12:00";\n', ""))
    with pytest.raises(PublicationError, match=r"PUBLICATION-210: .*as_of"):
        px_to_table(px)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-(10**15), 10**15).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=3).map(float),
)


@given(cells=st.lists(NUMBERS, min_size=12, max_size=12), decimals=st.integers(0, 15))
@settings(max_examples=100, deadline=None)
def test_every_number_comes_back(cells: list[float | None], decimals: int) -> None:
    small = px_to_table(parse_px(SMALL.encode()))
    values = np.array([np.nan if cell is None else cell for cell in cells]).reshape(2, 2, 3)
    table = replace(
        small,
        values=values,
        status=None,
        measure=replace(small.measure, decimals=decimals),  # type: ignore[arg-type]
    )
    assert same_figures(px_to_table(parse_px(format_px(table_to_px(table)))), table)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(SMALL.encode())
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        removed = draw(st.integers(0, 20))
        pieces = st.sampled_from(
            [b'"', b";", b",", b"(", b")", b"[", b"]", b"=", b"\n", b"DATA=", b'""', b":"]
        )
        content[start : start + removed] = draw(
            st.one_of(st.binary(max_size=8), pieces, pieces.map(lambda p: p * 50))
        )
    return bytes(content)


def read_or_refuse(content: bytes) -> None:
    start = time.perf_counter()
    try:
        px = parse_px(content)
    except PublicationError:
        pass
    else:
        try:
            assert same_px(parse_px(format_px(px)), px)
            px_to_table(px)
        except PublicationError:
            pass
    assert time.perf_counter() - start < SECONDS


@given(mutated())
@settings(max_examples=400, deadline=None)
def test_damaged_files_are_read_or_refused(content: bytes) -> None:
    read_or_refuse(content)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused(content: bytes) -> None:
    read_or_refuse(content)


@pytest.mark.parametrize(
    "content",
    [
        b'A="' * 30_000,
        b'A="x' + b"\n" * 100_000,
        b"A" * 100_000,
        b" " * 200_000,
        b'A("' + b'x","' * 30_000,
        b"A=TLIST(" + b'"x"' * 30_000,
        b'A="x"' + b' "x"' * 30_000,
        b"\nA(b" * 30_000 + b"=",
        SMALL.encode() + b'"' * 100_000,
        SMALL.replace("10;", "10 " + '"' * 100_001).encode(),
    ],
)
def test_hostile_files_take_no_longer(content: bytes) -> None:
    read_or_refuse(content)
