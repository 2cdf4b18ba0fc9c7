"""Taking a submission: once, whatever the order and however often it comes."""

import hashlib
import hmac
from contextlib import nullcontext
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.crypto import salted_hmac

from nuudel.base.errors import SurveyError, WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.parts import Parts
from nuudel.domains.displacement.collect.refusals import Refused, key_ended
from nuudel.domains.displacement.collect.sign_in import Caller
from nuudel.domains.displacement.models.base import packed
from nuudel.domains.displacement.models.forms import md5_of
from nuudel.domains.displacement.submissions.stored import forget, put_content
from nuudel.surveys.submission import Sent, read_submission
from nuudel.web.access.context import become
from nuudel.web.access.decisions import demand
from nuudel.web.access.prepared import look_up
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.attachments import folder
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import lock_number

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

KEY, FILE = "displacement.submission", "displacement.file"
NAMESPACE = UUID("0b8a7c36-3c1f-5d5e-8a63-6f4f5f1d7a10")
LONGEST_ID = 200
VERSIONS_KEPT = 256
MOST_CORRECTIONS = 50
"""Of one submission, one after another: to enter each, all before it are read again."""


def receive(
    caller: Caller, parts: Parts, device_at: datetime | None, stored: list[Path]
) -> models.Submission:
    """Keep a submission and the files of this message in the caller's name, in the running transaction.

    Parameters
    ----------
    stored
        Gets the files that were written: who calls removes them where nothing is committed.

    Raises
    ------
    Refused
        400 no submission, 404 unknown form, version or corrected submission, 409 closed, other content under
        the same id, a correction of what was corrected, or the same again after it was rejected.
    """
    sent = read_sent(parts.xml)
    now = standing(caller, sent)
    found = now.found
    if found is None:
        found = accept(caller, sent, parts, device_at, now)
    else:
        demand_same(found, parts.xml)
        if parts.files and found.holder_id != caller.user.pk:
            raise Refused(409, WebError(561, "somebody else has sent this.", "Ask who runs the operation."))
    keep_files(caller, found, parts, stored, is_open=now.is_open)
    if found.incomplete and not parts.incomplete:
        note_audit("complete", KEY, [found.pk])
        with service_rights():
            found.incomplete = False
            found.save(update_fields=["incomplete", "changed_at"])
    return found


def read_sent(xml: bytes) -> Sent:
    try:
        sent = read_submission(xml)
    except SurveyError:
        raise Refused(
            400, WebError(515, "this is no submission.", "Save the form once more, then send it again.")
        ) from None
    if any(len(name) > LONGEST_ID or "\0" in name for name in names_of(sent)):
        raise Refused(400, WebError(515, "this is no submission.", "Fill the form again."))
    return sent


def names_of(sent: Sent) -> list[str]:
    return [name for name in (sent.instance_id, sent.deprecated_id) if name]


STANDING = """
SELECT holds, is_open, submission, shown, shown_versions
FROM displacement_standing(%s::uuid, %s::bigint, %s::bigint[], %s::text, %s::text, %s::text)
"""


class Standing(NamedTuple):
    """How things stand for a message, once no other one of the same name is being kept.

    Attributes
    ----------
    is_open
        Whether the round is.
    found
        The submission of that name, whoever has sent it.
    shown
        The version that was filled, if phones were ever shown it, and the versions of its rows.
    """

    is_open: bool
    found: models.Submission | None
    shown: tuple[UUID, str] | None


def standing(caller: Caller, sent: Sent) -> Standing:
    """How things stand now; from here on the caller acts.

    A message may take long to come in: what held when it began is asked again.
    """
    # In one order, so that two messages about the same two submissions do not wait for each other.
    locks = sorted(lock_number(uuid5(NAMESPACE, f"{caller.round.pk}/{name}")) for name in names_of(sent))
    asked = [caller.device.pk, caller.user.pk, locks, sent.instance_id, sent.form_id, sent.version]
    rows = look_up(STANDING, asked)
    become(caller.user, told=True)
    if not rows or not rows[0][0]:
        raise key_ended()
    _, is_open, pk, shown, versions = rows[0]
    with service_rights() if pk else nullcontext():
        return Standing(is_open, submission_of(pk) if pk else None, (shown, versions) if shown else None)


def submission_of(pk: UUID) -> models.Submission:
    return models.Submission.objects.select_related("institution", "form").get(pk=pk)


def known(around: models.Round, instance_id: str) -> models.Submission | None:
    """A submission of the round, whoever has sent it."""
    with service_rights():
        named = models.Submission.objects.filter(round=around, instance_id=instance_id)
        pk = named.values_list("pk", flat=True).first()
        return submission_of(pk) if pk else None


def digest_of(xml: bytes) -> bytes:
    """A keyed hash: it gives nothing away of the answers."""
    content = hashlib.sha256(xml).hexdigest()
    return salted_hmac("nuudel.displacement.submission", content, algorithm="sha256").digest()


def demand_same(found: models.Submission, xml: bytes) -> None:
    if found.state == "rejected":
        raise Refused(409, WebError(510, "this submission was rejected.", "Ask who runs the operation."))
    if not hmac.compare_digest(bytes(found.digest), digest_of(xml)):
        raise Refused(
            409, WebError(507, "another content was sent under this id.", "Send it as a correction.")
        )


def accept(
    caller: Caller, sent: Sent, parts: Parts, device_at: datetime | None, now: Standing
) -> models.Submission:
    """A submission that was not there yet."""
    if now.shown is None:
        raise Refused(
            404, WebError(505, "this form, or this version of it, is not known.", "Get the forms anew.")
        )
    version = read_shown(*now.shown)
    if version.form.state != "open" or not now.is_open:
        raise Refused(
            409, WebError(506, "the form or the round is closed.", "Keep what is filled; ask who runs it.")
        )
    before = corrected(caller, sent, version) if sent.deprecated_id else None
    assignment = caller.assignment
    made = models.Submission(
        round=caller.round,
        form=version.form,
        version=version,
        assignment=assignment,
        device=caller.device,
        instance_id=sent.instance_id,
        replaces=before,
        digest=digest_of(parts.xml),
        xml=packed(parts.xml),
        encrypted=sent.encrypted,
        incomplete=parts.incomplete,
        device_at=device_at,
        files=list(sent.files),
        place=assignment.place,
        institution=assignment.institution,
        holder=caller.user,
    )
    records.create(caller.user, record_types()[KEY], made)
    if before is not None and before.state == "received":
        records.follow(caller.user, record_types()[KEY], before, "replace")
    return made


@lru_cache(maxsize=VERSIONS_KEPT)
def read_shown(pk: UUID, versions: str) -> models.FormVersion:
    """A version with its form, without its contents, as of these versions of the rows; nobody changes it."""
    rows = models.FormVersion.objects.select_related("form")
    with service_rights():
        return rows.defer("xml", "workbook", "mapping", "itemsets").get(pk=pk)


def corrected(caller: Caller, sent: Sent, version: models.FormVersion) -> models.Submission:
    """The submission that this one corrects, locked: the person's own, of the same form, the newest.

    One that was rejected may be corrected. Where a correction was rejected, the phone may name it or what it
    corrected: phones show both.
    """
    named = known(caller.round, sent.deprecated_id)
    newest = newest_of(named) if named is not None else None
    before = records.locked(record_types()[KEY], [newest.pk])[0] if newest is not None else None
    own = (
        isinstance(before, models.Submission)
        and before.holder_id == caller.user.pk
        and before.assignment_id == caller.assignment.pk
    )
    if not isinstance(before, models.Submission) or not own or before.form_id != version.form_id:
        raise Refused(
            404, WebError(509, "the submission that this one corrects is not here.", "Send that one first.")
        )
    if named != before and before.state != "rejected":
        raise Refused(
            409, WebError(508, "it was corrected already.", "Correct the newest one, or ask who runs it.")
        )
    if depth_of(before) >= MOST_CORRECTIONS:
        raise Refused(
            409, WebError(560, "it was corrected too often.", "Fill the form anew, or ask who runs it.")
        )
    return before


def depth_of(found: models.Submission) -> int:
    """How many submissions this one corrects, one through another, as far as that matters."""
    depth, earlier = 0, found.replaces_id
    with service_rights():
        while earlier is not None and depth < MOST_CORRECTIONS:
            depth += 1
            earlier = models.Submission.objects.values_list("replaces", flat=True).get(pk=earlier)
    return depth


def newest_of(found: models.Submission) -> models.Submission:
    """The last of the corrections of a submission, or the submission itself."""
    with service_rights():
        after = models.Submission.objects.filter(replaces=found).first()
        while after is not None:
            found, after = after, models.Submission.objects.filter(replaces=after).first()
    return found


def keep_files(
    caller: Caller, found: models.Submission, parts: Parts, stored: list[Path], *, is_open: bool
) -> None:
    """Keep the files of a message; a file that is there already with the same content stays."""
    if not parts.files:
        return
    with service_rights():
        there = {row.name: row for row in models.SubmissionFile.objects.filter(submission=found)}
    over = found.form.state != "open" or not is_open
    for name, upload in parts.files.items():
        if over and name not in there and not found.incomplete and name not in found.files:
            raise Refused(
                409, WebError(506, "the form or the round is closed.", "Ask who runs the operation.")
            )
        keep_file(caller, found, there.get(name), name, upload, stored, over=over)


def keep_file(
    caller: Caller,
    found: models.Submission,
    before: models.SubmissionFile | None,
    name: str,
    upload: "UploadedFile[bytes]",
    stored: list[Path],
    *,
    over: bool,
) -> None:
    content = b"".join(upload.chunks())
    sha256 = hashlib.sha256(content).hexdigest()
    if before is not None and before.sha256 == sha256:
        return
    if before is not None and over:
        # What was judged when the round was closed stays as it was.
        raise Refused(409, WebError(506, "the form or the round is closed.", "Ask who runs the operation."))
    row = before or models.SubmissionFile(
        submission=found,
        name=name,
        place=found.place,
        institution=found.institution,
        holder_id=found.holder_id,
    )
    old = row.stored
    row.size, row.sha256, row.md5 = len(content), sha256, md5_of(content)
    stored.append(put_content(row, content))
    if before is None:
        records.create(caller.user, record_types()[FILE], row)
    else:
        put_in_place(caller, row, old)


def put_in_place(caller: Caller, row: models.SubmissionFile, old: str) -> None:
    """The file that was sent again takes the place of the one before, which goes once that is certain."""
    demand(caller.user, FILE, "send_again", row)
    row.save(update_fields=["stored", "secret", "size", "sha256", "md5", "changed_at"])
    records.transition(caller.user, record_types()[FILE], row, "send_again")
    transaction.on_commit(lambda: forget([folder() / old]))
