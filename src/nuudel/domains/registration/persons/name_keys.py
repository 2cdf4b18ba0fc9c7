"""Keyed hashes of names, by which a name is found in every spelling and read by nobody."""

import hmac
from collections.abc import Iterable, Mapping

from nuudel.people.names import skeleton, variants
from nuudel.web.operations.keys import read_key

GIVEN, PATRONYMIC = "given", "patronymic"
KINDS = (GIVEN, PATRONYMIC)
KEY_BYTES = 8


def name_key(kind: str, skeleton: str, key: bytes | None = None) -> int:
    """The hash of a skeleton, a signed number of 64 bits; the same skeleton has another one in each kind.

    Parameters
    ----------
    kind
        ``given`` or ``patronymic``.
    skeleton
        As ``people.names.skeleton`` gives it, or one of its variants.
    key
        The installation's key of blind indexes; read from its file where it is not given.
    """
    assert kind in KINDS, f"{kind} is no kind of name"
    told = f"registration.name.{kind}\0{skeleton}".encode()
    digest = hmac.digest(key or read_key("blind-index"), told, "sha256")
    return int.from_bytes(digest[:KEY_BYTES], "big", signed=True)


def key_of(kind: str, name: str | None, key: bytes | None = None) -> int | None:
    """The hash of a name; None where there is none.

    Raises
    ------
    PeopleError
        ``PEOPLE-101`` to ``PEOPLE-105`` where it cannot be a name.
    """
    return name_key(kind, skeleton(name), key) if name else None


def variant_rows(
    kind: str, name: str, spellings: Iterable[str] = (), key: bytes | None = None
) -> frozenset[tuple[int, int]]:
    """The rows of the table of variants for a name: the hash of each variant, and that of the name.

    Parameters
    ----------
    spellings
        Other spellings by which the same person is to be found, such as that of a travel document.
    """
    secret = key or read_key("blind-index")
    whole = name_key(kind, skeleton(name), secret)
    forms = frozenset().union(*(variants(skeleton(form)) for form in (name, *spellings)))
    return frozenset((name_key(kind, form, secret), whole) for form in forms)


def variant_keys(kind: str, name: str) -> list[int]:
    """The hashes of all variants of a name that somebody looks for."""
    secret = read_key("blind-index")
    return [name_key(kind, form, secret) for form in variants(skeleton(name))]


def keys_of(values: Mapping[str, str | None]) -> dict[str, int | None]:
    """``given_key`` and ``patronymic_key`` of a person's names."""
    return {
        "given_key": key_of(GIVEN, values["given_name"]),
        "patronymic_key": key_of(PATRONYMIC, values["patronymic"]),
    }
