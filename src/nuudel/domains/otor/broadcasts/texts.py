"""What a message says: a template in simple Mongolian with its slots filled, and how many parts it takes."""

from datetime import date

from nuudel.domains.otor.models import Message
from nuudel.web.words import say

SLOTS = {
    "storm": ("where", "day"),
    "vaccination": ("where", "day"),
    "school": ("where", "day"),
    "feed": ("where", "day"),
    "free_pasture": ("where",),
    "own_words": ("own_text",),
}
"""What a template needs."""

MOST_PARTS = 3
HERDERS = "mn"
"""The language in which herders are written to."""

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic letters of text messages (3GPP TS 23.038); with any other letter all take two bytes."""

GSM_ONE, GSM_PART = 160, 153
WIDE_ONE, WIDE_PART = 70, 67


def parts(text: str) -> int:
    """How many text messages a text takes (3GPP TS 23.040).

    Cyrillic has 70 letters in a single one and 67 in each of several; letters beyond the first 65 536 count
    twice.
    """
    if not text:
        return 0
    narrow = all(letter in GSM for letter in text)
    length = len(text) if narrow else len(text.encode("utf-16-le")) // 2
    one, part = (GSM_ONE, GSM_PART) if narrow else (WIDE_ONE, WIDE_PART)
    return 1 if length <= one else -(-length // part)


def text_of(message: Message) -> str:
    """The text message."""
    return filled(message, "text")


def radio_of(message: Message) -> str:
    """The text for the radio: its own, or a longer form of the same."""
    if message.radio_text:
        return str(message.radio_text)
    return filled(message, "radio")


def filled(message: Message, kind: str) -> str:
    """A template with its slots; own words are sent as they are."""
    if message.template == "own_words":
        return str(message.own_text)
    slots = {"where": message.where, "day": short_day(message.day)}
    said = say(f"otor.{kind}.{message.template}", lang=HERDERS, **slots)
    call = say(f"otor.{kind}.call", lang=HERDERS, phone=message.office_phone) if message.office_phone else ""
    return f"{said} {call}".strip()


def short_day(day: date | None) -> str:
    """A day as it is written in a text message: month and day."""
    return f"{day.month}/{day.day}" if day else ""
