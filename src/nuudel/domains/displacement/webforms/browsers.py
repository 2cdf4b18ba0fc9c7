"""A browser as a device: one for each assignment, without a key, for who has signed in is known already."""

import secrets
from uuid import UUID

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.collect.refusals import Refused
from nuudel.domains.displacement.collect.sign_in import SENDING, Caller, too_often
from nuudel.domains.displacement.operations.keys import SECRET_BYTES, digest_of, ha1_of
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.sent import lock
from nuudel.web.shell.states import CREATED

ASSIGNMENT, DEVICE = "displacement.assignment", "displacement.device"
NAME = "browser"


def assignment_of(user: User, pk: UUID) -> models.Assignment:
    """An assignment of this person.

    Raises
    ------
    Refused
        404: it is somebody else's, or it has ended.
    """
    rows = models.Assignment.objects.filter(holder=user, state="active", pk=pk)
    found = visible(rows, user, ASSIGNMENT).select_related("round__operation", "holder", "institution")
    one = found.first()
    if one is None:
        raise Refused(404, WebError(533, "this is none of your assignments.", "Ask who runs the operation."))
    return one


def caller_of(user: User, assignment: models.Assignment) -> Caller:
    """The browser of an assignment as who sends.

    Raises
    ------
    Refused
        403 an officer has closed the browsers of this assignment, 429 too often.
    """
    device = browser_of(user, assignment)
    if device.state != "active":
        raise Refused(
            403, WebError(534, "browsers may not send for this assignment.", "Ask who runs the operation.")
        )
    wait = SENDING.take(str(device.pk))
    if wait:
        raise too_often(wait)
    device.assignment = assignment
    return Caller(device, "")


def browser_of(user: User, assignment: models.Assignment) -> models.Device:
    """The record; made when it is first needed. Nobody knows its key, so that no phone can be it."""
    login = login_of(assignment)
    lock(assignment.pk)
    with service_rights():
        found = models.Device.objects.filter(login=login).first()
    if found is not None:
        return found
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = models.Device(
        assignment=assignment,
        name=NAME,
        login=login,
        digest=digest_of(secret),
        ha1=ha1_of(login, secret),
        place=assignment.place,
        institution=assignment.institution,
    )
    records.follow(user, record_types()[DEVICE], made, CREATED)
    return made


def login_of(assignment: models.Assignment) -> str:
    """One that no phone has: theirs have no hyphen."""
    return f"web-{assignment.pk.hex[-16:]}"
