"""``nuudel pack update`` against a server that has the real metadata of NSO's table of migration."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from nuudel.base.errors import RunError
from nuudel.base.packs import PACKS_FOLDER, load_pack
from nuudel.cli import app
from nuudel.pipeline import Run
from nuudel.pipeline.pxweb.changes import describe
from nuudel.pipeline.pxweb.client import Client, Patience
from nuudel.pipeline.pxweb.declaration import read_declaration
from nuudel.pipeline.pxweb.update import Outcome, update_pack

from .pxweb_server import Answer, Remote, serve

PATH = "en/NSO/Population, household/1_Population, household/DT_NSO_0300_040V1.px"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NEW_YEARS = (2023, 2024, 2025)  # figures invented for these tests; the source has them, the pack not yet


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NUUDEL_DATA", str(tmp_path / "data"))


@pytest.fixture
def remote(shared_data: Path) -> Remote:
    """The real metadata; the pack's figures to 2022, invented ones to 2025."""
    metadata = json.loads(
        (shared_data / "mongolia" / "DT_NSO_0300_040V1_metadata-en.json").read_text("utf-8")
    )
    pack = load_pack("mongolia")
    names = dict(pack.table("places").frame.select("code", "name_en").iter_rows())
    figures: dict[tuple[str, ...], Any] = {}
    frame = pack.table("internal_migration").frame
    for year, place, came, left in frame.iter_rows():
        figures["In-migration", names[place], str(year)] = came
        figures["Out-migration", names[place], str(year)] = left
    for place in frame["place"].unique():
        for number, year in enumerate(NEW_YEARS):
            figures["In-migration", names[place], str(year)] = 1000 + number
            figures["Out-migration", names[place], str(year)] = 2000 + number
    return Remote(metadata, figures, PATH)


@pytest.fixture
def address(remote: Remote) -> Iterator[str]:
    with serve(remote) as found:
        yield found


def client(said: list[str] | None = None, slept: list[float] | None = None) -> Client:
    """Patient for moments, not minutes; what it says and how long it would wait is kept."""
    told, waits = said if said is not None else [], slept if slept is not None else []
    return Client(Patience(answer_seconds=0.5), told.append, waits.append)


def update(address: str, into: Path, **options: Any) -> Outcome:
    asking = options.pop("asking", None) or client()
    return update_pack("mongolia", asking, NOW, base=address, into=into, **options)[0]


def positions(remote: Remote, dimension: int, text: str) -> list[int]:
    texts = remote.metadata["variables"][dimension]["valueTexts"]
    return [place for place, found in enumerate(texts) if found == text]


def rename(remote: Remote, dimension: int, old: str, new: str) -> None:
    texts = remote.metadata["variables"][dimension]["valueTexts"]
    for place in positions(remote, dimension, old):
        texts[place] = new
    remote.figures = {
        tuple(new if text == old else text for text in key): value for key, value in remote.figures.items()
    }


def figures_of(folder: Path) -> pl.DataFrame:
    return load_pack(folder).table("internal_migration").frame


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- what it is for ------------------------------------------------------------------------------------


def test_the_query_is_the_published_one_without_what_is_left_out(
    remote: Remote, address: str, tmp_path: Path, shared_data: Path
) -> None:
    update(address, tmp_path / "copy")
    published = json.loads((shared_data / "mongolia" / "DT_NSO_0300_040V1_query-en.json").read_text("utf-8"))
    sent = {entry["code"]: entry["selection"] for entry in remote.requests[0]["query"]}
    for entry in published["query"]:
        left_out = {"0", "1", "2", "3", "4"} if entry["code"] == "Бүс" else set()
        assert set(sent[entry["code"]]["values"]) == set(entry["selection"]["values"]) - left_out
        assert sent[entry["code"]]["filter"] == "item"


def test_new_years_arrive_and_old_figures_stay(address: str, tmp_path: Path) -> None:
    outcome = update(address, tmp_path / "copy")
    before = load_pack("mongolia").table("internal_migration").frame
    after = load_pack(tmp_path / "copy").table("internal_migration").frame
    assert after.filter(pl.col("year") <= 2022).equals(before)
    assert outcome.changes.new_years == NEW_YEARS
    assert outcome.changes.new_figures == 3 * 22 * 2
    new = after.filter(pl.col("year") == 2025)
    assert new.height == 22
    assert set(new["in_migrants"]) == {1002}
    assert set(new["out_migrants"]) == {2002}
    assert after.select("year", "place").equals(after.select("year", "place").sort("year", "place"))


def test_the_same_figures_make_the_same_file(remote: Remote, address: str, tmp_path: Path) -> None:
    for year in NEW_YEARS:
        remote.figures = {key: value for key, value in remote.figures.items() if key[2] != str(year)}
    outcome = update(address, tmp_path / "copy")
    assert outcome.changes.none
    assert describe(outcome.changes) == ["The source has the same figures; nothing changes."]
    assert not (tmp_path / "copy").exists()


def test_the_order_of_years_and_their_codes_mean_nothing(
    remote: Remote, address: str, tmp_path: Path
) -> None:
    update(address, tmp_path / "one")
    remote.metadata["variables"][2]["valueTexts"].reverse()
    for variable in remote.metadata["variables"]:
        variable["values"] = [f"c{place}" for place in range(len(variable["values"]))]
    remote.metadata["variables"].reverse()
    remote.figures = {key[::-1]: value for key, value in remote.figures.items()}
    update(address, tmp_path / "other")
    assert (tmp_path / "one" / "internal_migration.csv").read_bytes() == (
        tmp_path / "other" / "internal_migration.csv"
    ).read_bytes()


def test_the_copy_can_be_run_and_is_updated_again(remote: Remote, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    update(address, folder)
    job = Run(load_pack(folder), tmp_path / "out", "mn", 1)
    job.check()
    first = (folder / "internal_migration.csv").read_bytes()
    remote.figures["In-migration", "Zavkhan", "2021"] = 1
    outcome = update(address, folder)
    assert [(r.place, r.year, r.after) for r in outcome.changes.revised] == [("MN81", 2021, 1)]
    record = json.loads((folder / "retrieved.json").read_text("utf-8"))
    assert [entry["revised_figures"] for entry in record] == [0, 1]
    assert record[1]["retrieved"] == "2026-11-22T12:00:00+00:00"
    assert record[1]["source"] == "DT_NSO_0300_040V1"
    assert record[1]["address"].endswith("/DT_NSO_0300_040V1.px")
    assert (folder / record[1]["previous"]).read_bytes() == first
    assert (folder / record[0]["previous"]).read_bytes() == (
        PACKS_FOLDER / "mongolia" / "internal_migration.csv"
    ).read_bytes()


def test_revisions_are_told_largest_first(remote: Remote, address: str, tmp_path: Path) -> None:
    remote.figures["In-migration", "Ulaanbaatar", "2022"] += 12_345
    remote.figures["Out-migration", "Zavkhan", "2022"] -= 1
    told = describe(update(address, tmp_path / "copy", dry_run=True).changes)
    assert told[0] == "3 new years (2023–2025), 132 new figures, 2 revised figures, 0 figures lost."
    assert told[1].startswith("Revised: MN11 2022, in_migrants: ")
    assert told[1].endswith("(+12,345).")
    assert told[2].endswith("(−1).")
    assert not (tmp_path / "copy").exists()


# --- the command ---------------------------------------------------------------------------------------


def test_the_command_writes_into_the_data_folder(address: str, tmp_path: Path) -> None:
    installed = content(PACKS_FOLDER / "mongolia")
    done = CliRunner().invoke(app, ["pack", "update", "mongolia", "--from", address])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "data" / "packs" / "mongolia"
    assert "3 new years (2023–2025)" in done.output
    assert f"nuudel run --pack {folder}" in done.output
    assert load_pack(folder).table("internal_migration").frame["year"].max() == 2025
    assert content(PACKS_FOLDER / "mongolia") == installed


def test_the_command_can_only_look(address: str, tmp_path: Path) -> None:
    arguments = ["--table", "DT_NSO_0300_040V1", "--from", address, "--dry-run"]
    done = CliRunner().invoke(app, ["pack", "update", "mongolia", *arguments])
    assert done.exit_code == 0, done.output
    assert "Nothing was written (--dry-run)." in done.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"table": "DT_NSO_0300_040V2"}, "RUN-121"),
        ({"into": PACKS_FOLDER / "mongolia"}, "RUN-134"),
        ({"into": PACKS_FOLDER / "new"}, "RUN-134"),
        ({"base": "ftp://127.0.0.1/api"}, "RUN-135"),
        ({"base": "api/v1"}, "RUN-135"),
        ({"base": "http://[::1"}, "RUN-135"),
        ({"base": "http://тоо/api"}, "RUN-135"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], code: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=code):
        update_pack("mongolia", client(), NOW, **{"into": tmp_path / "copy", **options})


def test_an_unknown_table_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="DT_NSO_0300_040V1"):
        update_pack("mongolia", client(), NOW, into=tmp_path / "copy", table="DT_NSO_0300_040V2")


def test_a_folder_that_is_no_pack_or_another_one_is_left_alone(address: str, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(RunError, match=r"RUN-134.*no pack"):
        update(address, tmp_path)
    shutil.copytree(PACKS_FOLDER / "austria", tmp_path / "austria")
    with pytest.raises(RunError, match=r"RUN-134.*austria"):
        update(address, tmp_path / "austria")


def test_a_pack_that_declares_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"RUN-120.*updates\.yaml"):
        update_pack("austria", client(), NOW, into=tmp_path / "copy")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("table: internal_migration", "table: internal_migrations"),
        ("in_migrants", "in_migrant"),
        ("table: internal_migration", "table: remittances"),
    ],
)
def test_a_declaration_that_contradicts_the_pack_is_refused(old: str, new: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(PACKS_FOLDER / "mongolia", own)
    text = (own / "updates.yaml").read_text("utf-8")
    assert old in text
    (own / "updates.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RunError, match=r"RUN-122"):
        update_pack(str(own), client(), NOW, into=own)


# --- whole or not at all -------------------------------------------------------------------------------


def test_lost_years_need_a_word(remote: Remote, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    update(address, folder)
    before = content(folder)
    for variable, value in (("values", "41"), ("valueTexts", "1984")):
        remote.metadata["variables"][2][variable].remove(value)
    with pytest.raises(RunError, match=r"RUN-132.*44 figures.*\(1984\).*in_migrants of MN11 in 1984"):
        update(address, folder)
    assert content(folder) == before
    shown = update(address, folder, dry_run=True)
    assert shown.changes.lost_years == (1984,)
    assert "44 figures lost (1984)" in describe(shown.changes)[0]
    assert content(folder) == before
    update(address, folder, allow_loss=True)
    assert 1984 not in load_pack(folder).table("internal_migration").frame["year"].to_list()


def test_a_write_that_fails_leaves_the_table_and_is_made_good(
    remote: Remote, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    folder = tmp_path / "copy"
    update(address, folder)
    before = (folder / "internal_migration.csv").read_bytes()
    remote.figures["In-migration", "Zavkhan", "2021"] = 1
    replace = os.replace

    def full(source: Any, target: Any) -> None:
        if str(target).endswith("copy/internal_migration.csv"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match=r"RUN-134.*No space left"):
        update(address, folder)
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert (folder / "internal_migration.csv").read_bytes() == before
    update(address, folder)
    record = json.loads((folder / "retrieved.json").read_text("utf-8"))
    assert [entry["revised_figures"] for entry in record] == [0, 1]


def test_a_damaged_record_is_not_written_over(remote: Remote, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    update(address, folder)
    (folder / "retrieved.json").write_text("[{}]")
    before = content(folder)
    remote.figures["In-migration", "Zavkhan", "2021"] = 1
    with pytest.raises(RunError, match=r"RUN-134.*retrieved\.json is damaged"):
        update(address, folder)
    assert content(folder) == before


def test_a_server_that_stumbles_once_is_asked_again(remote: Remote, address: str, tmp_path: Path) -> None:
    broken: dict[int, Answer] = {
        1: (503, {}, b"busy"),
        2: (200, {}, b'{"version": "2.0", "cla'),
        3: (200, {"Content-Length": "100000"}, b'{"version"'),
    }
    remote.trap = lambda method, number: broken.get(number) if method == "POST" else None
    said: list[str] = []
    slept: list[float] = []
    update(address, tmp_path / "copy", asking=client(said, slept))
    assert slept == [1, 2, 4]
    assert [sentence.split(";")[0] for sentence in said] == [
        "The server fails with status 503",
        "The server breaks off in the middle of its answer, or sends no JSON",
        "The server breaks off in the middle of its answer, or sends no JSON",
    ]


def test_the_example_of_the_documents_is_the_declaration_of_the_pack(
    repository: Path, tmp_path: Path
) -> None:
    page = (repository / "docs" / "how-to" / "update-a-pack.md").read_text("utf-8")
    own = tmp_path / "own"
    shutil.copytree(PACKS_FOLDER / "mongolia", own)
    (own / "updates.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], "utf-8")
    assert read_declaration(load_pack(own)) == read_declaration(load_pack("mongolia"))
