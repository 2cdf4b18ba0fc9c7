"""Keys of phones: how they are made and recognised, and what a phone is told to scan."""

import base64
import hashlib
import json
import secrets
import zlib
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.utils.timezone import localdate

from nuudel.domains.displacement import models
from nuudel.domains.displacement.models.base import KEY_LETTERS
from nuudel.web.access.decisions import demand
from nuudel.web.access.prepared import look_up
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import acting_for_nobody
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED

REALM = "Nuudel"
SECRET_BYTES = 32
LOGIN_LETTERS = 8
KEY = "displacement.device"
PHONES_KEPT = 4096


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; its text is nowhere else and is shown once."""

    device: models.Device
    secret: str = field(repr=False)


def digest_of(secret: str) -> bytes:
    """What is kept of a key. It is 256 random bits, so that a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).digest()


def ha1_of(login: str, secret: str) -> str:
    """H(A1) of RFC 7616, with MD5: the only hash that all phones know."""
    return hashlib.md5(f"{login}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()


def make_key(user: User, assignment: models.Assignment, name: str) -> NewKey:
    """Make a key for a phone of somebody who covers an area."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    login = "".join(secrets.choice(KEY_LETTERS) for _ in range(LOGIN_LETTERS))
    device = models.Device(
        assignment=assignment,
        name=name,
        login=login,
        digest=digest_of(secret),
        ha1=ha1_of(login, secret),
        place=assignment.place,
        institution=assignment.institution,
    )
    demand(user, KEY, CREATED, device)
    records.create(user, record_types()[KEY], device)
    return NewKey(device, secret)


def device_of(
    *, pk: UUID | None = None, login: str | None = None, digest: bytes | None = None
) -> models.Device | None:
    """The phone of a ``pk``, ``login`` or ``digest``, if its key holds now; looked up before anybody acts.

    What comes with it (assignment, person with postings, round, operation) is kept in the process and shared
    by all requests: nobody changes it. Each time the database says which versions of these rows hold now, and
    what is older than that is read anew.
    """
    rows = look_up(PHONE, [pk, login, digest])
    found = read_device(*rows[0], localdate()) if rows else None
    return found if found is not None and found.assignment.person.is_active else None


PHONE = "SELECT phone, versions FROM displacement_phone(%s::uuid, %s::text, %s::bytea)"


@lru_cache(maxsize=PHONES_KEPT)
def read_device(pk: UUID, versions: str, day: date) -> models.Device:
    """A phone with all that comes with it, as of these versions of its rows and of this day."""
    rows = models.Device.objects.select_related(
        "assignment__holder", "assignment__round__operation", "assignment__institution"
    )
    with acting_for_nobody("collect"):
        found = rows.get(pk=pk)
        # Who sends is asked for them each time, at once by several threads.
        assert found.assignment.person.current_postings is not None
    return found


def settings_code(address: str, project: str) -> str:
    """What ODK Collect and KoBoCollect read off a QR code: their settings as packed JSON.

    The format is that of Collect's own documents ("Importing settings with QR code"): JSON, zlib, base64.
    """
    told = {
        "general": {
            "server_url": address,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": project, "icon": "Н", "color": "#1c4a5a"},
    }
    packed = zlib.compress(json.dumps(told, ensure_ascii=False).encode())
    return base64.b64encode(packed).decode("ascii")
