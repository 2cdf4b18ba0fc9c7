"""CSV on the Web: the file as others read it, the metadata, and damaged files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.publication.formats.csvw import DESCRIPTION, format_number, read_csvw, write_csvw
from nuudel.publication.tables import Table, same_table

MakeTable = Callable[..., Table]


def test_another_reader_reads_the_same_cells(table: Table, tmp_path: Path) -> None:
    path, _ = write_csvw(table, tmp_path)
    content = path.read_bytes()
    assert content.endswith(b"\r\n")  # RFC 4180
    assert not content.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    assert rows[3]["place_en"] == 'Ömnögovi "South; Gobi"'
    assert rows[6]["place_mn"] == "Үүр, 100 ₮"
    assert [row["place"] for row in rows[::3]] == ["MN11", "MN46", "01", "65+", "a b/в"]
    assert rows[3] | {"value": "", "status": "suppressed", "quality": "observed"} == rows[3]
    assert rows[12]["quality"] == "estimated"  # one estimated figure in a table of observed ones
    numbers = [row["value"] for row in rows]
    assert numbers[:9] == [
        "32150", "0", "-17", "", "12.5", "0.3333333333333333",
        "1000000000000000.0", "123456789012.125", "4e-07",
    ]  # fmt: skip
    read = [float(number) if number else None for number in numbers]
    assert read == table.to_frame()["value"].to_list()


def test_the_metadata_describe_every_column_in_both_languages(table: Table, tmp_path: Path) -> None:
    path, described = write_csvw(table, tmp_path)
    metadata: dict[str, Any] = json.loads(described.read_text("utf-8"))
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == path.name
    header = path.read_text("utf-8").splitlines()[0].split(",")
    columns = metadata["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == header
    assert [column["titles"] for column in columns] == [[name] for name in header]
    assert metadata["tableSchema"]["primaryKey"] == ["place", "sex", "year"]
    assert {"@value": "Шилжин ирэгчид, ₮", "@language": "mn"} in metadata["dc:title"]
    assert metadata["dc:license"] == ["open data"]
    assert metadata["notes"][0]["type"] == "not_comparable"
    assert {"@value": "Бүртгээгүй.", "@language": "mn"} in metadata["notes"][0]["body"]
    titles = {c["name"]: {t["@language"]: t["@value"] for t in c.get("dc:title", ())} for c in columns}
    assert titles["value"] == {"en": "In-migrants (persons)", "mn": "Ирэгчид (хүн)"}
    assert titles["quality"]["mn"] == "чанар"


def test_a_table_is_read_back_equal_with_all_that_is_said_about_it(
    make_table: MakeTable, tmp_path: Path
) -> None:
    for quality in Quality:
        table = make_table(quality=quality)
        assert same_table(read_csvw(write_csvw(table, tmp_path)[0]), table)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (5.0, "5"), (-1234567.0, "-1234567"), (0.1, "0.1"), (1e22, "1e+22")],
)
def test_numbers_are_written_as_short_as_they_can_be(value: float, text: str) -> None:
    assert format_number(value) == text


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (replaced("place,", "plase,"), 152, "plase"),
        (replaced(",quality", ",quality,more"), 152, "more"),
        (replaced("MN11,", "MN12,"), 102, "'MN12'"),
        (replaced(",normal,", ",fine,"), 102, "'fine'"),
        (replaced(",32150,", ",many,"), 154, "row 1: 'many'"),
        (replaced(",32150,", ",inf,"), 154, "'inf'"),
        (replaced(",32150,", ",,"), 107, "or none where there is one"),
        (replaced("1983,1983,1983,32150", "2021,2021,2021,32150"), 154, "has one twice"),
        (lambda text: text[: text.rindex("a b/")], 154, "lacks a cell"),
        (lambda _: "", 152, "in_migrants.csv"),
        (lambda text: text + 'x"y,"', 152, "in_migrants.csv"),
    ],
)
def test_a_damaged_file_is_refused(
    table: Table, tmp_path: Path, change: Callable[[str], str], code: int, named: str
) -> None:
    path, _ = write_csvw(table, tmp_path)
    path.write_bytes(change(path.read_bytes().decode()).encode())
    with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: .*{named}"):
        read_csvw(path)


def without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda description: description.pop(key)


@pytest.mark.parametrize("key", ["dimensions", "title", "quality", "as_of", "caveats", "sources"])
def test_an_incomplete_description_is_refused(table: Table, tmp_path: Path, key: str) -> None:
    path, described = write_csvw(table, tmp_path)
    metadata = json.loads(described.read_text("utf-8"))
    description = json.loads(metadata[DESCRIPTION])
    del description[key]
    described.write_text(json.dumps({**metadata, DESCRIPTION: json.dumps(description)}), "utf-8")
    with pytest.raises(PublicationError, match="PUBLICATION-153: "):
        read_csvw(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"urn:nuudel:table": "[]"}', b"\xff"])
def test_metadata_that_are_none_are_refused(table: Table, tmp_path: Path, content: bytes) -> None:
    path, described = write_csvw(table, tmp_path)
    described.write_bytes(content)
    with pytest.raises(PublicationError, match="PUBLICATION-151: "):
        read_csvw(path)


def test_missing_metadata_are_an_error(table: Table, tmp_path: Path) -> None:
    path, described = write_csvw(table, tmp_path)
    described.unlink()
    with pytest.raises(PublicationError, match=r"PUBLICATION-192: in_migrants\.csv-metadata\.json"):
        read_csvw(path)
