"""Erasure: the person goes, the counted fact stays."""

from datetime import date
from pathlib import Path

import pytest

from nuudel.base.errors import LedgerError
from nuudel.cli.ledger import erase as command
from nuudel.ledger import Ledger, margins_in

from .facts import PLACES, movements, uuid7

LONG = ["12_months_and_more"]
CANARY, OTHER = "canary-pseudonym-7f3a", "another-pseudonym"
UPPER = {"MN8101": "MN81", "MN1105": "MN11"}


def ledger_of_two(folder: Path) -> Ledger:
    opened = Ledger.open(folder, places={*PLACES, *UPPER})
    given = {"origin": "MN8101", "destination": "MN1105", "end": date(2021, 3, 4)}
    rows = [
        {"id": uuid7(1), "pseudonym": CANARY, **given},
        {"id": uuid7(2), "pseudonym": OTHER, **given},
    ]
    assert opened.append(movements(*rows)).accepted == 2
    return opened


def erase(opened: Ledger) -> int:
    return opened.erase([CANARY], lambda code: UPPER.get(code, code))


def test_the_pseudonym_is_found_nowhere_and_the_fact_is_still_counted(tmp_path: Path) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    opened.snapshot()
    assert erase(opened) == 1
    for path in (tmp_path / "ledger").rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    table = margins_in(opened.connect(), "register", durations=LONG).to_polars()
    assert dict(table.select("place", "persons").iter_rows()) == {"MN11": 1.0, "MN1105": 1.0}


def test_place_and_date_become_coarse_for_this_person_only(tmp_path: Path) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    erase(opened)
    names = ("pseudonym", "origin", "destination", "start", "end")
    rows = {tuple(row[name] for name in names) for row in opened.facts("movement").to_polars().to_dicts()}
    assert rows == {
        (None, "MN81", "MN11", date(2020, 1, 1), date(2021, 12, 31)),
        (OTHER, "MN8101", "MN1105", date(2020, 5, 1), date(2021, 3, 4)),
    }


def test_an_erased_fact_cannot_be_loaded_again(tmp_path: Path) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    erase(opened)
    name = opened.name
    again = movements({"id": uuid7(1), "pseudonym": CANARY, "origin": "MN8101", "destination": "MN1105"})
    result = opened.append(again)
    assert (result.accepted, result.rejects["code"].to_list()) == (0, ["LEDGER-112"])
    assert opened.name == name


def test_erasing_again_or_nobody_changes_nothing(tmp_path: Path) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    erase(opened)
    name = opened.name
    assert erase(opened) == 0
    assert opened.name == name


def test_a_snapshot_is_not_erased_in(tmp_path: Path) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    frozen = Ledger.open(opened.snapshot())
    with pytest.raises(LedgerError, match="LEDGER-309"):
        erase(frozen)


def test_an_erasure_that_is_cut_off_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = ledger_of_two(tmp_path / "ledger")
    name = opened.name

    def cut_off(folder: Path, manifest: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("nuudel.ledger.store.write_manifest", cut_off)
        with pytest.raises(KeyboardInterrupt):
            erase(opened)
    assert opened.name == name
    assert len(opened.facts("movement").to_polars()) == 2
    assert erase(opened) == 1
    assert len(list((tmp_path / "ledger").rglob("*.parquet"))) == 1


def test_the_command_takes_the_pseudonyms_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = Ledger.open(tmp_path / "ledger")
    opened.append(movements({"pseudonym": CANARY, "origin": "MN18101", "destination": "MN11"}))
    listed = tmp_path / "erase.txt"
    listed.write_text(f"{CANARY}\n", "utf-8")
    command(listed, ledger=tmp_path / "ledger", pack="mongolia", level="aimag")
    assert CANARY not in capsys.readouterr().out
    assert opened.facts("movement").to_polars()["origin"].to_list() == ["MN81"]
    with pytest.raises(LedgerError, match="LEDGER-209"):
        command(tmp_path / "absent.txt", ledger=tmp_path / "ledger")
