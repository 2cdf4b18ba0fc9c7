"""Pages with their drawings made once: kept in memory, and on disk for the next process.

A page is drawn when somebody first asks for it (about a second) and belongs to one build of the bundle and
one version of the program.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from nuudel.base import settings
from nuudel.publication.explorer.documents import Exhibit, Page
from nuudel.publication.explorer.themed import draw
from nuudel.publication.report.drawings import Drawings
from nuudel.web.explorer.release import release
from nuudel.web.words import language

IN_MEMORY = 200
TEMPLATES = Path(__file__).parents[1] / "templates" / "pages"

_kept: "OrderedDict[str, str]" = OrderedDict()
_lock = Lock()


def drawings_of(page: Page) -> dict[str, Drawings]:
    """Each figure of a page drawn for the desk and for the phone, by its key."""
    exhibits = [block for section in page.sections for block in section.blocks if isinstance(block, Exhibit)]
    return {exhibit.figure.key: draw(exhibit.figure) for exhibit in exhibits}


def drawn_page(name: str, compose: Callable[[], Page]) -> SafeString:
    """The main part of a page as HTML; ``name`` tells it from all others of the release and language."""
    key = f"{release().bundle.build}-{version('nuudel')}-{template_stamp()}-{language()}-{name}"
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return mark_safe(_kept[key])  # noqa: S308  rendered by our own template
    path = settings.data_folder() / "pages" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.html"
    try:
        html = path.read_text("utf-8")
    except OSError:
        page = compose()
        html = render_to_string("pages/page.html", {"page": page, "drawings": drawings_of(page)})
        keep_on_disk(path, html)
    with _lock:
        _kept[key] = html
        while len(_kept) > IN_MEMORY:
            _kept.popitem(last=False)
    return mark_safe(html)  # noqa: S308  rendered by our own template


def template_stamp() -> int:
    """Changes when a template of the pages does."""
    return max(path.stat().st_mtime_ns for path in TEMPLATES.glob("*.html"))


def keep_on_disk(path: Path, html: str) -> None:
    """In one stroke, or not at all where the folder cannot be written: then it is drawn again."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(html, "utf-8")
        part.replace(path)
    except OSError:
        return
