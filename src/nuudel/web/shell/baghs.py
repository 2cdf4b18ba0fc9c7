"""Baghs and khoroos as people call them: a number alone says neither which of the two it is."""

from nuudel.web.words import say

OF_THE_CAPITAL = "MN51"
"""National codes of the capital's districts begin so; their parts are khoroos, those of soums baghs."""


def bagh_words(place: str, bagh: str, *, lang: str = "") -> str:
    """A bagh or khoroo in words.

    Parameters
    ----------
    place
        Code of the soum or district that it is a part of.
    bagh
        What was entered: a number becomes ``1-р баг`` or ``1-р хороо``, a name stays as it is.
    """
    if not bagh.strip().isdecimal():
        return bagh
    kind = "khoroo" if place.startswith(OF_THE_CAPITAL) else "bagh"
    return say(f"shell.bagh.{kind}", lang=lang, number=int(bagh))
