"""Wrong packs that a strict reader has to see: one clear error each, nothing read elsewhere."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nuudel.base.errors import NuudelError
from nuudel.base.packs import PACKS_FOLDER, load_pack
from nuudel.pipeline import Run, run_pipeline

Change = Callable[[Path], object]


def write(pack: Path, name: str, pattern: str, text: str) -> None:
    path = pack / name
    before = path.read_text("utf-8")
    after = re.sub(pattern, lambda _: text, before, count=1, flags=re.MULTILINE)
    assert after != before
    path.write_text(after, "utf-8")


def add_row(pack: Path, name: str, row: str) -> None:
    with (pack / name).open("a", encoding="utf-8") as file:
        file.write(row + "\n")


def link_outside(pack: Path) -> None:
    outside = pack.parent / "outside.csv"
    shutil.move(pack / "internal_migration.csv", outside)
    (pack / "internal_migration.csv").symlink_to(outside)


def make_fifo(pack: Path) -> None:
    (pack / "internal_migration.csv").unlink()
    os.mkfifo(pack / "internal_migration.csv")


def margins_only(pack: Path) -> None:
    write(pack, "pack.toml", r"^\[tables\.migration_flows\][\s\S]*?(?=^\[tables\.internal_migration\])", "")


def all_zero(pack: Path) -> None:
    margins_only(pack)
    table = pl.read_csv(pack / "internal_migration.csv")
    table.with_columns(in_migrants=0, out_migrants=0).write_csv(pack / "internal_migration.csv")


def no_rows(pack: Path) -> None:
    path = pack / "migration_flows.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


CASES: dict[str, tuple[Change, str]] = {
    "a total among its parts": (
        lambda pack: add_row(pack, "internal_migration.csv", "2006,AT,94243,94243"),
        "PLACES-114",
    ),
    "a link that leads out of the pack": (link_outside, "PACK-104"),
    "a pipe in the place of a table": (make_fifo, "PACK-104"),
    "an unknown capital": (
        lambda pack: write(pack, "pack.toml", 'capital = "AT13"', 'capital = "XX99"'),
        "PLACES-113",
    ),
    "a capital that is no text": (
        lambda pack: write(pack, "pack.toml", 'capital = "AT13"', "capital = 13"),
        "PACK-102",
    ),
    "an unknown country": (
        lambda pack: write(pack, "pack.toml", 'country = "AT"', 'country = "ZZ"'),
        "PLACES-113",
    ),
    "a name that is a path": (
        lambda pack: write(pack, "pack.toml", 'name = "austria"', 'name = "../../x"'),
        "PACK-102",
    ),
    "no languages": (
        lambda pack: write(pack, "pack.toml", 'languages = \\["en", "mn"\\]', "languages = []"),
        "PACK-102",
    ),
    "a latitude of 500": (lambda pack: write(pack, "places.csv", r"47\.\d+", "500"), "PLACES-108"),
    "nobody moved": (all_zero, "STATISTICS-402"),
    "a table without rows": (no_rows, "RUN-106"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_pack_is_one_clear_error(tmp_path: Path, case: str) -> None:
    change, code = CASES[case]
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    change(pack)
    with pytest.raises(NuudelError) as caught:
        run_pipeline(Run(load_pack(pack), tmp_path / "out", "en", 1), lambda name, result: None)
    assert caught.value.code == code
    assert not (tmp_path / "out" / "report.html").exists()


def test_a_unit_that_disappears_between_years_is_no_error(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    flows = pl.read_csv(pack / "migration_flows.csv")
    earlier = flows.with_columns(year=2005)
    later = flows.filter((pl.col("origin") != "AT34") & (pl.col("destination") != "AT34"))
    pl.concat([earlier.cast(flows.schema), later]).write_csv(pack / "migration_flows.csv")
    run = Run(load_pack(pack), tmp_path / "out", "en", 1)
    run_pipeline(run, lambda name, result: None)
    assert run.material.flows is not None
    assert "AT34" not in run.material.flows.places
    assert run.material.internal is not None
    assert run.material.internal.years.tolist() == [2005, 2006]


def test_a_manifest_saved_by_a_simple_editor_is_read(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACKS_FOLDER / "austria", pack)
    (pack / "pack.toml").write_bytes(b"\xef\xbb\xbf" + (pack / "pack.toml").read_bytes())
    assert load_pack(pack).name == "austria"
