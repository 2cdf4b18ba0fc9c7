"""The register in its database: the load, look-ups under row-level security, moves by two officers."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from nuudel.bench.embedded import start_platform
from nuudel.bench.registration import NATIONAL

DAY = date(2025, 12, 31)
SEED = 1
LOOKUPS, SEARCHES, SAMPLE = 1_000, 400, 5_000
MOVES, OFFICERS = 200, 2
OFFICE = "bench-office"


def measure_here(scale: float) -> dict[str, Any]:
    """The figures, in a process whose environment names the folders."""
    addresses = start_platform()
    size = max(1_000, round(NATIONAL * scale))
    with tempfile.TemporaryDirectory(prefix="nuudel-bench-") as folder:
        figures = told(loaded(Path(folder), size, addresses.owner))
        people = asked(Path(folder))
    figures |= told(looked_up(registrar(""), people, size))
    from nuudel.bench.registration_moves import moved

    return figures | told(moved(MOVES, OFFICERS, size))


def told(figures: dict[str, Any]) -> dict[str, Any]:
    """The same, said on standard error as soon as they are there: the whole takes minutes."""
    print(json.dumps(figures), file=sys.stderr, flush=True)
    return figures


def loaded(folder: Path, size: int, owner: str) -> dict[str, Any]:
    """Seconds of the load; the floor is the copying of as many bytes into a table without anything on it."""
    from nuudel.base.packs import load_pack
    from nuudel.domains.registration.load.register import load_register
    from nuudel.domains.registration.load.synthetic import weights, write_synthetic
    from nuudel.web.accounts.models import Institution

    write_synthetic(folder, size, SEED, weights(load_pack("mongolia")), DAY)
    Institution.objects.using("owner").create(code=OFFICE, name_mn="Жишээ", name_en="Example", synthetic=True)
    start = time.perf_counter()
    done = load_register(folder, OFFICE)
    spent = time.perf_counter() - start
    parts = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in done.seconds.items())
    print(parts, file=sys.stderr, flush=True)
    return {
        "registry_persons": {"value": float(done.persons), "unit": "synthetic persons in the register"},
        "registry_load_seconds": {
            "value": spent,
            "unit": f"seconds for {done.persons:,} persons",
            "floor": bare_copy(owner),
        },
    }


def bare_copy(owner: str) -> float:
    """Seconds to copy all persons, sealed as they are, into a table without index, key, check or trigger."""
    import psycopg

    with psycopg.connect(owner) as raw, raw.transaction(force_rollback=True), raw.cursor() as cursor:
        cursor.execute("CREATE TABLE bare AS SELECT * FROM registration_person WITH NO DATA")
        counted = cursor.execute("SELECT count(*) FROM registration_person").fetchone()
        rows = int(counted[0]) if counted else 0
        some = min(rows, 50_000)
        with cursor.copy("COPY (SELECT * FROM registration_person LIMIT 50000) TO STDOUT") as out:
            data = b"".join(bytes(block) for block in out)
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN") as into:
            into.write(data)
        return (time.perf_counter() - start) * rows / some


def asked(folder: Path) -> list[tuple[str, str, str]]:
    """Number, given name and patronymic of persons of the register, at random."""
    import polars as pl

    rows = pl.read_parquet(folder / "persons.parquet").drop_nulls(["number", "given_name", "patronymic"])
    chosen = rows.sample(min(LOOKUPS, len(rows)), seed=SEED)
    return list(chosen.select("number", "given_name", "patronymic").iter_rows())


def registrar(place: str) -> Any:
    """An officer with one posting, at a place or everywhere."""
    from nuudel.ledger.ids import new_id
    from nuudel.web.access.roles import Role
    from nuudel.web.accounts.models import Institution, Posting, User

    user = User.objects.create_user(f"{new_id()}@example.org", None, name="Example", synthetic=True)
    office = Institution.objects.get(code=OFFICE).pk
    Posting.objects.using("owner").create(
        user_id=user.pk, role=Role.REGISTRAR, institution_id=office, place=place
    )
    return user


def looked_up(user: Any, people: Sequence[tuple[str, str, str]], size: int) -> dict[str, Any]:
    """Milliseconds of look-ups in transactions of their own, the slowest of a hundred."""
    from nuudel.domains.registration.persons.keys import find_by_name, find_by_number
    from nuudel.web.access.context import acting

    def by_number(person: tuple[str, str, str]) -> None:
        with acting(user, "bench"):
            assert find_by_number(user, person[0]) is not None

    found: list[bool] = []

    def by_name(person: tuple[str, str, str]) -> None:
        given, patronymic = misspelt(person[1], len(found)), person[2]
        with acting(user, "bench"):
            matches = find_by_name(user, given, patronymic, national=True)
        found.append(any(match.score > 0.5 for match in matches))

    numbers = spent(by_number, people)
    names = spent(by_name, people[:SEARCHES])
    scan = scanned(user, people[0], size)
    of = f"milliseconds, {size:,} persons"
    return {
        "registry_lookup_p99_ms": {"value": percentile(numbers), "unit": of},
        "registry_fuzzy_p99_ms": {
            "value": percentile(names),
            "unit": of,
            "rival": "every name decrypted and compared",
            "ratio": percentile(names) / scan,
        },
        "registry_fuzzy_found": {"value": float(np.mean(found)), "unit": "share of searches with an answer"},
    }


def misspelt(name: str, number: int) -> str:
    """A name as somebody else writes it: in Latin letters, with a letter left out, or two exchanged."""
    from nuudel.people.names import transliterate

    if number % 3 == 0:
        return transliterate(name)
    middle = len(name) // 2
    if number % 3 == 1:
        return name[:middle] + name[middle + 1 :] if len(name) > 3 else name
    return name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :] if middle else name


def scanned(user: Any, person: tuple[str, str, str], size: int) -> float:
    """The rival in milliseconds: the names of a sample decrypted and compared, scaled to the register."""
    from nuudel.domains.registration.models import Person
    from nuudel.people.names import similarity
    from nuudel.web.access.context import acting
    from nuudel.web.facts.service import service_rights

    with acting(user, "bench"), service_rights():
        start = time.perf_counter()
        rows = list(Person.objects.all()[:SAMPLE])
        for row in rows:
            similarity(row.given_name, person[1])
        return (time.perf_counter() - start) * 1000 * size / len(rows)


def spent(call: Callable[[Any], None], over: Sequence[Any]) -> list[float]:
    """Milliseconds of each call, after some that are not counted."""
    for one in over[:20]:
        call(one)
    times = []
    for one in over:
        start = time.perf_counter()
        call(one)
        times.append((time.perf_counter() - start) * 1000)
    return times


def percentile(times: Sequence[float]) -> float:
    return float(np.percentile(times, 99))


if __name__ == "__main__":
    print(json.dumps(measure_here(float(sys.argv[1]))))
