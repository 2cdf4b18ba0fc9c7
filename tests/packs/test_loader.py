"""The strict loader: what it accepts, and one bad input for each of its errors."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nuudel.base.errors import PackError
from nuudel.base.packs import load_pack

Write = Callable[..., Path]


def problem(code: str, write: Callable[[], object]) -> str:
    with pytest.raises(PackError) as caught:
        write()
    assert caught.value.code == code
    return str(caught.value)


def test_a_valid_pack_is_read_with_types_and_source(tiny: Write) -> None:
    table = load_pack(tiny()).table("moves")
    assert table.frame.rows() == [(2000, "XX1", 10, 1.5), (2001, "XX1", 12, None)]
    assert table.frame.schema == {
        "year": pl.Int32,
        "place": pl.String,
        "migrants": pl.Int64,
        "share": pl.Float64,
    }
    assert table.source.line("mn") == "Газар, T1, open data"
    assert table.columns["share"].optional
    assert not table.columns["migrants"].optional


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tiny: Write) -> None:
    moves = b"\xef\xbb\xbfyear,place,migrants,share\r\n2000,XX1,10,1.5\r\n"
    assert load_pack(tiny(moves=moves)).table("moves").frame.rows() == [(2000, "XX1", 10, 1.5)]


def test_the_order_of_columns_in_the_file_does_not_matter(tiny: Write) -> None:
    moves = "share,migrants,place,year\n1.5,10,XX1,2000\n"
    assert load_pack(tiny(moves=moves)).table("moves").frame.rows() == [(2000, "XX1", 10, 1.5)]


def test_a_year_of_the_table_becomes_a_column(tiny: Write) -> None:
    folder = tiny('key = ["year", "place"]', 'key = ["place"]\nyear = 2019')
    manifest = (folder / "pack.toml").read_text("utf-8").replace('year = { type = "year" }\n', "")
    (folder / "pack.toml").write_text(manifest, "utf-8")
    (folder / "moves.csv").write_text("place,migrants,share\nXX1,10,\n", "utf-8")
    assert load_pack(folder).table("moves").frame["year"].to_list() == [2019]


def test_dates_are_dates(tiny: Write) -> None:
    folder = tiny('year = { type = "year" }', 'year = { type = "date" }', moves="year,place,migrants,share\n")
    (folder / "moves.csv").write_text("year,place,migrants,share\n1994-05-31,XX1,1,\n", "utf-8")
    assert load_pack(folder).table("moves").frame["year"].to_list() == [date(1994, 5, 31)]


def test_caveats_cover_their_columns_places_and_years(tiny: Write) -> None:
    caveat = (
        '[[tables.moves.caveats]]\nkey = "k"\neffect = "doubtful"\ncolumns = ["migrants"]\nplaces = ["XX1"]\n'
        'years = [2000, 2000]\ntext = { en = "Doubtful.", mn = "Эргэлзээтэй." }\n\n[tables.moves.columns]'
    )
    table = load_pack(tiny("[tables.moves.columns]", caveat)).table("moves")
    assert [c.key for c in table.caveats_for(column="migrants", place="XX1", year=2000)] == ["k"]
    assert table.caveats_for(column="share", place="XX1", year=2000) == ()
    assert table.caveats_for(column="migrants", place="XX1", year=2001) == ()


def test_pack_101_unknown_pack_names_the_nearest() -> None:
    text = problem("PACK-101", lambda: load_pack("mongolai"))
    assert "'mongolai'" in text
    assert "one of: mongolia, australia, austria" in text


def test_pack_101_a_folder_without_pack_toml(tmp_path: Path) -> None:
    problem("PACK-101", lambda: load_pack(tmp_path))


def test_pack_102_not_toml(tiny: Write) -> None:
    text = problem("PACK-102", lambda: load_pack(tiny('name = "tiny"', "name = tiny")))
    assert "is not TOML" in text
    assert "line 2" in text


def test_pack_102_manifest_is_not_utf8(tiny: Write) -> None:
    folder = tiny()
    (folder / "pack.toml").write_bytes('title = { en = "Ö" }'.encode("latin-1"))
    assert "is not TOML" in problem("PACK-102", lambda: load_pack(folder))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('licence = "open data"', 'license = "open data"', "'license' is unknown. Use a known one: licence"),
        ('country = "XX"', 'cuontry = "XX"', "'cuontry' is unknown. Use a known one: country"),
        ('country = "XX"', "", "lacks 'country'"),
        ('file = "moves.csv"', "", "lacks 'file'"),
        ('file = "moves.csv"', 'file = "../moves.csv"', "lies outside the pack"),
        ('file = "moves.csv"', "file = 3", "is not a text"),
        ('source = "office"', 'source = "ofice"', "'ofice' is unknown. Use a known one: office"),
        ('key = ["year", "place"]', 'key = ["year", "plaec"]', "'plaec' is unknown. Use a known one: place"),
        ('key = ["year", "place"]', 'key = "year"', "is not a list"),
        ('key = ["year", "place"]', 'key = ["place"]\nyear = 2000', "has a year and a column year"),
        ('type = "count"', 'type = "cuont"', "'cuont' is unknown. Use a known one: count"),
        ('type = "count"', 'type = "count", units = "x"', "'units' is unknown. Use a known one: unit"),
        ('type = "count"', 'type = "count", level = "soum"', "'soum' is unknown"),
        ('type = "count"', 'type = "count", title = { en = "M" }', "has no text in 'mn'"),
        ('title = { en = "Tiny", mn = "Жижиг" }', 'title = { en = "Tiny" }', "has no text in 'mn'"),
        ('languages = ["en", "mn"]', 'languages = "en"', "is not a list"),
        ('licence = "open data"', 'licence = ""', "has an empty licence"),
        ("[sources.office]", "levels = 3\n[sources.office]", "is not a table"),
        ("[sources.office]", 'levels.a = { name = "x" }\n[sources.office]', "'name' is unknown"),
    ],
)
def test_pack_102_manifest_faults(tiny: Write, old: str, new: str, named: str) -> None:
    assert named in problem("PACK-102", lambda: load_pack(tiny(old, new)))


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ('effect = "doubtfull"', "'doubtfull' is unknown. Use a known one: doubtful"),
        ('effect = "doubtful"\nyear = [2000, 2001]', "'year' is unknown. Use a known one: years"),
        ('effect = "doubtful"\nyears = [2001, 2000]', "are not a span"),
        ('effect = "doubtful"\nyears = [2001]', "are not a span"),
        ('effect = "doubtful"\nyears = 2001', "is not a list"),
        ('effect = "doubtful"\ncolumns = ["migrant"]', "'migrant' is unknown. Use a known one: migrants"),
        ('effect = "doubtful"\nplaces = "XX1"', "is not a list"),
        ("", "lacks 'effect'"),
    ],
)
def test_pack_102_caveat_faults(tiny: Write, lines: str, named: str) -> None:
    caveat = f'[[tables.moves.caveats]]\nkey = "k"\ntext = {{ en = "D", mn = "Э" }}\n{lines}\n\n'
    text = problem(
        "PACK-102", lambda: load_pack(tiny("[tables.moves.columns]", caveat + "[tables.moves.columns]"))
    )
    assert named in text


def test_pack_102_the_same_caveat_twice(tiny: Write) -> None:
    caveat = '[[tables.moves.caveats]]\nkey = "k"\neffect = "concept"\ntext = { en = "D", mn = "Э" }\n\n'
    folder = tiny("[tables.moves.columns]", caveat * 2 + "[tables.moves.columns]")
    assert "has caveat k twice" in problem("PACK-102", lambda: load_pack(folder))


def test_pack_103_unknown_table_names_the_nearest(tiny: Write) -> None:
    pack = load_pack(tiny())
    assert "Ask for one it has: moves" in problem("PACK-103", lambda: pack.table("move"))


def test_pack_104_missing_file(tiny: Write) -> None:
    pack = load_pack(tiny(moves=None))
    assert "moves.csv" in problem("PACK-104", lambda: pack.table("moves"))


def test_pack_104_a_folder_in_place_of_the_file(tiny: Write) -> None:
    folder = tiny(moves=None)
    (folder / "moves.csv").mkdir()
    problem("PACK-104", lambda: load_pack(folder).table("moves"))


def test_pack_105_not_utf8_names_the_line(tiny: Write) -> None:
    moves = "year,place,migrants,share\n2000,XX1,10,1\n2001,Ö,1,1\n".encode("latin-1")
    assert "line 3 is not UTF-8" in problem("PACK-105", lambda: load_pack(tiny(moves=moves)).table("moves"))


@pytest.mark.parametrize(
    "moves",
    ["", "year,place,migrants,share\n2000,XX1,10,1.5,9\n", "year,place,migrants,share\n2000,XX1,10\n"],
    ids=["empty", "value too many", "value too few"],
)
def test_pack_105_no_table(tiny: Write, moves: str) -> None:
    problem("PACK-105", lambda: load_pack(tiny(moves=moves)).table("moves"))


def test_pack_105_a_short_line_is_named(tiny: Write) -> None:
    moves = "year,place,migrants,share\n2000,XX1,10,1\n2001,XX1,10\n"
    text = problem("PACK-105", lambda: load_pack(tiny(moves=moves)).table("moves"))
    assert "line 3 has 3 values instead of 4" in text


def test_pack_106_unknown_column_names_the_nearest(tiny: Write) -> None:
    moves = "year,place,migrant,share\n2000,XX1,10,\n"
    text = problem("PACK-106", lambda: load_pack(tiny(moves=moves)).table("moves"))
    assert "'migrant' is unknown. Use a known one: migrants" in text


def test_pack_106_missing_column(tiny: Write) -> None:
    text = problem(
        "PACK-106", lambda: load_pack(tiny(moves="year,place,migrants\n2000,XX1,10\n")).table("moves")
    )
    assert "lacks column 'share'" in text


def test_pack_106_the_same_column_twice(tiny: Write) -> None:
    moves = "year,place,migrants,share,share\n2000,XX1,10,1,1\n"
    problem("PACK-106", lambda: load_pack(tiny(moves=moves)).table("moves"))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1999.5,XX1,10,1", "year"),
        ("99,XX1,10,1", "year"),
        ("2001,X X,10,1", "place"),
        ("2001,XX1,ten,1", "migrants"),
        ("2001,XX1,10.0,1", "migrants"),
        ("2001,XX1,-1,1", "migrants"),
        ("2001,XX1,10,1 %", "share"),
        ("2001,XX1,10,nan", "share"),
        ("2001,XX1,10,inf", "share"),
    ],
)
def test_pack_107_wrong_type_names_line_and_column(tiny: Write, line: str, column: str) -> None:
    moves = f"year,place,migrants,share\n2000,XX1,10,1.5\n{line}\n"
    text = problem("PACK-107", lambda: load_pack(tiny(moves=moves)).table("moves"))
    assert "line 3" in text
    assert f"in column {column} is no" in text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("month", "2009-13"),
        ("month", "2009-1"),
        ("date", "2009-02-30"),
        ("date", "02.03.2009"),
        ("age", "5 to 9"),
        ("code", "a b"),
    ],
)
def test_pack_107_types_of_text(tiny: Write, kind: str, value: str) -> None:
    folder = tiny('type = "number", unit = "percent"', f'type = "{kind}"')
    (folder / "moves.csv").write_text(f"year,place,migrants,share\n2000,XX1,10,{value}\n", "utf-8")
    assert f"is no {kind}" in problem("PACK-107", lambda: load_pack(folder).table("moves"))


def test_pack_108_empty_value_names_line_and_column(tiny: Write) -> None:
    moves = "year,place,migrants,share\n2000,XX1,10,1.5\n2001,XX1,,1\n"
    text = problem("PACK-108", lambda: load_pack(tiny(moves=moves)).table("moves"))
    assert "line 3: column migrants is empty" in text


def test_pack_109_doubled_key_names_it(tiny: Write) -> None:
    moves = "year,place,migrants,share\n2000,XX1,10,1\n2001,XX1,1,1\n2000,XX1,11,1\n"
    text = problem("PACK-109", lambda: load_pack(tiny(moves=moves)).table("moves"))
    assert "line 4: year=2000, place=XX1 is there twice" in text


def test_file_hashes_change_with_the_content(tiny: Write) -> None:
    folder = tiny()
    before = load_pack(folder).file_hashes()
    assert sorted(before) == ["moves.csv", "pack.toml"]
    (folder / "moves.csv").write_text("year,place,migrants,share\n", "utf-8")
    after = load_pack(folder).file_hashes()
    assert before["moves.csv"] != after["moves.csv"]
    assert before["pack.toml"] == after["pack.toml"]
