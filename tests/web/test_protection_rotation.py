"""Rotation: a new key while people read and write; nothing is lost, and a stop in between loses nothing."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.db import connection, connections, models, transaction
from typer.testing import CliRunner

from nuudel.base.errors import WebError
from nuudel.cli import app
from nuudel.ledger.ids import new_id
from nuudel.web.access.context import acting
from nuudel.web.access.models import PermissionRow
from nuudel.web.access.roles import Role
from nuudel.web.access.row_security import protect
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.triggers import audited
from nuudel.web.audit.verify import verify
from nuudel.web.operations.database import Addresses
from nuudel.web.operations.keys import keys_folder
from nuudel.web.protection import envelope, master, rotation
from nuudel.web.protection.fields import EncryptedTextField
from nuudel.web.protection.policies import rotated
from nuudel.web.testing import institution, user_with

ROWS = 240
TYPE = "test.resident"


class Resident(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.CharField(max_length=32, default="MN")
    other_place = models.CharField(max_length=32, default="")
    holder_id = models.BigIntegerField(null=True)
    institution_id = models.BigIntegerField()
    created_by_id = models.BigIntegerField()
    number = EncryptedTextField(index=True)
    note = EncryptedTextField(null=True)

    class Meta:
        app_label = "protection"
        db_table = "test_resident"


# Known to Django in this module's tests alone: a worker of the tests imports the modules of all others too.
del apps.all_models["protection"]["resident"]


@pytest.fixture(scope="module", autouse=True)
def _table(database: Addresses) -> Iterator[None]:
    apps.all_models["protection"]["resident"] = Resident
    apps.clear_cache()
    envelope.cipher.cache_clear()
    with connections["owner"].schema_editor() as editor:
        editor.create_model(Resident)
    with connections["owner"].cursor() as cursor:
        for operation in (protect("test_resident", TYPE), audited("test_resident", TYPE)):
            cursor.execute(str(operation.sql))
    for kind in ("read", "write"):
        PermissionRow.objects.using("owner").create(
            record_type=TYPE, role=Role.REGISTRAR, kind=kind, scope="all"
        )
    yield
    del apps.all_models["protection"]["resident"]
    apps.clear_cache()
    envelope.cipher.cache_clear()


@pytest.fixture(scope="module")
def registrar(_table: None) -> User:
    return user_with(Role.REGISTRAR, at=institution("registry"))


def fill(user: User, numbers: range) -> list[object]:
    with acting(user, "fill"):
        made = Resident.objects.bulk_create(
            Resident(number=f"number {i}", note=f"note {i}", institution_id=1, created_by_id=user.pk)
            for i in numbers
        )
        record("write", TYPE, [resident.pk for resident in made])
    return [resident.pk for resident in made]


@pytest.fixture(scope="module")
def filled(registrar: User) -> list[object]:
    return fill(registrar, range(ROWS))


def all_of(user: User) -> list[Resident]:
    with acting(user, "read"):
        record("read", TYPE)
        return list(Resident.objects.order_by("id"))


def keys_used() -> set[int]:
    used = set()
    with connections["owner"].cursor() as cursor:
        for column in ("number", "note"):
            cursor.execute(f"SELECT {column} FROM test_resident WHERE {column} IS NOT NULL")
            used |= {envelope.key_number(bytes(row[0])) for row in cursor.fetchall()}
    return used


def test_without_a_way_to_all_rows_no_key_is_retired(filled: list[object]) -> None:
    with pytest.raises(WebError, match=r"WEB-177.*test_resident"):
        rotation.rotate_data_key("owner")
    with connections["owner"].cursor() as cursor:
        cursor.execute(str(rotated("test_resident").sql))
    assert {key.state for key in rotation.overview("owner")} == {"encrypts"}
    assert rotation.overview("owner")[0].values == 2 * ROWS


def test_everything_is_encrypted_anew_and_the_old_key_retired(filled: list[object], registrar: User) -> None:
    steps: list[tuple[int, int]] = []
    result = rotation.rotate_data_key("owner", lambda done, total: steps.append((done, total)))
    assert (result.number, result.values, result.retired) == (2, 2 * ROWS, (1,))
    assert steps[-1] == (2 * ROWS, 2 * ROWS)
    assert keys_used() == {2}
    assert {(r.number, r.note) for r in all_of(registrar)} == {
        (f"number {i}", f"note {i}") for i in range(ROWS)
    }
    assert [key.state.split()[0] for key in rotation.overview("owner")] == ["retired", "encrypts"]


def test_the_rotation_is_audited(filled: list[object]) -> None:
    entries = AuditEntry.objects.using("owner").filter(action="reencrypt", record_type=TYPE)
    assert {str(key) for key in filled} == {one for entry in entries for one in entry.record_ids}
    assert {entry.user_id for entry in entries} == {None}
    assert max(len(entry.record_ids) for entry in entries) <= rotation.BATCH
    actions = AuditEntry.objects.using("owner").filter(record_type="protection.key")
    assert {"write", "retire"} <= {entry.action for entry in actions}


class Writers:
    """People who change and read records until told to stop; each record has one who changes it."""

    def __init__(self, user: User, keys: list[object], number: int) -> None:
        self.user, self.stop, self.failures = user, threading.Event(), list[Exception]()
        self.written: dict[object, str] = {}
        parts = [keys[i::number] for i in range(number)]
        self.threads = [threading.Thread(target=self.work, args=[part]) for part in parts]

    def work(self, keys: list[object]) -> None:
        try:
            person, turn = User.objects.get(pk=self.user.pk), 0
            while not self.stop.is_set():
                key = keys[turn % len(keys)]
                text = f"{key} turn {turn}"
                with acting(person, "change"):
                    resident = Resident.objects.get(pk=key)
                    assert resident.note
                    if turn % 2:
                        resident.number = text
                    resident.save()
                    record("write", TYPE, [key])
                if turn % 2:
                    self.written[key] = text
                turn += 1
        except Exception as failure:
            self.failures.append(failure)
        finally:
            connection.close()


def test_while_others_write_nothing_is_lost(filled: list[object], registrar: User) -> None:
    writers = Writers(registrar, filled, 4)
    for thread in writers.threads:
        thread.start()
    time.sleep(0.3)
    results = [rotation.rotate_data_key("owner") for _ in range(3)]
    time.sleep(0.2)
    writers.stop.set()
    for thread in writers.threads:
        thread.join(30)
    assert writers.failures == []
    assert len(writers.written) > 20
    assert [result.retired for result in results] == [(2,), (3,), (4,)]
    assert keys_used() == {5}
    residents = {resident.pk: resident for resident in all_of(registrar)}
    assert {key: residents[key].number for key in writers.written} == writers.written
    assert all(resident.number and resident.note for resident in residents.values())
    assert verify("owner").sound


def test_a_stopped_rotation_goes_on_where_it_was(
    filled: list[object], registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= 2 * rotation.BATCH:
            raise StoppedError

    before = envelope.current_key("owner")
    with pytest.raises(StoppedError):
        rotation.rotate_data_key("owner", stop)
    assert keys_used() == {before, before + 1}
    assert all(resident.number and resident.note for resident in all_of(registrar))
    (late,) = fill(registrar, range(1000, 1001))
    with acting(registrar, "read"):
        record("read", TYPE)
        assert Resident.objects.get(pk=late).number == "number 1000"
    result = rotation.rotate_data_key("owner")
    assert (result.number, result.retired) == (before + 1, (before,))
    assert result.values == 2 * (ROWS - rotation.BATCH)
    assert keys_used() == {before + 1}


def test_a_key_is_not_retired_while_somebody_holds_it(filled: list[object]) -> None:
    held = envelope.current_key("default")
    done: list[rotation.Rotation] = []

    def rotate() -> None:
        done.append(rotation.rotate_data_key("owner"))
        connections["owner"].close()

    thread = threading.Thread(target=rotate)
    with transaction.atomic():
        assert envelope.current_key("default") == held
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        assert done == []
    thread.join(20)
    assert done[0].retired == (held,)


def test_two_rotations_do_not_run_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [envelope.LOCK])
        with pytest.raises(WebError, match="WEB-178"):
            rotation.rotate_data_key("owner")
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [envelope.LOCK])


def test_a_value_that_does_not_open_stops_the_rotation_and_is_not_replaced(
    filled: list[object], registrar: User
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE test_resident DISABLE TRIGGER USER")
        cursor.execute("SELECT note FROM test_resident WHERE id = %s", [filled[7]])
        kept = bytes(cursor.fetchone()[0])
        broken = kept[:-1] + bytes([kept[-1] ^ 1])
        cursor.execute("UPDATE test_resident SET note = %s WHERE id = %s", [broken, filled[7]])
    with pytest.raises(WebError, match="WEB-174") as caught:
        rotation.rotate_data_key("owner")
    assert str(filled[7]) in str(caught.value)
    assert "test_resident.note" in str(caught.value)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT note FROM test_resident WHERE id = %s", [filled[7]])
        assert bytes(cursor.fetchone()[0]) == broken
        cursor.execute("UPDATE test_resident SET note = %s WHERE id = %s", [kept, filled[7]])
        cursor.execute("ALTER TABLE test_resident ENABLE TRIGGER USER")
    assert len(rotation.rotate_data_key("owner").retired) == 1


@pytest.fixture(scope="module", autouse=True)
def kept_keys(database: Addresses) -> Iterator[None]:
    """The keys are those of all test modules: what these tests replace is put back."""
    folder = keys_folder()
    before = {path.name: path.read_text("ascii") for path in folder.iterdir()}
    yield
    for path in folder.iterdir():
        path.unlink()
    for name, text in before.items():
        (folder / name).write_text(text, "ascii")
    envelope.cipher.cache_clear()


def masters() -> list[bytes]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT master FROM protection_encryptionkey")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_the_master_key_is_replaced_and_the_values_stay(filled: list[object], registrar: User) -> None:
    before = (keys_folder() / "encryption").read_text()
    calls: list[tuple[str, bytes, bytes]] = []
    master.ON_NEW_MASTER.append(lambda *told: calls.append(told))
    try:
        count = master.rotate_master("owner")
    finally:
        master.ON_NEW_MASTER.pop()
    assert count == len(rotation.overview("owner"))
    after = (keys_folder() / "encryption").read_text()
    assert calls == [("owner", bytes.fromhex(before), bytes.fromhex(after))]
    assert before != after
    assert not (keys_folder() / "encryption.old").exists()
    assert (keys_folder() / "encryption").stat().st_mode & 0o777 == 0o600
    assert masters() == [envelope.master_name(bytes.fromhex(after))]
    envelope.cipher.cache_clear()
    assert all(resident.number for resident in all_of(registrar))


def after(call: Callable[..., object]) -> Callable[..., object]:
    """The same, stopped once it is done."""

    def stopped(*told: object) -> None:
        call(*told)
        raise KeyboardInterrupt

    return stopped


def test_second_factors_follow_the_new_master_key(registrar: User) -> None:
    from allauth.mfa.models import Authenticator

    from nuudel.web.accounts.secrets import hide, show

    kept = {"secret": hide("seed"), "migrated_codes": [hide("code")], "used_mask": 3, "name": "plain"}
    factor = Authenticator.objects.create(user=registrar, type=Authenticator.Type.TOTP, data=kept)
    master.rotate_master("owner")
    factor.refresh_from_db()
    assert factor.data["secret"] != kept["secret"]
    assert show(factor.data["secret"]) == "seed"
    assert show(factor.data["migrated_codes"][0]) == "code"
    assert (factor.data["used_mask"], factor.data["name"]) == (3, "plain")


@pytest.mark.parametrize("stopped_after", ["write_key", "replace_file", "wrap_anew"])
def test_a_stopped_replacement_of_the_master_key_goes_on(
    filled: list[object], registrar: User, monkeypatch: pytest.MonkeyPatch, stopped_after: str
) -> None:
    monkeypatch.setattr(master, stopped_after, after(getattr(master, stopped_after)))
    with pytest.raises(KeyboardInterrupt):
        master.rotate_master("owner")
    monkeypatch.undo()
    envelope.cipher.cache_clear()
    assert (keys_folder() / "encryption.old").exists()
    assert all(resident.number for resident in all_of(registrar))
    master.rotate_master("owner")
    envelope.cipher.cache_clear()
    assert not (keys_folder() / "encryption.old").exists()
    assert all(resident.number for resident in all_of(registrar))
    assert len(masters()) == 1


def test_the_commands(filled: list[object], registrar: User) -> None:
    run = CliRunner()
    before = envelope.current_key("owner")
    done = run.invoke(app, ["keys", "rotate"])
    assert done.exit_code == 0, done.output
    assert f"values are encrypted with the data key {before + 1}." in done.output
    assert f"The data key {before} is retired" in done.output
    listed = run.invoke(app, ["keys", "list"])
    assert listed.exit_code == 0
    assert "encrypts" in listed.output
    assert run.invoke(app, ["keys", "rotate", "--master"]).exit_code == 0
    envelope.cipher.cache_clear()
    assert all(resident.number for resident in all_of(registrar))
