"""Appending: what goes in, what is rejected and why, and that it is in exactly once."""

import errno
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger, Series
from nuudel.ledger.rules import RULES
from nuudel.ledger.schema import FIELDS, SCHEMAS, Fact

from .facts import PLACES, movement, movements, uuid7


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger", places=PLACES)


def codes_of(ledger: Ledger, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    """The rejects of some rows: line and code."""
    result = ledger.append(movements(*rows))
    return [(line, code) for line, code, _ in result.rejects.iter_rows()]


def test_a_good_row_is_in_with_every_column(ledger: Ledger) -> None:
    result = ledger.append(movements({"id": uuid7(1), "age_from": 20, "age_to": 24, "pseudonym": "p-1"}))
    assert (result.accepted, result.rejected, result.already_there) == (1, 0, 0)
    row = ledger.facts("movement").to_pyarrow().to_pylist()[0]
    assert row.pop("id") == bytes.fromhex(uuid7(1).replace("-", ""))
    assert row == {
        **{field.name: None for field in FIELDS[Fact.MOVEMENT] if field.name != "id"},
        **{k: v for k, v in movement(age_from=20, age_to=24, pseudonym="p-1").items() if k != "id"},
        "mode": "unknown",
        "reason": "unknown",
        "year": 2020,
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"start": None}, 101),
        ({"source": None}, 101),
        ({"kind": None}, 101),
        ({"persons": None}, 101),
        ({"end": date(2020, 4, 30)}, 102),
        ({"origin": None, "destination": None}, 103),
        ({"origin": "MN11"}, 104),
        ({"persons": -1}, 105),
        ({"households": -2}, 105),
        ({"kind": "holiday"}, 106),
        ({"sex": "f"}, 106),
        ({"destination": "MN99"}, 107),
        ({"destination": "Bat-Erdene"}, 107),
        ({"start": date(2020, 5, 5)}, 108),
        ({"recorded_at": datetime(2199, 1, 1)}, 109),
        ({"weight": 0.0}, 110),
        ({"weight": float("nan")}, 110),
        ({"weight": float("inf")}, 110),
        ({"supersedes": uuid7(99)}, 113),
        ({"id": "no-uuid"}, 114),
        ({"start": date(1066, 10, 14)}, 114),
        ({"persons": 2**40}, 114),
        ({"series": "Series With Spaces"}, 114),
        ({"age_from": 30, "age_to": 20}, 115),
        ({"age_from": 131}, 115),
        ({"age_to": -1}, 115),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_code(
    ledger: Ledger, given: dict[str, Any], code: int
) -> None:
    assert codes_of(ledger, {"id": uuid7(1)}, {"id": uuid7(2), **given}) == [(2, f"LEDGER-{code}")]
    assert ledger.counts("movement")["register"].facts == 1


@pytest.mark.parametrize(
    "given",
    [
        {"start": date(2020, 5, 4)},  # one day of clock difference
        {"end": date(2020, 5, 1)},
        {"origin": None},
        {"destination": None},
        {"persons": 0},
        {"age_from": 0, "age_to": 130},
        {"age_from": 65},
        {"weight": 0.001},
    ],
)
def test_the_edge_of_a_rule_is_good(ledger: Ledger, given: dict[str, Any]) -> None:
    assert codes_of(ledger, {"id": uuid7(1), **given}) == []


def test_a_row_that_breaks_two_rules_is_told_both_and_counts_once(ledger: Ledger) -> None:
    result = ledger.append(movements({"persons": -1, "weight": -1.0}))
    assert result.rejects["code"].to_list() == ["LEDGER-105", "LEDGER-110"]
    assert (result.accepted, result.rejected) == (0, 1)


def test_a_doubled_id_is_rejected_in_the_file_and_changed_content_in_the_ledger(ledger: Ledger) -> None:
    first, changed = {"id": uuid7(1)}, {"id": uuid7(1), "persons": 2}
    assert codes_of(ledger, first, first, changed) == [(2, "LEDGER-111"), (3, "LEDGER-111")]
    assert codes_of(ledger, changed) == [(1, "LEDGER-112")]
    assert ledger.append(movements(first)).already_there == 1


def test_a_later_load_time_makes_no_new_fact(ledger: Ledger) -> None:
    row = {"id": uuid7(1), "recorded_at": None}
    ledger.append(movements(row), known_at=1_600_000_000_000_000)
    name = ledger.name
    assert ledger.append(movements(row), known_at=1_700_000_000_000_000).already_there == 1
    assert ledger.name == name


def test_facts_without_id_are_told_apart_by_content_and_number(ledger: Ledger) -> None:
    same, other = {"persons": 3}, {"persons": 4}
    assert ledger.append(movements(same, same, other)).accepted == 3
    again = ledger.append(movements(other, same, same, same))
    assert (again.accepted, again.already_there) == (1, 3)
    ids = ledger.facts("movement").to_pyarrow().column("id").to_pylist()
    assert len(set(ids)) == 4
    assert {i[6] >> 4 for i in ids} == {8}
    assert {i[8] >> 6 for i in ids} == {2}


def test_a_series_has_one_source_and_kind_of_fact(ledger: Ledger) -> None:
    ledger.append(movements({"id": uuid7(1)}))
    assert codes_of(ledger, {"id": uuid7(2), "source": "Somebody else"}) == [(1, "LEDGER-117")]
    presence = movements({"id": uuid7(3), "kind": "census"}).rename({"origin": "place"})
    result = ledger.append(presence.drop("destination", "duration"), "presence")
    assert result.rejects["code"].to_list() == ["LEDGER-117"]


def test_a_series_counts_only_its_duration_classes(ledger: Ledger) -> None:
    ledger.register(Series("register", "Civil register", durations=("12_months_and_more",)))
    assert codes_of(ledger, {"duration": "under_3_months"}, {}) == [(1, "LEDGER-118")]


def test_a_series_that_contradicts_itself_is_an_error(ledger: Ledger) -> None:
    ledger.register(Series("a", "one"))
    with pytest.raises(LedgerError, match="LEDGER-207"):
        ledger.register(Series("a", "two"))
    with pytest.raises(LedgerError, match=r"LEDGER-206.*12_months_and_more"):
        Series("b", "one", durations=("12_months",))


def test_reasons_hold_no_value_of_the_row_in_either_language(ledger: Ledger) -> None:
    bad = movements({"destination": "Bat-Erdene", "pseudonym": "secret", "persons": -7, "kind": "Bold"})
    for lang in ("en", "mn"):
        text = ledger.append(bad, lang=lang).rejects.write_csv()
        assert not any(value in text for value in ("Bat-Erdene", "secret", "-7", "Bold"))
    assert (
        RULES[107].mn["problem"].rstrip(".") in ledger.append(bad, lang="mn").rejects["reason"].str.join()[0]
    )


def test_every_rule_speaks_both_languages_and_has_its_number() -> None:
    for number, rule in RULES.items():
        assert rule.error.code == f"LEDGER-{number}"
        assert rule.mn["problem"]
        assert rule.mn["next_step"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda f: f.rename({"persons": "person"}), "LEDGER-202.*'person'.*persons"),
        (lambda f: f.drop("destination"), "LEDGER-204.*'destination'"),
        (lambda f: f.with_columns(start=pl.lit(3)), "LEDGER-205.*'start'"),
        (
            lambda f: f.with_columns(start=pl.col("recorded_at").dt.replace_time_zone("Asia/Ulaanbaatar")),
            r"LEDGER-205.*'start'",
        ),
        (lambda f: f.with_columns(persons=pl.lit(True)), "LEDGER-205.*'persons'"),
        (lambda f: f.with_columns(sex=pl.lit(1)), "LEDGER-205.*'sex'"),
        (lambda f: f.with_columns(weight=pl.lit(date(2020, 1, 1))), "LEDGER-205.*'weight'"),
        (lambda f: f.with_columns(id=pl.lit(1)), "LEDGER-205.*'id'"),
    ],
)
def test_a_table_that_is_none_of_facts_is_an_error_and_changes_nothing(
    ledger: Ledger, change: Any, error: str
) -> None:
    ledger.append(movements({}))
    name = ledger.name
    with pytest.raises(LedgerError, match=error):
        ledger.append(change(movements({"persons": 2})))
    assert ledger.name == name
    assert not (ledger.folder / "work").exists()


def test_an_unknown_kind_of_fact_names_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"LEDGER-201.*movement"):
        ledger.append(movements({}), "movements")


def test_arrow_types_of_other_programs_are_read(ledger: Ledger) -> None:
    frame = movements({"id": uuid7(1)})
    plain = frame.to_arrow()
    binary = pa.array([bytes.fromhex(uuid7(1).replace("-", ""))], pa.binary())
    variants = [
        frame.with_columns(pl.col("origin", "destination", "kind", "sex").cast(pl.Categorical)),
        frame.with_columns(persons=pl.lit(1.0), start=pl.lit("2020-05-01")),
        frame.with_columns(recorded_at=pl.lit("2020-05-03T12:00:00Z")),
        frame.with_columns(
            recorded_at=pl.col("recorded_at").dt.replace_time_zone("UTC").dt.cast_time_unit("ns")
        ),
        plain.set_column(plain.column_names.index("id"), "id", binary),
        plain.set_column(plain.column_names.index("id"), "id", binary.cast(pa.binary(16)).cast(pa.uuid())),
        plain.cast(
            pa.schema([f.with_type(pa.string()) if f.type == pa.string_view() else f for f in plain.schema])
        ),
    ]
    assert ledger.append(frame).accepted == 1
    for variant in variants:
        result = ledger.append(variant)
        assert (result.already_there, result.rejected) == (1, 0), variant.schema


def test_segments_keep_their_schema_and_lie_by_year(ledger: Ledger) -> None:
    ledger.append(movements({"start": date(2019, 12, 31)}, {"start": date(2020, 1, 1)}))
    assert [segment.year for segment in ledger.manifest.segments] == [2019, 2020]
    for segment in ledger.manifest.segments:
        path = ledger.folder / segment.file
        assert path.parent.name == f"year={segment.year}"
        assert pq.read_schema(path).remove_metadata().equals(SCHEMAS[Fact.MOVEMENT])


def test_the_manifest_is_what_is_there(ledger: Ledger) -> None:
    ledger.append(movements({}))
    path = ledger.folder / "manifest.json"
    good = path.read_text("utf-8")
    assert json.loads(good)["name"] == ledger.name
    for bad, error in (("{", "LEDGER-301"), ('{"format": "other"}', "LEDGER-301")):
        path.write_text(bad, "utf-8")
        with pytest.raises(LedgerError, match=error):
            Ledger.open(ledger.folder)
    path.write_text(good.replace('"rows"', '"row"'), "utf-8")
    with pytest.raises(LedgerError, match="LEDGER-301"):
        Ledger.open(ledger.folder)


def test_a_full_disk_is_one_clear_error_and_changes_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append(movements({}))
    name = ledger.name

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(LedgerError, match=r"LEDGER-302.*No space left on device"):
            ledger.append(movements({"persons": 2}))
    assert ledger.name == name
    assert not (ledger.folder / "work").exists()
    assert ledger.append(movements({"persons": 2})).accepted == 1


def test_no_ledger_and_no_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDGER-304"):
        Ledger.open(tmp_path / "none", create=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="LEDGER-302"):
        Ledger.open(tmp_path / "file")


def test_an_empty_table_is_no_error(ledger: Ledger) -> None:
    result = ledger.append(movements({}).head(0))
    assert (result.accepted, result.rejected, result.already_there) == (0, 0, 0)
    assert ledger.facts("movement").count().to_pyarrow().as_py() == 0
