"""The movement ledger: append-only facts, their corrections, snapshots, and the questions they answer."""

from nuudel.ledger.aggregates import flow_facts, margin_facts, presence_facts
from nuudel.ledger.engines import LedgerConnection, connect, connect_spark
from nuudel.ledger.queries import events, margins_in, margins_out, origin_destination, presence
from nuudel.ledger.schema import SCHEMAS, Fact
from nuudel.ledger.series import Series
from nuudel.ledger.store import Ledger, LoadResult
from nuudel.ledger.synthetic import synthetic_movements

__all__ = [
    "SCHEMAS",
    "Fact",
    "Ledger",
    "LedgerConnection",
    "LoadResult",
    "Series",
    "connect",
    "connect_spark",
    "events",
    "flow_facts",
    "margin_facts",
    "margins_in",
    "margins_out",
    "origin_destination",
    "presence",
    "presence_facts",
    "synthetic_movements",
]
