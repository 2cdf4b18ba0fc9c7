"""The number by which a move is followed: ``26-7K3M-9QXT``; said on the telephone, and not to be guessed."""

import re
import secrets
from datetime import date

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U; 40 bits in eight letters."""

RANDOM = 8
# What is mistaken for another letter, and Cyrillic letters that look like Latin ones.
READ_AS = str.maketrans("OILUАВЕКМНРСТХОЗ", "011VABEKMHPCTX03")
FORM = re.compile(f"[0-9]{{2}}[{LETTERS}]{{{RANDOM}}}")


def new_number(today: date) -> str:
    """A number that nobody can guess: the year, and forty random bits."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return written(f"{today:%y}{drawn}")


def written(plain: str) -> str:
    return f"{plain[:2]}-{plain[2:6]}-{plain[6:]}"


def normalise(text: str) -> str:
    """A number as it is kept, from what somebody typed; an empty text where it is none."""
    plain = re.sub(r"[\s\-–—._/]", "", text).upper().translate(READ_AS)
    return written(plain) if FORM.fullmatch(plain) else ""
