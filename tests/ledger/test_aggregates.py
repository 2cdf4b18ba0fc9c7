"""Official tables as counted facts."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import (
    Ledger,
    flow_facts,
    margin_facts,
    margins_in,
    margins_out,
    origin_destination,
    presence,
    presence_facts,
)

MARGINS = pl.DataFrame(
    {
        "year": [2019, 2019, 2020],
        "place": ["MN11", "MN81", "MN11"],
        "in_migrants": [6568, 400, None],
        "out_migrants": [0, 900, 1200],
    }
)
FLOWS = pl.DataFrame(
    {
        "year": [2006] * 4,
        "origin": ["AT11", "AT11", "AT12", "AT12"],
        "destination": ["AT11", "AT12", "AT11", "AT12"],
        "persons": [9000, 120, 95, 8000],
    }
)
WHO = {"source": "Statistics office, table 40", "institution": "Statistics office"}


def test_margins_are_movements_with_one_end_in_two_series(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    facts = margin_facts(MARGINS, series="office-040", **WHO)
    result = ledger.append(facts)
    # An empty cell was not counted; a zero was.
    assert (result.accepted, result.rejected) == (5, 0)
    assert {key: dict(count.ends) for key, count in ledger.counts("movement").items()} == {
        "office-040-in": {"destination": 2},
        "office-040-out": {"origin": 3},
    }
    connection = ledger.connect()
    arrivals = margins_in(connection, "office-040-in", durations=["unknown"]).order_by("place")
    assert [tuple(row.values()) for row in arrivals.to_pyarrow().to_pylist()] == [
        ("MN11", 2019, "observed", 6568.0),
        ("MN81", 2019, "observed", 400.0),
    ]
    departures = margins_out(connection, "office-040-out", durations=["unknown"]).to_pyarrow()
    assert sorted(departures.column("persons").to_pylist()) == [0.0, 900.0, 1200.0]


def test_the_same_figures_again_are_there_and_revised_ones_are_not_added(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.append(margin_facts(MARGINS, series="office-040", **WHO))
    assert ledger.append(margin_facts(MARGINS, series="office-040", **WHO)).already_there == 5
    revised = MARGINS.with_columns(in_migrants=pl.col("in_migrants") + 1)
    result = ledger.append(margin_facts(revised, series="office-040", **WHO))
    assert (result.accepted, result.already_there) == (0, 3)
    assert result.rejects["code"].to_list() == ["LEDGER-112"] * 2


def test_flows_between_places(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    facts = flow_facts(FLOWS, series="austria", quality="estimated", duration="12_months_and_more", **WHO)
    assert ledger.append(facts).accepted == 2
    table = origin_destination(ledger.connect(), "austria", durations=["12_months_and_more"])
    rows = sorted(tuple(row.values()) for row in table.to_pyarrow().to_pylist())
    assert rows == [("AT11", "AT12", 2006, "estimated", 120.0), ("AT12", "AT11", 2006, "estimated", 95.0)]


def test_stocks_are_presences(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    frame = pl.DataFrame({"day": [date(2020, 1, 1)], "place": ["MN11"], "persons": [1_500_000]})
    facts = presence_facts(frame, series="census-2020", kind="census", published="2020", **WHO)
    assert ledger.append(facts, "presence").accepted == 1
    assert presence(ledger.connect(), "census-2020").to_pyarrow().column("persons").to_pylist() == [
        1_500_000.0
    ]


def test_a_wrong_table_is_a_clear_error() -> None:
    with pytest.raises(LedgerError, match=r"LEDGER-210.*'place'"):
        margin_facts(MARGINS.drop("place"), series="s", **WHO)
    with pytest.raises(LedgerError, match=r"LEDGER-210.*'in_migrants'"):
        margin_facts(MARGINS.drop("in_migrants", "out_migrants"), series="s", **WHO)
    with pytest.raises(LedgerError, match=r"LEDGER-211.*year=2006"):
        flow_facts(pl.concat([FLOWS, FLOWS]), series="s", **WHO)
