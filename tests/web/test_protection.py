"""Encrypted fields: the database never sees the text, and no value opens where it does not belong."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core import checks
from django.db import connection, connections, models, transaction

from nuudel.base.errors import WebError
from nuudel.ledger.ids import new_id
from nuudel.web.operations.database import Addresses
from nuudel.web.operations.keys import keys_folder
from nuudel.web.protection import envelope
from nuudel.web.protection.blind import blind_index
from nuudel.web.protection.fields import BlindIndexField, EncryptedTextField, Sealed

TEXT = "УБ 12345678, Ганзориг"


class Person(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    number = EncryptedTextField(index=True, null=True)
    note = EncryptedTextField(null=True)

    class Meta:
        app_label = "protection"
        db_table = "test_person"


# Known to Django in this module's tests alone: a worker of the tests imports the modules of all others too.
del apps.all_models["protection"]["person"]


@pytest.fixture(scope="module", autouse=True)
def _table(database: Addresses) -> Iterator[None]:
    apps.all_models["protection"]["person"] = Person
    apps.clear_cache()
    with connections["owner"].schema_editor() as editor:
        editor.create_model(Person)
    connections["owner"].close()
    envelope.cipher.cache_clear()
    yield
    del apps.all_models["protection"]["person"]
    apps.clear_cache()


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    envelope.cipher.cache_clear()
    yield
    envelope.cipher.cache_clear()


def raw(column: str, key: object) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_person WHERE id = %s", [key])
        return bytes(cursor.fetchone()[0])


def overwrite(key: object, value: bytes, column: str = "number") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE test_person SET {column} = %s WHERE id = %s", [value, key])


def test_a_text_comes_back_and_the_database_has_only_its_cipher() -> None:
    person = Person.objects.create(number=TEXT, note="")
    again = Person.objects.get(pk=person.pk)
    assert (again.number, again.note) == (TEXT, "")
    stored = raw("number", person.pk)
    assert TEXT.encode() not in stored
    assert "Ганзориг".encode() not in stored
    assert len(stored) == 1 + 4 + 12 + len(TEXT.encode()) + 16
    assert envelope.key_number(stored) == 1


def test_equal_texts_have_unequal_ciphers() -> None:
    first, second = (Person.objects.create(number=TEXT) for _ in range(2))
    assert raw("number", first.pk)[17:] != raw("number", second.pk)[17:]
    assert raw("number_index", first.pk) == raw("number_index", second.pk)


def test_null_stays_null_and_an_empty_text_has_no_index() -> None:
    person = Person.objects.create(number=None, note=None)
    again = Person.objects.get(pk=person.pk)
    assert (again.number, again.number_index, again.note) == (None, None, None)
    assert Person.objects.create(number="").number_index is None
    assert Person.objects.filter(number__isnull=True, pk=person.pk).exists()


def test_it_is_found_again_in_any_spelling_of_the_same() -> None:
    person = Person.objects.create(number="Дорж  Ёндон")
    for spelling in ("дорж ёндон", " ДОРЖ ЁНДОН ", "Дорж Е\u0308ндон"):
        found = Person.objects.filter(number_index=blind_index("test_person.number", spelling))
        assert [one.pk for one in found] == [person.pk]
    assert not Person.objects.filter(number_index=blind_index("test_person.number", "Дорж")).exists()


def test_the_same_value_has_another_index_in_another_field() -> None:
    one, other = blind_index("test_person.number", "1"), blind_index("test_person.note", "1")
    assert len(one) == len(other) == 16
    assert one != other
    assert blind_index("a", "b\0c") != blind_index("a\0b", "c")


def test_a_changed_value_has_a_changed_index() -> None:
    person = Person.objects.create(number="1")
    again = Person.objects.get(pk=person.pk)
    again.number = "2"
    again.save()
    found = Person.objects.get(number_index=blind_index("test_person.number", "2"))
    assert (found.pk, found.number) == (person.pk, "2")
    assert not Person.objects.filter(number_index=blind_index("test_person.number", "1")).exists()


def test_an_untouched_value_is_kept_as_it_is() -> None:
    person = Person.objects.create(number="1", note="2")
    before = raw("note", person.pk)
    Person.objects.get(pk=person.pk).save()
    assert raw("note", person.pk) == before


def test_an_index_is_not_left_behind() -> None:
    person = Person.objects.create(number="1")
    person.number = "22"
    with pytest.raises(WebError, match=r"WEB-176.*number_index") as caught:
        person.save(update_fields=["number"])
    assert caught.value.fields == ("number",)
    person.save(update_fields=["number", "number_index"])
    assert Person.objects.get(number_index=blind_index("test_person.number", "22")).pk == person.pk


def test_it_is_not_searched_and_not_changed_past_the_record() -> None:
    person = Person.objects.create(number="1")
    person.number = "secret"
    calls = (
        lambda: Person.objects.filter(number="secret").exists(),
        lambda: Person.objects.filter(number__in=["secret"]).exists(),
        lambda: Person.objects.filter(pk=person.pk).update(number="secret"),
        lambda: Person.objects.bulk_update([person], ["number"]),
    )
    for call in calls:
        with transaction.atomic(), pytest.raises(WebError, match="WEB-175") as caught:
            call()
        assert "secret" not in str(caught.value)


def test_many_at_once() -> None:
    made = Person.objects.bulk_create(Person(number=str(i)) for i in range(20))
    again = Person.objects.in_bulk([person.pk for person in made])
    assert [again[person.pk].number for person in made] == [str(i) for i in range(20)]
    assert again[made[3].pk].number_index == blind_index("test_person.number", "3")


def test_a_deferred_value_is_opened_when_it_is_asked_for() -> None:
    person = Person.objects.create(number="1")
    assert Person.objects.defer("number").get(pk=person.pk).number == "1"
    (value,) = Person.objects.filter(pk=person.pk).values_list("number", flat=True)
    assert isinstance(value, Sealed)
    assert (repr(value), str(value)) == ("<encrypted>", "<encrypted>")


def moved_to_another_row() -> uuid.UUID:
    first, second = Person.objects.create(number="one"), Person.objects.create(number="two")
    overwrite(second.pk, raw("number", first.pk))
    return second.pk


def moved_to_another_column() -> uuid.UUID:
    person = Person.objects.create(number="one", note="two")
    overwrite(person.pk, raw("note", person.pk))
    return person.pk


def changed(place: int) -> uuid.UUID:
    person = Person.objects.create(number="one")
    value = bytearray(raw("number", person.pk))
    value[place] ^= 1
    overwrite(person.pk, bytes(value))
    return person.pk


def cut() -> uuid.UUID:
    person = Person.objects.create(number="one")
    overwrite(person.pk, raw("number", person.pk)[:20])
    return person.pk


@pytest.mark.parametrize(
    "attack",
    [moved_to_another_row, moved_to_another_column, cut, *(lambda p=p: changed(p) for p in (0, 8, 18, -1))],
)
def test_a_value_that_was_moved_or_changed_does_not_open(attack) -> None:
    person = Person.objects.get(pk=attack())
    with pytest.raises(WebError, match="WEB-174") as caught:
        _ = person.number
    assert not {"one", "two"} & set(str(caught.value).split())


def test_a_value_of_an_unknown_key_does_not_open() -> None:
    person = Person.objects.create(number="one")
    overwrite(person.pk, b"\1\0\0\3\7" + raw("number", person.pk)[5:])
    with pytest.raises(WebError, match=r"WEB-173.*775"):
        _ = Person.objects.get(pk=person.pk).number


@pytest.fixture
def master() -> Iterator[Path]:
    """The master key's file, put back afterwards."""
    path = keys_folder() / "encryption"
    kept = path.read_text()
    yield path
    path.write_text(kept)


@pytest.mark.parametrize(
    ("content", "code"), [("ab" * 32, "WEB-171"), ("nothing", "WEB-282"), (None, "WEB-281")]
)
def test_with_a_wrong_or_missing_master_key_nothing_opens_and_nothing_is_written(
    master: Path, content: str | None, code: str
) -> None:
    person = Person.objects.create(number="one")
    envelope.cipher.cache_clear()
    if content is None:
        kept = master.read_text()
        master.unlink()
        master_gone = kept
    else:
        master.write_text(content)
        master_gone = ""
    try:
        with pytest.raises(WebError, match=code):
            _ = Person.objects.get(pk=person.pk).number
        with pytest.raises(WebError, match=code):
            Person.objects.create(number="two")
    finally:
        if master_gone:
            master.write_text(master_gone)


def test_a_data_key_that_was_changed_is_said_to_be() -> None:
    key = bytes(32)
    wrapped = envelope.wrap(7, key, envelope.masters()[0])
    name = envelope.master_name(envelope.masters()[0])
    assert envelope.unwrap(7, wrapped, name) == key
    for number, content in ((8, wrapped), (7, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))):
        with pytest.raises(WebError, match="WEB-172"):
            envelope.unwrap(number, content, name)


def test_without_a_data_key_nothing_is_written() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE protection_encryptionkey SET retired_at = now()")
    try:
        with pytest.raises(WebError, match=r"WEB-173.*no current"):
            Person.objects.create(number="1")
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE protection_encryptionkey SET retired_at = NULL")


def test_the_application_makes_and_changes_no_keys() -> None:
    from django.db import ProgrammingError

    for statement in (
        "INSERT INTO protection_encryptionkey (id, wrapped, master) VALUES (9, '', '')",
        "UPDATE protection_encryptionkey SET wrapped = ''",
        "DELETE FROM protection_encryptionkey",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_model_without_a_key_of_its_own_making_is_refused() -> None:
    class Numbered(models.Model):
        secret = EncryptedTextField()

        class Meta:
            app_label = "protection"

    found = [message for message in Numbered.check() if isinstance(message, checks.Error)]
    del apps.all_models["protection"]["numbered"]
    apps.clear_cache()
    assert [message.id for message in found] == ["protection.E001"]
    assert Person.check() == []


def test_a_migration_writes_the_index_as_a_column_of_its_own() -> None:
    number = Person._meta.get_field("number")
    name, path, _, options = number.deconstruct()
    assert (name, path) == ("number", "nuudel.web.protection.fields.EncryptedTextField")
    assert options == {"null": True}
    index = Person._meta.get_field("number_index")
    assert isinstance(index, BlindIndexField)
    assert index.deconstruct()[3] == {"of": "number"}
    assert index.db_index


def test_a_serialised_record_does_not_carry_it() -> None:
    from django.core import serializers

    person = Person(number=TEXT)
    text = serializers.serialize("json", [person])
    assert "Ганзориг" not in text.encode().decode("unicode_escape", "ignore")
    assert "12345678" not in text
