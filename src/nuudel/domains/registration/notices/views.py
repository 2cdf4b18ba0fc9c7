"""The part's own page: a file of notices, read line by line."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from nuudel.domains.registration.notices.receive import receive
from nuudel.web.access.decisions import demand
from nuudel.web.shell.views.asked import user_of
from nuudel.web.words import say

MOST_MEGABYTES = 5
MEGABYTE = 1024 * 1024
WORDS = {
    "WEB-425": "registration.notices.error_425",
    "WEB-426": "registration.notices.error_426",
    "WEB-427": "registration.notices.error_427",
    "WEB-428": "registration.notices.error_428",
    "WEB-429": "registration.notices.error_429",
}


@require_http_methods(["GET", "HEAD", "POST"])
def notices_file(request: HttpRequest) -> HttpResponse:
    """Take a file's notices into the register, and say what became of each line."""
    user = user_of(request)
    demand(user, "registration.notice", "create")
    shown: dict[str, Any] = {"most": MOST_MEGABYTES}
    if request.method != "POST":
        return render(request, "registration/notices_file.html", shown)
    text, wrong = text_of(request.FILES.get("file"))
    if wrong:
        return render(request, "registration/notices_file.html", shown | {"error": wrong}, status=422)
    received = receive(user, text.splitlines())
    told = [(reject, say(WORDS.get(reject.code, WORDS["WEB-425"]))) for reject in received.rejects]
    shown |= {"received": received, "rejects": told}
    return render(request, "registration/notices_file.html", shown)


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
