"""The photo of a person: the newest file of the record that is one, an image and nothing else."""

from django.core.files.uploadedfile import UploadedFile

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.models import Person
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.attachments import attach, attachments, content_of
from nuudel.web.shell.file_kinds import SIGNATURES
from nuudel.web.shell.models import Attachment
from nuudel.web.shell.record_types import record_types

NAME = "photo"
IMAGES = {start: kind for start, kind in SIGNATURES.items() if kind.startswith("image/")}


def keep_photo(user: User, person: Person, upload: "UploadedFile[bytes]") -> Attachment:
    """Keep an image as the person's photo; the ones before stay with the record.

    Raises
    ------
    WebError
        ``WEB-404`` where it is no image; ``WEB-221`` to ``WEB-223`` as every file.
    """
    start = upload.read(max(map(len, IMAGES)))
    upload.seek(0)
    if not any(start.startswith(signature) for signature in IMAGES):
        raise WebError(404, "a photo is a PNG or a JPEG image.", "Choose an image.", ("photo",))
    upload.name = NAME
    return attach(user, record_types()[kinds.PERSON], person, upload)


def photo_of(person: Person) -> Attachment | None:
    """The newest photo, whoever kept it and where: whoever may read the person's record may see it."""
    with service_rights():
        rows = attachments(record_types()[kinds.PERSON], person)
        images = rows.filter(name__startswith=f"{NAME}.", media_type__in=IMAGES.values())
        return images.last()


def image_of(person: Person) -> tuple[bytes, str] | None:
    """The content of the photo and its media type; ``WEB-224`` where the file is gone or changed."""
    kept = photo_of(person)
    return None if kept is None else (content_of(kept), kept.media_type)
