"""What several records share: lengths, letters of keys, titles, and bytes inside encrypted text."""

import base64
import zlib
from typing import Any

from nuudel.web.words import language

TITLE = 200
TEXT = 4000
KEY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""
MARK = "."
"""Before what is in base64; no text in base85 has it."""


def title_of(record: Any) -> str:
    """The title in the reader's language, where there is one."""
    return str((record.title_en if language() == "en" else "") or record.title_mn)


def packed(content: bytes) -> str:
    """Bytes as a text for an encrypted field, smaller."""
    return MARK + base64.b64encode(zlib.compress(content)).decode("ascii")


def unpacked(text: str) -> bytes:
    """The bytes of ``packed``, each as it was; those of before it had a mark too."""
    if text.startswith(MARK):
        return zlib.decompress(base64.b64decode(text[len(MARK) :]))
    return zlib.decompress(base64.b85decode(text))
