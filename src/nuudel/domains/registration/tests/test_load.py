"""A whole register from files: strict, all or nothing, sealed, counted, and as if it had been entered."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from nuudel.base.errors import RunError, WebError
from nuudel.domains.registration import models
from nuudel.domains.registration.load import blocks, opening, sealing
from nuudel.domains.registration.load.checks import rejects, wrong_number
from nuudel.domains.registration.load.columns import HOUSEHOLDS, PERSONS
from nuudel.domains.registration.load.reading import About, Read, read_register, typed
from nuudel.domains.registration.load.register import OWNER, TABLES, ids_column, load_register
from nuudel.domains.registration.load.synthetic import write_synthetic
from nuudel.domains.registration.models.residence import plain
from nuudel.domains.registration.persons.keys import find_by_name, find_by_number
from nuudel.domains.registration.residence.events import lived, stock
from nuudel.ledger import Ledger
from nuudel.people.registration_numbers import LETTERS, birth_date_of
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.audit.verify import verify
from nuudel.web.facts.service import service_rights
from nuudel.web.facts.snapshot import write_snapshot
from nuudel.web.operations.database import Addresses
from nuudel.web.protection.blind import blind_index
from nuudel.web.protection.envelope import unseal
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.testing import institution

DAY = date(2025, 12, 31)
CASTS = r"::(text|character varying)(\[\])?|[()]"
ABOUT = {"day": "2025-12-31", "source": "Test register", "synthetic": True}
HOUSEHOLD = {
    "household": "h1", "place": "MN18101", "bagh": "1", "address": "3, \"A\"", "dwelling_kind": "house",
}  # fmt: skip
PERSON = {
    "person": "p1", "number": "УБ90051734", "patronymic": "Дорж", "given_name": "Болд",
    "birth_date": "1990-05-17",
    "sex": "male", "household": "h1", "role": "head",
}  # fmt: skip
CHILD = PERSON | {
    "person": "p2", "number": "", "given_name": "Туяа", "birth_date": "2015-02-01", "sex": "female",
    "role": "child", "father": "p1",
}  # fmt: skip


def written(folder: Path, *people: dict[str, Any], homes: Any = (HOUSEHOLD,), about: Any = None) -> Path:
    """A register's folder with these rows as CSV."""
    folder.mkdir(exist_ok=True)
    (folder / "register.json").write_text(json.dumps(ABOUT | (about or {})), "utf-8")
    pl.DataFrame(list(people)).write_csv(folder / "persons.csv")
    pl.DataFrame(list(homes)).write_csv(folder / "households.csv")
    return folder


def faults(folder: Path) -> list[tuple[Any, ...]]:
    return list(rejects(read_register(folder), {"MN18101"}).iter_rows())


def test_rows_without_fault_have_no_rejects(tmp_path: Path) -> None:
    assert faults(written(tmp_path, PERSON, CHILD)) == []


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"birth_date": "1990-02-30"}, "birth_date", "cannot be read"),
        ({"birth_date": ""}, "birth_date", "is missing"),
        ({"birth_date": "2026-01-01", "number": ""}, "birth_date", "is after the day of the register"),
        ({"birth_date": "1890-01-01", "number": ""}, "birth_date", "is more than 130 years ago"),
        ({"given_name": ""}, "given_name", "is missing"),
        ({"given_name": "Bоld1"}, "given_name", "is no name"),
        ({"given_name": "Б" * 201}, "given_name", "is too long"),
        ({"patronymic": "До\u0007рж"}, "patronymic", "has a control letter"),
        ({"number": "УБ9005173"}, "number", "is no registration number"),
        ({"number": "УБ90133134"}, "number", "is no registration number"),
        ({"sex": "M"}, "sex", "is none of the codes"),
        ({"role": "chief"}, "role", "is none of the codes"),
        ({"household": "h9"}, "household", "is not in the file of households"),
        ({"mother": "p9"}, "mother", "is not in the file of persons"),
        ({"person": "p2"}, "person", "is there twice"),
    ],
)
def test_a_fault_is_named_by_line_column_and_reason(
    tmp_path: Path, change: dict[str, str], column: str, reason: str
) -> None:
    found = faults(written(tmp_path, PERSON | {"mother": ""} | change, CHILD | {"mother": ""}))
    assert ("persons", 1, column, reason) in found


def test_a_second_head_a_young_father_and_a_number_twice_are_faults(tmp_path: Path) -> None:
    young = CHILD | {"birth_date": "1999-01-01", "number": "УБ90051734", "role": "head"}
    found = faults(written(tmp_path, PERSON, young))
    assert ("persons", 2, "father", "is not 10 years older") in found
    assert {row[1] for row in found if row[3] == "is there twice" and row[2] == "number"} == {1, 2}
    assert {row[1] for row in found if row[3] == "is that of a second head"} == {1, 2}


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"place": "MN81"}, "place", "is no soum or district"),
        ({"capacity": "0"}, "capacity", "is out of range"),
        ({"capacity": "many"}, "capacity", "cannot be read"),
        ({"latitude": "91"}, "latitude", "is out of range"),
        ({"herder": "yes"}, "herder", "cannot be read"),
        ({"dwelling_kind": "tent"}, "dwelling_kind", "is none of the codes"),
    ],
)
def test_faults_of_households(tmp_path: Path, change: dict[str, str], column: str, reason: str) -> None:
    found = faults(written(tmp_path, PERSON, homes=[HOUSEHOLD | change]))
    assert found == [("households", 1, column, reason)]


def test_files_that_are_no_register_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="RUN-140"):
        read_register(tmp_path)
    with pytest.raises(RunError, match=r"RUN-141.*'nmae'.*given_name|RUN-141.*'nmae'"):
        read_register(written(tmp_path / "a", PERSON | {"nmae": "x"}))
    with pytest.raises(RunError, match=r"RUN-141.*lacks 'sex'"):
        read_register(written(tmp_path / "b", {k: v for k, v in PERSON.items() if k != "sex"}))
    with pytest.raises(RunError, match="RUN-140"):
        read_register(written(tmp_path / "c", PERSON, about={"day": "2025-13-01"}))
    with pytest.raises(RunError, match="RUN-140"):
        read_register(written(tmp_path / "d", PERSON, about={"more": 1}))


@given(st.text(LETTERS + "AБ0", min_size=2, max_size=2), st.text("0123456789", min_size=7, max_size=9))
def test_numbers_are_checked_as_one_by_one(letters: str, digits: str) -> None:
    number = letters + digits
    wrong = pl.DataFrame({"number": [number]}).select(wrong_number()).item()
    assert wrong == (birth_date_of(number) is None)


# Letters that are in all versions of Unicode here: Polars knows newer ones than Python.
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=250), max_size=20))
def test_addresses_are_keyed_as_one_by_one(addresses: list[str]) -> None:
    told = pl.DataFrame({"address": [*addresses, "3-р хороолол, 12/а тоот"]})
    keys = told.select(blocks.plain(pl.col("address"))).to_series().to_list()
    assert keys == [plain(text) for text in told["address"]]
    assert keys[-1] == "3рхороолол12атоот"


def test_what_is_sealed_at_once_opens_one_by_one(database: Addresses) -> None:
    from django.db import transaction

    where = "registration_person.given_name"
    ids = ids_column("id", 3, datetime.now(UTC)).to_list()
    with transaction.atomic(using=OWNER):
        keys = sealing.keys_of(OWNER)
        found = sealing.sealed(["Болд", None, ""], ids, where, keys)
    assert found[1] is None
    for place, text in ((0, "Болд"), (2, "")):
        assert unseal(found[place] or b"", f"{where}\0{ids[place]}".encode(), OWNER) == text
    indexes = sealing.blind_indexes([" УБ 1 ", None], where, keys)
    assert indexes == [blind_index(where, "уб 1"), None]
    assert ids == sorted(set(ids))
    assert "data=" not in repr(keys)


def test_stock_by_age_counts_birthdays() -> None:
    born = [date(2020, 12, 31), date(2021, 1, 1), date(1935, 6, 1), date(1900, 1, 1)]
    people = pl.DataFrame({"place": ["MN18101"] * 4, "sex": ["male"] * 4, "birth_date": born})
    found = opening.stock(people, DAY).select("age_from", "age_to", "persons").rows()
    assert found == [(0, 4, 1), (5, 9, 1), (85, None, 2)]


def shape() -> list[tuple[Any, ...]]:
    """Indexes, constraints, triggers and row security of the tables, as the catalogue has them."""
    query = """
      SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
      WHERE indrelid = ANY (%(t)s::regclass[])
      UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE conrelid = ANY (%(t)s::regclass[]) AND contype <> 't'
      UNION ALL SELECT 'trigger', tgname, tgenabled::text FROM pg_trigger
      WHERE tgrelid = ANY (%(t)s::regclass[]) AND NOT tgisinternal
      UNION ALL SELECT 'security', relname, relrowsecurity::text || relforcerowsecurity::text FROM pg_class
      WHERE oid = ANY (%(t)s::regclass[]) ORDER BY 1, 2
    """
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query, {"t": list(TABLES)})
        # PostgreSQL writes a condition that it has read again with its casts in other places.
        return [(kind, name, re.sub(CASTS, "", said)) for kind, name, said in cursor.fetchall()]


def test_nothing_is_loaded_where_a_row_has_a_fault(database: Addresses, user: User, tmp_path: Path) -> None:
    institution("load-office", synthetic=True)
    folder = written(tmp_path, PERSON, CHILD | {"household": "h9"})
    before = shape()
    with pytest.raises(RunError, match=r"RUN-142: 1 rows"):
        load_register(folder, "load-office")
    listed = (folder / "rejects.csv").read_text("utf-8")
    assert listed.splitlines()[1:] == ["persons,2,household,is not in the file of households"]
    assert "Туяа" not in listed
    with pytest.raises(WebError, match="WEB-444"):
        load_register(folder, "nobody")
    institution("real-office")
    with pytest.raises(WebError, match="WEB-444"):
        load_register(folder, "real-office")
    assert shape() == before


def test_a_load_that_breaks_leaves_nothing(
    database: Addresses, user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise OSError("the disk is full")

    institution("load-office", synthetic=True)
    before = shape()
    monkeypatch.setattr(opening, "enter_stock", broken)
    with pytest.raises(OSError, match="full"):
        load_register(written(tmp_path, PERSON, CHILD), "load-office")
    with acting(user, "test"), service_rights():
        assert models.Person.objects.count() == 0
    assert shape() == before
    assert verify(OWNER).sound


def test_a_loaded_register_is_as_if_it_had_been_entered(
    database: Addresses, user: User, tmp_path: Path
) -> None:
    institution("load-office", synthetic=True)
    before = shape()
    places = {"MN18101": 3.0, "MN18104": 1.0}
    drawn = write_synthetic(tmp_path / "r", 400, 1, places, DAY)
    loaded = load_register(tmp_path / "r", "load-office")
    assert (loaded.persons, loaded.households) == (400, len(drawn.households))
    assert shape() == before
    assert verify(OWNER).sound
    rows = drawn.persons
    with acting(user, "test"), service_rights():
        for place in places:
            assert stock(place, DAY) == len(rows.filter(pl.col("place") == place))
        assert models.Person.objects.filter(synthetic=True, state="living").count() == 400
        somebody = rows.row(7, named=True)
        found = find_by_number(user, somebody["number"])
        assert found is not None
        assert (found.given_name, found.patronymic) == (somebody["given_name"], somebody["patronymic"])
        assert found.birth_date == somebody["birth_date"]
        by_name = find_by_name(user, somebody["given_name"], somebody["patronymic"], national=True)
        assert found.pk in {match.person.pk for match in by_name}
        spell = lived(found)[-1]
        assert (spell.place, spell.household_id) == (found.place, found.household_id)
        mothers = rows["mother"].is_not_null().sum()
        assert models.Person.objects.filter(mother__isnull=False).count() == mothers
        for key in ("registration.person", "registration.household", "registration.dwelling"):
            record_type = record_types()[key]
            for record in record_type.model._default_manager.all()[:20]:
                history = records.history(record_type, record)
                assert records.folded_state(record_type, history) == record.state
    ledger = Ledger.open(write_snapshot(tmp_path / "l"))
    stocked = ledger.connect().facts("presence").to_polars()
    assert stocked["persons"].sum() == 400
    assert stocked["quality"].unique().to_list() == ["synthetic"]


def test_a_register_is_loaded_once(database: Addresses, user: User, tmp_path: Path) -> None:
    institution("load-office", synthetic=True)
    with pytest.raises(WebError, match="WEB-443"):
        load_register(written(tmp_path, PERSON, CHILD), "load-office")


def test_a_loaded_person_changes_like_any_other(database: Addresses, user: User) -> None:
    with acting(user, "test"):
        person = models.Person.objects.select_related("institution").first()
        assert person is not None
        found = records.locked(record_types()["registration.person"], [person.pk])[0]
        found.birth_place = "Улиастай"
        before = {"birth_place": ""}
        records.follow(user, record_types()["registration.person"], found, "change", before=before)
        assert [entry.number for entry in records.history(record_types()["registration.person"], found)] == [
            1,
            2,
        ]


def test_parquet_keeps_its_types_and_csv_is_read_to_the_same() -> None:
    as_text = pl.DataFrame({**{name: [PERSON.get(name)] for name in PERSONS}})
    as_date = as_text.with_columns(pl.col("birth_date").str.to_date())
    assert typed(as_text, PERSONS)[0].equals(typed(as_date, PERSONS)[0])
    about = About(DAY, "x", True)
    homes, unread = typed(pl.DataFrame([HOUSEHOLD]), HOUSEHOLDS)
    assert homes["herder"].to_list() == [False]
    people, lost = typed(as_text, PERSONS)
    read = Read(about, people, homes, {"persons": lost, "households": unread})
    assert rejects(read, {"MN18101"}).is_empty()
