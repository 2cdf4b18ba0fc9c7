"""What ODK Briefcase pulls: the ids of the submissions that the person may read, and each of them."""

import re
from uuid import UUID
from xml.etree.ElementTree import tostring
from xml.sax.saxutils import escape

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.answers import answer, element
from nuudel.domains.displacement.collect.refusals import Refused, unknown
from nuudel.domains.displacement.collect.sign_in import Caller
from nuudel.domains.displacement.submissions.stored import content_of
from nuudel.surveys.xml_reading import read_xml
from nuudel.web.access.decisions import visible
from nuudel.web.audit.log import record as note_audit
from nuudel.web.shell import records
from nuudel.web.shell.lists import as_id
from nuudel.web.shell.record_types import record_types

SUBMISSIONS = "http://opendatakit.org/submissions"
KEY = "displacement.submission"
MOST_LISTED = 1000
ASKED = re.compile(r"^(?P<form>[^\[/]+)\[[^\]]*\]/[^\[]+\[@key=(?P<key>[^\]]+)\]$")
DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>\s*")


def readable(caller: Caller, form_id: str) -> "QuerySet[models.Submission]":
    """What this phone's assignment has sent: a key that lies on a phone opens nothing else."""
    rows = models.Submission.objects.filter(
        assignment=caller.assignment, form__form_id=form_id.replace("\0", "")
    )
    return visible(rows.exclude(state="rejected"), caller.user, KEY)


def pull_list(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Ids in the order in which they came; the end is where the cursor does not change any more."""
    asked = request.GET
    number = asked.get("numEntries", "100")
    most = min(int(number), MOST_LISTED) if number.isascii() and number.isdigit() and len(number) < 6 else 100
    cursor = asked.get("cursor", "")
    rows = readable(caller, asked.get("formId", ""))
    after = as_id(cursor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk").values_list("pk", "instance_id")[: max(most, 1)])
    last = str(found[-1][0]) if found else cursor
    ids = "".join(f"<id>{escape(name)}</id>" for _, name in found)
    return answer(
        f'<idChunk xmlns="{SUBMISSIONS}"><idList>{ids}</idList>'
        f"<resumptionCursor>{escape(last)}</resumptionCursor></idChunk>"
    )


def pull(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A submission with the addresses of its files; the reading is audited."""
    asked = ASKED.match(request.GET.get("formId", "").replace("\0", ""))
    if asked is None:
        raise unknown()
    found = readable(caller, asked["form"]).filter(instance_id=asked["key"]).first()
    if found is None:
        raise unknown()
    records.note_reading(record_types()[KEY], [found])
    files = "".join(
        element(
            "mediaFile",
            [
                ("filename", file.name),
                ("hash", file.md5),
                ("downloadUrl", f"{caller.base}/view/file/{file.pk}"),
            ],
        )
        for file in found.sent_files.order_by("name")
    )
    return answer(
        f'<submission xmlns="{SUBMISSIONS}"><data>{inside(found.content)}</data>{files}</submission>'
    )


def inside(xml: bytes) -> str:
    """A submission as a part of another document: without its declaration, in one encoding."""
    try:
        return DECLARATION.sub("", xml.decode("utf-8"))
    except UnicodeDecodeError:
        return tostring(read_xml(xml), encoding="unicode")


def pull_file(caller: Caller, pk: UUID) -> HttpResponse:
    """A file of a submission; the reading is audited."""
    rows = visible(models.SubmissionFile.objects.filter(pk=pk), caller.user, "displacement.file")
    found = rows.filter(submission__assignment=caller.assignment).first()
    if found is None:
        raise unknown()
    note_audit("read", "displacement.file", [found.pk], ["stored"])
    try:
        content = content_of(found)
    except WebError as gone:
        raise Refused(404, gone) from None
    return HttpResponse(content, content_type="application/octet-stream")
