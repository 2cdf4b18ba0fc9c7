"""The seeds of second factors follow a new master key: they are encrypted with a key derived from it."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.db import connections

from nuudel.web.accounts.secrets import cipher, cipher_from


def hide_anew(using: str, old: bytes, new: bytes) -> None:
    """Encrypt all seeds anew, in the transaction that wraps the data keys anew."""
    before, after = cipher_from(old), cipher_from(new)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT id, data::text FROM mfa_authenticator FOR UPDATE")
        for number, data in cursor.fetchall():
            told = json.loads(data)
            anew = changed(told, before, after)
            if anew != told:
                cursor.execute(
                    "UPDATE mfa_authenticator SET data = %s::jsonb WHERE id = %s", [json.dumps(anew), number]
                )
    cipher.cache_clear()


def changed(value: Any, before: Fernet, after: Fernet) -> Any:
    """The same, with each text that the old key opens encrypted by the new one."""
    if isinstance(value, dict):
        return {key: changed(entry, before, after) for key, entry in value.items()}
    if isinstance(value, list):
        return [changed(entry, before, after) for entry in value]
    if isinstance(value, str):
        try:
            return after.encrypt(before.decrypt(value)).decode("ascii")
        except InvalidToken:
            return value
    return value
