"""The certificate as a PDF of one A4 page, in both languages, with a QR code that leads to its check."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno

from nuudel import publication
from nuudel.base.errors import WebError
from nuudel.domains.registration.moves.certificate import in_groups
from nuudel.web.access.models import Place
from nuudel.web.shell.baghs import bagh_words
from nuudel.web.words import LANGUAGES, say

TEMPLATE = Path(__file__).parent / "certificate.typ"
FONTS_FOLDER = Path(publication.__path__[0]) / "fonts"
WORDS = ("title", "says", "number", "day", "decided_on", "from", "to", "persons", "name", "number_of_person")
MORE_WORDS = ("birth", "check", "seal", "example", "valid_until")


def certificate_pdf(content: Mapping[str, Any], seal: str, address: str) -> bytes:
    """Set the certificate.

    Parameters
    ----------
    content
        As ``certificate.content_of`` made it.
    address
        The page on which the certificate is verified, in full.

    Raises
    ------
    WebError
        ``WEB-415``: Typst refuses the document.
    """
    import typst

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        segno.make(address, error="m", micro=False).save(str(work / "code.svg"), scale=4, border=2)
        shown = said(content) | {"seal": in_groups(seal), "address": address}
        (work / "certificate.json").write_text(json.dumps(shown, ensure_ascii=False), "utf-8")
        (work / "certificate.typ").write_text(TEMPLATE.read_text("utf-8"), "utf-8")
        try:
            return typst.compile(
                work / "certificate.typ", root=work, font_paths=[FONTS_FOLDER], ignore_system_fonts=True
            )
        except typst.TypstError:
            raise WebError(
                415, "the certificate could not be set.", "Report this with the number of the move."
            ) from None


def said(content: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the page: each line in Mongolian and in English."""
    ends = {end: {lang: address_in(content[end], lang) for lang in LANGUAGES} for end in ("from", "to")}
    words = {
        name: {lang: say(f"registration.certificate.{name}", lang=lang) for lang in LANGUAGES}
        for name in (*WORDS, *MORE_WORDS)
    }
    persons = [
        [f"{one['patronymic']} {one['given']}".strip(), one["number"], one["birth"]]
        for one in content["persons"]
    ]
    plain = {name: content[name] for name in ("number", "day", "decided_on", "synthetic", "valid_until")}
    return {"words": words, "ends": ends, "persons": persons, **plain}


def address_in(end: Mapping[str, str], lang: str) -> str:
    """Aimag, soum, bagh and address, as one line."""
    place = Place.objects.get(code=end["place"])
    names = {row.code: row.name(lang) for row in Place.objects.filter(code__in=place.path)}
    parts = [names[code] for code in place.path[1:]]
    bagh = bagh_words(end["place"], end["bagh"], lang=lang)
    return ", ".join(part for part in (*parts, bagh, end["address"]) if part)
