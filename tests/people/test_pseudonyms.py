"""Pseudonyms: the same for one person and key, another for any other, and nothing of the id in them."""

import hashlib
import hmac
import re
from base64 import b32encode
from uuid import UUID

import pytest

from nuudel.base.errors import PeopleError
from nuudel.people.pseudonyms import pseudonym

KEY = bytes(range(32))
PERSON = UUID("0198c0de-0000-7000-8000-00000000abcd")


def test_it_is_a_keyed_hash_of_the_id() -> None:
    told = hmac.new(KEY, b"nuudel.people.pseudonym\0" + PERSON.bytes, hashlib.sha256).digest()
    assert pseudonym(KEY, PERSON) == "P" + b32encode(told)[:25].decode()


def test_its_form() -> None:
    assert re.fullmatch(r"P[A-Z2-7]{25}", pseudonym(KEY, PERSON))


def test_other_persons_and_other_keys_have_others() -> None:
    people = [UUID(int=number) for number in range(2000)]
    assert len({pseudonym(KEY, person) for person in people}) == 2000
    assert pseudonym(bytes(32), PERSON) != pseudonym(KEY, PERSON)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(PeopleError) as refused:
        pseudonym(key, PERSON)
    assert refused.value.code == "PEOPLE-121"
