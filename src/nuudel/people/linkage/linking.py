"""Linking records of persons in a batch: which pairs may be one person, with what probability and on what."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from nuudel.base.errors import PeopleError
from nuudel.people.linkage import model
from nuudel.people.linkage.proposals import proposals, with_ids
from nuudel.people.linkage.records import prepared

SEED = 5217
THRESHOLD = 0.9
MEMORY = "2500MB"
THREADS = 2
# With fewer pairs than this nothing is learned from a training block.
FEWEST_TRAINING_PAIRS = 100
RANDOM_PAIRS = 250_000
PRIOR_RECALL = 0.7


@dataclass(frozen=True)
class Linked:
    """What linking a set of records found.

    Attributes
    ----------
    pairs
        ``first``, ``second`` (ids, in the order of the records), ``probability``, ``agreeing`` (list of codes
        of what agrees; never names alone), the most probable first.
    records
        How many records there were.
    unreadable_names
        How many names could not be read and were taken as missing.
    trained
        Whether the register had enough certain pairs to learn from; otherwise the model's own values held.
    """

    pairs: pl.DataFrame
    records: int
    unreadable_names: int
    trained: bool


def link(
    persons: pl.DataFrame, *, threshold: float = THRESHOLD, memory: str = MEMORY, threads: int = THREADS
) -> Linked:
    """Find pairs of records that may be of one person.

    Parameters
    ----------
    persons
        ``id`` (unique), ``given_name``, ``patronymic``, ``birth_date``, ``sex`` (``female`` or ``male``),
        ``number`` (registration number), ``mother`` (any text or number that stands for the same mother);
        all but ``id`` may be null.
    threshold
        Pairs below this probability are left out; 0.5 to 1.
    memory
        What DuckDB may use; beyond it writes to encrypted temporary files.

    Returns
    -------
    Linked
        The same for the same records, whatever the machine's number of cores.

    Raises
    ------
    PeopleError
        ``PEOPLE-131`` a column is missing or has another type, ``132`` ids are missing or not unique, ``133``
        the threshold is not one.

    Notes
    -----
    A pair on names alone is never proposed (``model.EVIDENCE``, ``model.TOGETHER``). Records with clearly
    different given names are proposed only with the same registration number: else they are mostly brothers,
    sisters and twins. A probability of 1 is one that rounds to it.
    """
    if not 0.5 <= threshold < 1:
        raise PeopleError(133, "the threshold is no probability of use.", "Give 0.5 or more and less than 1.")
    records, unreadable = prepared(persons)
    if len(records) < 2:
        return Linked(no_pairs(persons), len(records), unreadable, False)
    with database(memory, threads) as connection:
        found, trained = scored(connection, records, threshold)
    return Linked(with_ids(found, persons["id"]), len(records), unreadable, trained)


@contextmanager
def database(memory: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory; what does not fit goes encrypted into a folder that is removed."""
    with tempfile.TemporaryDirectory(prefix="nuudel-linkage-") as folder:
        connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": folder,
                "temp_file_encryption": True,
                "preserve_insertion_order": False,
            }
        )
        try:
            yield connection
        finally:
            connection.close()


def scored(
    connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, threshold: float
) -> tuple[pl.DataFrame, bool]:
    """Pairs of rows with probability and the level of each comparison; whether the model was trained."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection.register("given_records", records.to_arrow())
    connection.execute("CREATE TABLE records AS SELECT * FROM given_records ORDER BY row")
    connection.unregister("given_records")
    api = DuckDBAPI(connection)
    linker = Linker(api.register("records"), model.settings(len(records)), log_level=logging.ERROR)
    trained = train(linker, connection)
    predicted = linker.inference.predict(threshold_match_probability=threshold)
    return proposals(connection, predicted.physical_name), trained


def train(linker: Any, connection: duckdb.DuckDBPyConnection) -> bool:
    """Learn the model's probabilities from the register, where it has enough pairs that are certain."""
    certain = [pairs_of(connection, rule) for rule in model.TRAINING]
    if min(certain) < FEWEST_TRAINING_PAIRS:
        return False
    linker.training.estimate_probability_two_random_records_match(list(model.TRAINING), recall=PRIOR_RECALL)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
    )
    for rule in model.TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return True


def pairs_of(connection: duckdb.DuckDBPyConnection, rule: str) -> int:
    found = connection.execute(
        f"SELECT count(*) FROM records l JOIN records r ON {rule} AND l.row < r.row"  # noqa: S608
    ).fetchall()
    return int(found[0][0])


def no_pairs(persons: pl.DataFrame) -> pl.DataFrame:
    kind = persons.schema["id"]
    return pl.DataFrame(
        schema={"first": kind, "second": kind, "probability": pl.Float64, "agreeing": pl.List(pl.String)}
    )
