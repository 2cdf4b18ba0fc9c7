"""What the pages hand their scripts: addresses, words, and what is kept for hours without a network."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac

from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect import served
from nuudel.domains.displacement.webforms.browsers import login_of
from nuudel.web.accounts.models import User
from nuudel.web.explorer.templatetags.assets import BUILT, manifest
from nuudel.web.words import language, messages

WORKER = "src/webforms/worker.ts"
LOADED = ("src/webforms.ts", "src/frame.ts", "styles/base.css", "styles/work.css", "styles/webforms.css")
SCRIPT_WORDS, LIBRARY_WORDS = "displacement.webforms.script.", "displacement.webforms.library."
Rows = Sequence[tuple[models.Assignment, Sequence[models.FormVersion]]]


def of_page(request: HttpRequest, user: User) -> dict[str, Any]:
    """What every one of these pages is handed.

    ``key`` closes the person's queue in the browser. It is the same at each visit and is kept nowhere there
    but in the kept pages, which go when somebody signs out.
    """
    known = messages(language())
    return {
        "user": str(user.pk),
        "key": salted_hmac("nuudel.displacement.queue", str(user.pk), algorithm="sha256").hexdigest(),
        "language": language(),
        "list": reverse("displacement_webforms"),
        "worker": reverse("displacement_webforms_worker"),
        "session": reverse("displacement_webforms_session"),
        "words": under(known, SCRIPT_WORDS),
    }


def of_list(request: HttpRequest, user: User, rows: Rows) -> dict[str, Any]:
    """The list keeps all its forms: pages, forms, and files beside them."""
    keep = [address for one, found in rows for row in found for address in addresses(one, row)]
    return of_page(request, user) | {"keep": [reverse("displacement_webforms"), *keep, *built()]}


def of_form(
    request: HttpRequest,
    user: User,
    own: models.Assignment,
    filled: models.FormVersion,
    corrected: models.Submission | None,
) -> dict[str, Any]:
    told = of_page(request, user) | {
        "assignment": str(own.pk),
        "title": filled.form.title,
        "xml": address(own, filled, "_xml"),
        "files": {
            file.name: address(own, filled, "_file", filled.files.index(file.name))
            for file in served.files_of(own.round, filled)
        },
        "send": reverse("displacement_webform_send", args=[own.pk]),
        "keep": [reverse("displacement_webforms"), *addresses(own, filled), *built()],
        "device": login_of(own),
        "library": under(messages(language()), LIBRARY_WORDS),
    }
    if corrected is not None:
        told["corrects"] = {
            "xml": reverse("displacement_sent_xml", args=[corrected.pk]),
            "files": {
                file.name: reverse("displacement_sent_file", args=[file.pk])
                for file in corrected.sent_files.all()
            },
        }
    return told


def under(known: Mapping[str, str], begin: str) -> dict[str, str]:
    return {key.removeprefix(begin): text for key, text in known.items() if key.startswith(begin)}


def address(own: models.Assignment, filled: models.FormVersion, what: str = "", *numbers: int) -> str:
    return reverse(f"displacement_webform{what}", args=[own.pk, filled.pk, *numbers])


def addresses(own: models.Assignment, filled: models.FormVersion) -> Iterator[str]:
    """A form's page and all that it loads from here."""
    yield address(own, filled)
    yield address(own, filled, "_xml")
    for number in range(len(filled.files)):
        yield address(own, filled, "_file", number)


@cache
def built() -> tuple[str, ...]:
    """The scripts, styles and fonts of these pages."""
    return tuple(static(f"nuudel/{name}") for name in sorted(files_of(LOADED)))


def files_of(names: Iterable[str]) -> set[str]:
    """Files of the build, with all that they load, at once or later."""
    found: set[str] = set()
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        entry = manifest()[name]
        found |= {entry["file"], *entry.get("css", ()), *entry.get("assets", ())}
        waiting += [*entry.get("imports", ()), *entry.get("dynamicImports", ())]
    return found


@cache
def worker_script() -> bytes:
    path: Path = BUILT / manifest()[WORKER]["file"]
    return path.read_bytes()
