"""The part's own page: a file of notices, read line by line."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import NoticesFile
from nuudel.domains.registration.notices.reading import AT_ONCE, COUNTED, keep_file
from nuudel.domains.registration.notices.receive import Received, Reject, receive
from nuudel.web.access.decisions import demand
from nuudel.web.shell.views.asked import shown_or_sent, user_of
from nuudel.web.words import say

MOST_MEGABYTES, MOST_FILES = 5, 10
MEGABYTE = 1024 * 1024
WORDS = {
    "WEB-425": "registration.notices.error_425",
    "WEB-426": "registration.notices.error_426",
    "WEB-427": "registration.notices.error_427",
    "WEB-428": "registration.notices.error_428",
    "WEB-429": "registration.notices.error_429",
}


@shown_or_sent
def notices_file(request: HttpRequest) -> HttpResponse:
    """Take a file's notices into the register: a short one at once, a long one in the background."""
    user = user_of(request)
    demand(user, kinds.NOTICE, "create")
    rows = NoticesFile.objects.filter(created_by=user).defer("content").order_by("-created_at")
    shown: dict[str, Any] = {"most": MOST_MEGABYTES, "files": rows[:MOST_FILES]}
    if request.method != "POST":
        return render(request, "registration/notices_file.html", shown)
    text, wrong = text_of(request.FILES.get("file"))
    if wrong:
        return render(request, "registration/notices_file.html", shown | {"error": wrong}, status=422)
    if len(text.splitlines()) > AT_ONCE:
        return redirect("registration_notices_read", keep_file(user, text).pk)
    received = receive(user, text.splitlines())
    shown |= {"counts": counts_of(received), "rejects": [told(one) for one in received.rejects]}
    return render(request, "registration/notices_file.html", shown)


@require_safe
def notices_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a file is read, and what became of its lines; for whoever has sent it."""
    row = NoticesFile.objects.filter(pk=pk, created_by=user_of(request)).defer("content").first()
    if row is None:
        raise Http404
    counts = [(name, row.counts.get(name, 0)) for name in COUNTED]
    rejects = [told(Reject(line, code, "", field)) for line, code, field in row.rejects]
    shown = {"most": MOST_MEGABYTES, "file": row, "counts": counts, "rejects": rejects}
    return render(request, "registration/notices_file.html", shown)


def counts_of(received: Received) -> list[tuple[str, int]]:
    """How many lines became what."""
    return [(name, getattr(received, name)) for name in COUNTED]


def told(reject: Reject) -> tuple[Reject, str]:
    """A line that was not kept, with the reason in words."""
    return reject, say(WORDS.get(reject.code, WORDS["WEB-425"]))


def text_of(upload: "UploadedFile[bytes] | None") -> tuple[str, str]:
    """The text of a file, and what is wrong with it."""
    if upload is None:
        return "", say("registration.notices.file_missing")
    if (upload.size or 0) > MOST_MEGABYTES * MEGABYTE:
        return "", say("registration.notices.file_long", most=MOST_MEGABYTES)
    try:
        return upload.read().decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", say("registration.notices.file_not_text")
