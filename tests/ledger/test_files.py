"""Loading files: CSV and Parquet, lines, rejects beside the file, and files that are none."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger, reading
from nuudel.ledger.synthetic import write_synthetic

from .facts import PLACES, movements, uuid7

HEADER = "series,source,institution,kind,start,recorded_at,persons,quality,origin,destination"
GOOD = "register,Civil register,Office,residence,2020-05-01,2020-05-02,{n},observed,MN81,MN11"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger", places=PLACES)


def write(folder: Path, *lines: str, name: str = "moves.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join([HEADER, *lines, ""]).encode(encoding))
    return path


def persons(ledger: Ledger) -> list[int]:
    table = ledger.facts("movement").order_by("persons").to_pyarrow()
    return [int(value) for value in table.column("persons").to_pylist()]


def test_lines_are_those_of_the_file_whatever_stands_between(ledger: Ledger, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        GOOD.format(n=1),  # line 2
        "",
        "too,few",  # 4
        GOOD.format(n=-1),  # 5
        GOOD.format(n=2) + ",too many",  # 6
        GOOD.format(n="three"),  # 7
        "",
        GOOD.format(n=4),
        GOOD.format(n=5).replace("2020-05-01", "01.05.2020"),  # 10
        "",
    )
    result = ledger.load_file(path)
    assert (result.accepted, result.rejected) == (2, 5)
    assert result.rejects_file == tmp_path / "moves.csv.rejects.csv"
    listed = pl.read_csv(result.rejects_file)
    assert listed.select("line", "code").rows() == [
        (4, "LEDGER-119"),
        (5, "LEDGER-105"),
        (6, "LEDGER-119"),
        (7, "LEDGER-114"),
        (10, "LEDGER-114"),
    ]
    assert listed["reason"][3].startswith("The value cannot be read (persons).")
    assert persons(ledger) == [1, 4]


def test_lines_are_right_across_blocks(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)
    bad = {11, 12, 57, 120, 199}
    short = {3, 60, 61, 201}
    lines = ["short" if n in short else GOOD.format(n=-n if n in bad else n) for n in range(2, 203)]
    result = ledger.load_file(write(tmp_path, *lines))
    listed = {(line, code) for line, code, _ in result.rejects.iter_rows()}
    assert listed == {(n, "LEDGER-105") for n in bad} | {(n, "LEDGER-119") for n in short}
    assert persons(ledger) == [n for n in range(2, 203) if n not in bad | short]


def test_a_corrected_file_adds_only_what_was_corrected(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.load_file(write(tmp_path, GOOD.format(n=1), GOOD.format(n=2), GOOD.format(n=-3)))
    assert (first.accepted, first.rejected) == (2, 1)
    second = ledger.load_file(write(tmp_path, GOOD.format(n=1), GOOD.format(n=2), GOOD.format(n=3)))
    assert (second.accepted, second.rejected, second.already_there) == (1, 0, 2)
    assert persons(ledger) == [1, 2, 3]
    assert second.rejects_file is None
    assert not (tmp_path / "moves.csv.rejects.csv").exists()


def test_csv_and_parquet_of_the_same_facts_have_one_name(tmp_path: Path) -> None:
    frame = movements(*({"id": uuid7(n), "persons": n} for n in range(50)))
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "b.parquet")
    names = set()
    for file in ("a.csv", "b.parquet"):
        ledger = Ledger.open(tmp_path / f"ledger-{file}", places=PLACES)
        assert ledger.load_file(tmp_path / file).accepted == 50
        names.add(ledger.name)
    assert len(names) == 1


def test_quotes_commas_and_a_mark_of_the_byte_order_are_read(ledger: Ledger, tmp_path: Path) -> None:
    line = GOOD.format(n=1).replace("Civil register", '"Register, ""civil"" and other"')
    assert ledger.load_file(write(tmp_path, line, encoding="utf-8-sig")).accepted == 1
    assert ledger.series["register"].source == 'Register, "civil" and other'


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.xlsx", b"", "LEDGER-208"),
        ("a.csv", b"", "LEDGER-209.*empty"),
        (
            "a.csv",
            HEADER.encode() + b"\n" + GOOD.format(n=1).replace("Office", "\xd6").encode("latin-1"),
            "LEDGER-209.*UTF-8",
        ),
        ("a.parquet", b"PAR1 not at all", "LEDGER-209"),
        ("a.csv", b"serie," + HEADER.encode() + b"\n", "LEDGER-202.*'serie'.*series"),
        ("a.csv", b"series," + HEADER.encode() + b"\n", "LEDGER-203"),
        ("a.csv", HEADER.removesuffix(",destination").encode() + b"\n", "LEDGER-204"),
    ],
)
def test_a_file_that_is_none_of_facts_is_one_clear_error(
    ledger: Ledger, tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LedgerError, match=error):
        ledger.load_file(tmp_path / name)
    assert ledger.manifest.segments == ()


def test_a_missing_file_is_a_clear_error(ledger: Ledger, tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(LedgerError, match=r"LEDGER-209.*No such file"):
            ledger.load_file(tmp_path / name)


def test_a_damaged_parquet_file_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_synthetic(path, 20_000, PLACES)
    content = bytearray(path.read_bytes())
    middle = len(content) * 2 // 3
    content[4:middle] = bytes(middle - 4)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="LEDGER-209"):
        ledger.load_file(path)
    assert ledger.manifest.segments == ()


def test_rejects_that_cannot_be_written_stop_the_load(ledger: Ledger, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.format(n=-1), GOOD.format(n=1))
    with pytest.raises(LedgerError, match="LEDGER-305"):
        ledger.load_file(path, rejects=tmp_path / "no" / "rejects.csv")
    assert ledger.manifest.segments == ()
    assert ledger.load_file(path, rejects=tmp_path / "r.csv").rejects_file == tmp_path / "r.csv"


def test_progress_is_told_to_the_end(ledger: Ledger, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = tmp_path / "a.parquet"
    write_synthetic(path, 5_000, PLACES)
    ledger.load_file(path, advance=lambda done, total: told.append((done, total)))
    assert told[-1] == (5_000, 5_000)
    assert pq.read_metadata(path).num_rows == 5_000
