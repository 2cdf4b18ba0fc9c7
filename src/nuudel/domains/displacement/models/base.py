"""What several records share: lengths, letters of keys, titles, and bytes inside encrypted text."""

import base64
import zlib
from typing import Any

from nuudel.web.words import language

TITLE = 200
TEXT = 4000
KEY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


def title_of(record: Any) -> str:
    """The title in the reader's language, where there is one."""
    return str((record.title_en if language() == "en" else "") or record.title_mn)


def packed(content: bytes) -> str:
    """Bytes as a text for an encrypted field, smaller."""
    return base64.b85encode(zlib.compress(content)).decode("ascii")


def unpacked(text: str) -> bytes:
    """The bytes of ``packed``, each as it was."""
    return zlib.decompress(base64.b85decode(text))
