"""Loads a whole register: read, checked, sealed and copied, counted, in one transaction of the owner."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.db import connections, transaction
from psycopg import Cursor

from nuudel.base.errors import RunError, WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.load import blocks, following, opening
from nuudel.domains.registration.load.checks import rejects
from nuudel.domains.registration.load.reading import Read, read_register
from nuudel.domains.registration.load.sealing import Keys, keys_of
from nuudel.domains.registration.load.tables import set_aside
from nuudel.domains.registration.load.variants import copy_variants
from nuudel.ledger.ids import id_bytes, new_id, version_7
from nuudel.web.access.context import Context
from nuudel.web.access.models import Place
from nuudel.web.accounts.models import Institution
from nuudel.web.audit import chain
from nuudel.web.audit.log import note
from nuudel.web.facts.permissions import FACT
from nuudel.web.facts.service import make_service

OWNER = "owner"
CHUNK = 50_000
IN_PROCESS = 100_000  # so few persons are not worth the start of workers
COUNTED_IDS = 4096  # ids a millisecond, in ascending order
TABLES = (
    "registration_dwelling",
    "registration_household",
    "registration_person",
    "registration_residenceevent",
    "shell_action",
)
LOADED = (kinds.DWELLING, kinds.HOUSEHOLD, kinds.PERSON, kinds.RESIDENCE)

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What a load has entered, and the seconds of its parts in order."""

    persons: int
    households: int
    facts: int
    seconds: dict[str, float]


class Clock:
    """Seconds of one part of the work after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self.last, 3)
        self.last = now


def load_register(
    folder: Path,
    institution: str,
    *,
    rejects_file: Path | None = None,
    workers: int = 2,
    advance: Advance = lambda done, total: None,
) -> Loaded:
    """Load the register of a folder into an empty one: all of it, or nothing and an error.

    It runs as the owner, keeps everybody else out of the register until it has ended, and leaves an entry
    of the audit for each kind of record.

    Parameters
    ----------
    institution
        The code of the institution whose register it is.
    rejects_file
        Where rows with faults are listed; ``rejects.csv`` in the folder when not given.
    workers
        Processes that encrypt.

    Raises
    ------
    RunError
        ``RUN-140`` or ``RUN-141`` for files that cannot be read, ``RUN-142`` where rows have faults.
    WebError
        ``WEB-443`` the register is not empty, ``WEB-444`` there is no such institution, or a synthetic
        register for a real one.
    """
    clock = Clock()
    read = read_register(folder)
    office = office_for(read, institution)
    places = set(Place.objects.using(OWNER).filter(level=LEVEL).values_list("code", flat=True))
    refuse_rejects(rejects(read, places), rejects_file or folder / "rejects.csv")
    clock.lap("read and check")
    with transaction.atomic(using=OWNER):
        connections[OWNER].ensure_connection()
        with Cursor(connections[OWNER].connection) as cursor:
            facts = enter(cursor, read, office, workers, advance, clock)
    clock.lap("commit")
    return Loaded(len(read.persons), len(read.households), facts, clock.seconds)


LEVEL = "soum"  # of soums and of the districts of the capital


def office_for(read: Read, code: str) -> Institution:
    office = Institution.objects.using(OWNER).filter(code=code).first()
    if office is None:
        raise WebError(444, f"there is no institution {code!r}.", "Make it first.", ("institution",))
    if read.about.synthetic and not office.synthetic:
        raise WebError(
            444,
            "a synthetic register is not loaded for a real institution.",
            "Name one that is marked synthetic.",
            ("institution",),
        )
    return office


def refuse_rejects(found: pl.DataFrame, file: Path) -> None:
    if found.is_empty():
        return
    found.write_csv(file)
    rows = found.select("file", "line").n_unique()
    raise RunError(
        142,
        f"{rows:,} rows have faults; nothing was loaded.",
        f"Correct what {file.name} lists, then load again.",
    )


def enter(
    cursor: "Cursor[Any]", read: Read, office: Institution, workers: int, advance: Advance, clock: Clock
) -> int:
    """Everything that the load writes, in the order in which rows need each other; the number of facts."""
    service = make_service(OWNER)
    now = datetime.now(UTC)
    common = blocks.Common(office.pk, service.pk, office.synthetic, now)
    persons, households = with_ids(read, now)
    load_id = new_id()
    with set_aside(cursor, TABLES):
        refuse_filled(cursor)
        clock.lap("tables set aside")
        for table, make in (
            ("registration_dwelling", blocks.dwellings_block),
            ("registration_household", blocks.households_block),
        ):
            for rows in households.iter_slices(CHUNK):
                copy_in(cursor, table, *make(rows, common))
        clock.lap("households")
        copy_persons(cursor, persons, keys_of(OWNER), common, workers, advance)
        copy_variants(cursor, persons)
        clock.lap("persons")
        following.make_events(cursor, read.about.day, load_id)
        clock.lap("events")
        following.make_histories(cursor, read.about.source[:200])
        clock.lap("histories")
        note_load(read, len(persons), len(households))
    clock.lap("indexes and keys")
    # The rights of the service account: the tables of facts ask for a user who may enter them.
    cursor.execute("SELECT set_config('nuudel.user', %s, true)", [str(service.pk)])
    counted = opening.stock(persons, read.about.day)
    facts = opening.enter_stock(cursor, counted, read.about.day, office.code, office.synthetic)
    clock.lap("facts")
    return facts


def refuse_filled(cursor: "Cursor[Any]") -> None:
    for table in TABLES[:-1]:
        if cursor.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone() != (False,):  # noqa: S608
            raise WebError(
                443,
                "the register is not empty: a whole register is loaded only once.",
                "Enter further persons one by one, or start from an empty database.",
            )


def with_ids(read: Read, now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Persons and households with the ids of their records and of those that they name."""
    households = read.households.with_columns(
        ids_column("id", len(read.households), now), ids_column("dwelling_id", len(read.households), now)
    )
    homes = households.select("household", "place", pl.col("id").alias("household_id"))
    persons = read.persons.with_columns(ids_column("id", len(read.persons), now))
    people = persons.select("person", pl.col("id").alias("found"))
    for parent in ("mother", "father"):
        named = people.rename({"person": parent, "found": f"{parent}_id"})
        persons = persons.join(named, on=parent, how="left", maintain_order="left")
    return persons.join(homes, on="household", how="left", maintain_order="left"), households


def ids_column(name: str, count: int, now: datetime) -> pl.Series:
    """UUIDv7 texts in ascending order, so that the tables' keys grow at their end."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence()))
    order = np.arange(count, dtype=np.uint64)
    start = np.uint64(now.timestamp() * 1000)
    low = rng.integers(0, 2**63, count, dtype=np.uint64) << np.uint64(1)
    ids = version_7(start + order // np.uint64(COUNTED_IDS), order % np.uint64(COUNTED_IDS), low)
    data = id_bytes(ids)
    packed = pl.Series([data[place : place + 16] for place in range(0, len(data), 16)], dtype=pl.Binary)
    digits = packed.bin.encode("hex")
    parts = [
        digits.str.slice(start, length) for start, length in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))
    ]
    return pl.select(pl.concat_str([pl.lit(part) for part in parts], separator="-").alias(name)).to_series()


def copy_in(cursor: "Cursor[Any]", table: str, columns: list[str], block: bytes) -> None:
    with cursor.copy(blocks.copy_statement(table, columns)) as copy:
        copy.write(block)


def copy_persons(
    cursor: "Cursor[Any]",
    persons: pl.DataFrame,
    keys: Keys,
    common: blocks.Common,
    workers: int,
    advance: Advance,
) -> None:
    """Encrypt in workers, copy here: a chunk is copied while the next ones are encrypted."""
    done = 0
    for rows, (columns, block) in made(persons, keys, common, workers):
        copy_in(cursor, "registration_person", columns, block)
        done += rows
        advance(done, len(persons))


def made(
    persons: pl.DataFrame, keys: Keys, common: blocks.Common, workers: int
) -> Iterator[tuple[int, tuple[list[str], bytes]]]:
    """The blocks in order, made in this process where they are few."""
    slices = list(persons.iter_slices(CHUNK))
    if len(persons) <= IN_PROCESS:
        for rows in slices:
            yield len(rows), blocks.persons_block(rows, keys, common)
        return
    # Processes of their own, started anew: a fork would take the database's connection with it.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting: list[tuple[int, Future[tuple[list[str], bytes]]]] = []
        for rows in slices:
            waiting.append((len(rows), pool.submit(blocks.persons_block, rows, keys, common)))
            if len(waiting) > 2 * workers:
                length, first = waiting.pop(0)
                yield length, first.result()
        for length, last in waiting:
            yield length, last.result()


def note_load(read: Read, persons: int, households: int) -> None:
    """The audit of a load: an entry for each kind of record, without their ids."""
    reason = f"{read.about.source}: {persons} persons, {households} households"
    types = (*LOADED, FACT)
    notes = [note("load", record_type, reason=reason) for record_type in types]
    chain.append(notes, Context(None, "register load"), OWNER)
