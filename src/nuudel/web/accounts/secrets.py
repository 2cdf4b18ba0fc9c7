"""The seeds of second factors are kept encrypted: a stolen dump opens no second door."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken

from nuudel.base.errors import WebError


def cipher_from(master: bytes) -> Fernet:
    """The cipher of the factors' seeds, from a master key by HKDF."""
    import base64

    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt=None, info=b"nuudel second factors").derive(master)
    return Fernet(base64.urlsafe_b64encode(derived))


@cache
def cipher() -> Fernet:
    """The cipher of now, by the key ``encryption``."""
    from nuudel.web.operations.keys import read_key

    return cipher_from(read_key("encryption"))


def hide(text: str) -> str:
    return cipher().encrypt(text.encode()).decode("ascii")


def show(hidden: str) -> str:
    """The text; ``WEB-125`` where it was hidden with another key."""
    try:
        return cipher().decrypt(hidden.encode("ascii")).decode()
    except InvalidToken:
        raise WebError(
            125,
            "a second factor was stored with another encryption key.",
            "Put the kept key in its place, or let the person set up the factor anew.",
        ) from None
