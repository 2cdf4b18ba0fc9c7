"""Answers in the words of OpenRosa, with the headers that each of them has."""

import re
import time
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse
from django.utils.http import http_date

from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.web.words import say

MOST_BYTES = 24_000_000
"""Of one request. Phones put as many files into one as fit, and send the rest in others."""
ADVERTISED_BYTES = MOST_BYTES - 1_000_000
"""Phones count the bytes of the files alone; the headers of the parts come on top."""

NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XML = "text/xml; charset=utf-8"
RESPONSE = "http://openrosa.org/http/response"
Elements = Iterable[tuple[str, str]]


def headers() -> dict[str, str]:
    return {
        "X-OpenRosa-Version": "1.0",
        "X-OpenRosa-Accept-Content-Length": str(ADVERTISED_BYTES),
        "Date": http_date(time.time()),
        "Cache-Control": "no-store",
    }


def answer(text: str, status: int = 200) -> HttpResponse:
    """A document of XML."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return HttpResponse(document.encode(), content_type=XML, status=status)


def said(message: str, status: int, nature: str) -> HttpResponse:
    """A message that the phone shows to its user."""
    return answer(
        f"<OpenRosaResponse xmlns={quoteattr(RESPONSE)}>"
        f"<message nature={quoteattr(nature)}>{escape(message)}</message></OpenRosaResponse>",
        status,
    )


def refusal(refused: Refused, lang: str) -> HttpResponse:
    message = say(f"displacement.refused.{refused.number}", lang=lang)
    response = said(message, refused.status, "error")
    for name, value in refused.headers.items():
        response.headers[name] = value
    return response


def clean(text: str) -> str:
    """A text without the letters that XML cannot hold: one of them would void a whole list."""
    return NO_XML.sub(" ", text)


def element(name: str, children: Elements, attributes: Mapping[str, str] | None = None) -> str:
    """An element with texts in it; what has none is left out."""
    told = "".join(f" {key}={quoteattr(clean(value))}" for key, value in (attributes or {}).items())
    inside = "".join(f"<{key}>{escape(clean(text))}</{key}>" for key, text in children if text)
    return f"<{name}{told}>{inside}</{name}>"


def document(name: str, namespace: str, parts: Iterable[str]) -> HttpResponse:
    return answer(f"<{name} xmlns={quoteattr(namespace)}>{''.join(parts)}</{name}>")
