"""Pages with their drawings made once: kept on disk, for all processes of the web server.

A page is drawn when somebody first asks for it (about a second), or ahead in the background
(``nuudel.web.pages.jobs``). It belongs to one build of the bundle and one state of the program. Whole answers
are kept in memory by ``nuudel.web.pages.kept``.
"""

import gzip
import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from nuudel.base import settings
from nuudel.publication.explorer.documents import Exhibit, Page
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.themed import draw
from nuudel.publication.report.drawings import Drawings
from nuudel.web.explorer.release import release
from nuudel.web.pages.locator import locator
from nuudel.web.pages.ways import public_ways
from nuudel.web.words import language

PROGRAM = Path(__file__).parents[2]
# What a page is made of: text, drawings, words and templates.
MADE_BY = ("publication/**/*.py", "publication/**/*.toml", "web/pages/**/*.py", "web/pages/messages/*.toml",
           "web/templates/pages/*.html")  # fmt: skip
LEVEL = 6


def drawings_of(page: Page) -> dict[str, Drawings]:
    """Each figure of a page drawn for the desk and for the phone, by its key."""
    exhibits = [block for section in page.sections for block in section.blocks if isinstance(block, Exhibit)]
    return {exhibit.figure.key: draw(exhibit.figure) for exhibit in exhibits}


def drawn_page(name: str, compose: Callable[[], Page]) -> SafeString:
    """The main part of a page as HTML; ``name`` tells it from all others of the release and language."""
    path = drawn_folder() / f"{name}-{language()}.html.gz"
    try:
        html = gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError):
        html = render_to_string("pages/page.html", context_of(compose()))
        keep_on_disk(path, gzip.compress(html.encode("utf-8"), LEVEL, mtime=0))
    return mark_safe(html)  # noqa: S308  rendered by our own template


def context_of(page: Page) -> dict[str, object]:
    """What the template needs beside the page: its drawings, its map, and what it can lead to."""
    bundle, code = release().bundle, getattr(page, "code", "")
    return {
        "page": page,
        "drawings": drawings_of(page),
        "where": locator(bundle, code) if code in bundle.places else None,
        "tables": frozenset(release().tables),
        "known": frozenset(bundle.places),
        "unit_level": bundle.unit_level,
        "places": linked(bundle, code),
        "ways": public_ways(),
    }


def linked(bundle: Bundle, code: str) -> dict[str, str]:
    """Code of each place by its name as tables write it: those inside the page's own place, and the units.

    A soum of one aimag may have the name of another's, so that no other place is linked by its name.
    """
    lang = language()
    found = {unit.name(lang): unit.code for unit in bundle.units()}
    return found | {p.name(lang): p.code for p in bundle.places.values() if code and p.parent == code}


def pages_folder() -> Path:
    return settings.data_folder() / "pages"


def drawn_folder() -> Path:
    """Where the pages of this release and this program are."""
    key = f"{release().bundle.build}-{program_stamp()}"
    return pages_folder() / hashlib.sha256(key.encode()).hexdigest()[:24]


@cache
def program_stamp() -> str:
    """Changes when something that pages are made of does; read once a process, as the program is."""
    files = sorted(path for pattern in MADE_BY for path in PROGRAM.glob(pattern))
    told = "\n".join(f"{path.relative_to(PROGRAM)} {path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()


def keep_on_disk(path: Path, content: bytes) -> None:
    """In one stroke, or not at all where the folder cannot be written: then it is drawn again."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        return


def forget_others() -> int:
    """Remove the pages of other releases and of earlier programs; how many folders they were."""
    now = drawn_folder().name
    others = [folder for folder in pages_folder().glob("*") if folder.name != now and folder.is_dir()]
    for folder in others:
        shutil.rmtree(folder, ignore_errors=True)
    return len(others)
