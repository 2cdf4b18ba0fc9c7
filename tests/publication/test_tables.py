"""The table type: what it accepts, what it refuses, frames in and out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.publication.formats import write_all
from nuudel.publication.formats.csvw import read_csvw
from nuudel.publication.formats.px import px_to_table, read_px
from nuudel.publication.formats.sdmx import read_sdmx_csv, read_sdmx_xml
from nuudel.publication.tables import (
    STATUSES,
    Dimension,
    Measure,
    Status,
    Table,
    same_figures,
    same_table,
    table_from_frame,
)

MakeTable = Callable[..., Table]


def parts_of(table: Table) -> dict[str, Any]:
    names = ("key", "title", "dimensions", "measure", "quality", "sources", "disclosure", "as_of", "caveats")
    return {name: getattr(table, name) for name in names}


def read_back(folder: Path, key: str) -> Iterator[tuple[str, Table]]:
    yield "csv", read_csvw(folder / f"{key}.csv")
    yield "px", px_to_table(read_px(folder / f"{key}.px"), key=key)
    yield "sdmx.xml", read_sdmx_xml(folder / f"{key}.sdmx.xml")
    yield "sdmx.csv", read_sdmx_csv(folder / f"{key}.sdmx.csv")


def test_one_table_is_written_in_all_formats_and_read_back_with_equal_figures(
    table: Table, tmp_path: Path
) -> None:
    folder = tmp_path / "хүснэгт and more"
    paths = write_all(table, folder)
    names = ["csv", "csv-metadata.json", "px", "structure.sdmx.xml", "sdmx.xml", "sdmx.csv"]
    assert [path.name for path in paths] == [f"in_migrants.{name}" for name in names]
    assert sorted(folder.iterdir()) == sorted(paths)
    for name, back in read_back(folder, table.key):
        assert same_figures(back, table), name
        assert name == "px" or same_table(back, table), name


@pytest.mark.parametrize("quality", list(Quality))
def test_the_quality_is_read_back_from_every_format(
    make_table: MakeTable, tmp_path: Path, quality: Quality
) -> None:
    table = make_table(quality=quality)
    write_all(table, tmp_path)
    for name, back in read_back(tmp_path, table.key):
        assert back.quality is quality, name
        assert same_figures(back, table), name


@pytest.mark.parametrize("value", [0.0, -0.0, 3.0, np.nan, 123456789.987654321])
def test_a_table_of_one_cell_is_read_back(make_table: MakeTable, tmp_path: Path, value: float) -> None:
    one = Dimension("sex", {"en": "Sex", "mn": "Хүйс"}, ("t",), {"en": ("Both",), "mn": ("Бүгд",)})
    table = make_table(dimensions=(one,), values=np.array([value]), status=None)
    write_all(table, tmp_path)
    for name, back in read_back(tmp_path, table.key):
        assert same_figures(back, table), name


def test_the_same_table_gives_the_same_bytes(table: Table, tmp_path: Path) -> None:
    first, second = write_all(table, tmp_path / "1"), write_all(table, tmp_path / "2")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_folder_that_cannot_be_made_is_an_error_and_leaves_nothing(table: Table, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PublicationError, match="PUBLICATION-191"):
        write_all(table, tmp_path / "file" / "tables")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failing_write_leaves_the_old_file_and_no_temporary_one(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(table, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(PublicationError, match=r"PUBLICATION-191.*No space left"):
        write_all(replace(table, values=table.values * 1.0), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_frame_goes_in_and_out(table: Table) -> None:
    frame = table.to_frame()
    assert frame.columns == ["place", "sex", "year", "value", "status"]
    assert len(frame) == 15
    row = frame.row(5, named=True)  # place 1, year 2: the last dimension is fastest
    assert row == {"place": "MN46", "sex": "t", "year": "2022", "value": 1 / 3, "status": "normal"}
    assert frame["value"].null_count() == 3
    back = table_from_frame(frame.reverse(), status="status", **parts_of(table))
    assert same_table(back, table)


def test_labels_come_in_the_languages_asked_for(table: Table) -> None:
    frame = table.to_frame("mn", "en")
    assert frame.columns[:3] == ["place", "place_mn", "place_en"]
    assert frame.row(3, named=True)["place_mn"] == "Өмнөговь"


def test_a_cell_without_a_row_is_missing(table: Table) -> None:
    frame = table.to_frame().drop("status").head(1)
    back = table_from_frame(frame, **parts_of(table))
    assert back.values[0, 0, 0] == 32150
    assert np.isnan(back.values).sum() == 14
    assert (back.status.ravel()[1:] == STATUSES.index(Status.MISSING)).all()


def doubled(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, frame.head(1)])


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (doubled, 101, "place=MN11, sex=t, year=1983 twice"),
        (lambda f: f.with_columns(place=pl.lit("MN12")), 102, "'MN12'.*e.g. 'MN11'"),
        (lambda f: f.with_columns(place=pl.lit(None, dtype=pl.String)), 102, "unknown code None"),
        (lambda f: f.rename({"place": "plase"}), 102, "'plase' is unknown.*'place'"),
        (lambda f: f.drop("year"), 102, "'year' is missing"),
        (lambda f: f.with_columns(value=pl.lit("many")), 102, "is no number"),
        (lambda f: f.with_columns(status=pl.lit("supressed")), 102, "'supressed'.*'suppressed'"),
        (lambda f: f.with_columns(status=pl.lit("missing")), 107, "has a value where its status"),
        (lambda f: f.with_columns(value=pl.lit(float("inf"))), 107, "infinite"),
    ],
)
def test_a_bad_frame_is_refused(
    table: Table, change: Callable[[pl.DataFrame], pl.DataFrame], code: int, named: str
) -> None:
    with pytest.raises(PublicationError, match=rf"PUBLICATION-{code}.*{named}"):
        table_from_frame(change(table.to_frame()), status="status", **parts_of(table))


TEXT = {"en": "x", "mn": "x"}
SEX = Dimension("sex", TEXT, ("m", "f"), {"en": ("Men", "Women"), "mn": ("Эр", "Эм")})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": {}}, 103),
        ({"disclosure": {"en": "None."}}, 103),
        ({"disclosure": {"en": "None.", "mn": " "}}, 106),
        ({"disclosure": {"en": "None.", "mn": "a\x00b"}}, 106),
        ({"values": np.zeros(3)}, 104),
        ({"status": np.zeros(2, dtype=np.int8)}, 104),
        ({"key": "In migrants"}, 105),
        ({"key": "../in"}, 105),
        ({"dimensions": (replace(SEX, key="value"),)}, 105),
        ({"dimensions": (SEX, SEX)}, 105),
        ({"dimensions": ()}, 105),
        ({"measure": Measure("m", TEXT, TEXT, decimals=16)}, 105),
        ({"dimensions": (replace(SEX, codes=("m", "m")),)}, 106),
        ({"dimensions": (replace(SEX, codes=()),)}, 106),
        ({"dimensions": (replace(SEX, labels={"en": ("Men",), "mn": ("Эр", "Эм")}),)}, 106),
        ({"dimensions": (replace(SEX, labels={"en": ("Men", "W\nW"), "mn": ("Эр", "Эм")}),)}, 106),
        ({"dimensions": (replace(SEX, labels={"en": ("Men", "Women")}),)}, 103),
        ({"dimensions": (replace(SEX, is_time=True),)}, 106),
        ({"values": np.full((5, 1, 3), np.inf)}, 107),
        ({"status": np.full((5, 1, 3), 99, dtype=np.int8)}, 107),
        ({"sources": ()}, 108),
    ],
)
def test_a_bad_table_is_refused(make_table: MakeTable, changed: dict[str, Any], code: int) -> None:
    with pytest.raises(PublicationError, match=f"PUBLICATION-{code}: "):
        make_table(**changed)


@pytest.mark.parametrize("period", ["2019", "2019-Q1", "2019-S2", "2019-W53", "2019-05", "2019-05-31"])
def test_periods_are_time(make_table: MakeTable, period: str) -> None:
    day = Dimension("day", TEXT, (period,), {"en": (period,), "mn": (period,)}, is_time=True)
    assert make_table(dimensions=(day,), values=np.ones(1), status=None).time == day


def test_a_table_cannot_be_changed(table: Table) -> None:
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0, 0] = 1
    with pytest.raises(AttributeError):
        table.key = "other"  # type: ignore[misc]


def test_a_table_does_not_change_with_the_array_it_was_made_from(make_table: MakeTable) -> None:
    values = np.ones((5, 1, 3))
    table = make_table(values=values, status=None)
    values[:] = 2
    assert (table.values == 1).all()


def test_estimated_is_the_normal_status_of_a_table_of_estimates(make_table: MakeTable) -> None:
    estimated = np.full((5, 1, 3), STATUSES.index(Status.ESTIMATED), dtype=np.int8)
    values = np.ones((5, 1, 3))
    table = make_table(quality=Quality.ESTIMATED, values=values, status=estimated)
    assert same_figures(table, make_table(quality=Quality.ESTIMATED, values=values, status=None))
    assert table.quality_of(Status.NORMAL) is Quality.ESTIMATED


def test_tables_that_differ_are_not_equal(table: Table, make_table: MakeTable) -> None:
    values = table.values.copy()
    values[0, 0, 0] += 1
    assert same_table(table, make_table())
    assert not same_figures(table, replace(table, values=values))
    status = table.status.copy()
    status[0, 0, 0] = STATUSES.index(Status.PROVISIONAL)
    assert not same_figures(table, replace(table, status=status))
    assert not same_table(table, replace(table, disclosure={"en": "None.", "mn": "Үгүй."}))
    assert same_figures(table, replace(table, disclosure={"en": "None.", "mn": "Үгүй."}))


def test_the_guide_runs_as_written(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = (repository / "docs" / "how-to" / "publish-a-table.md").read_text("utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```$", guide, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(tmp_path)
    exec("\n".join(dedent(block) for block in blocks), {})
    assert len(list((tmp_path / "tables").iterdir())) == 6
    assert "Ulaanbaatar" in capsys.readouterr().out
