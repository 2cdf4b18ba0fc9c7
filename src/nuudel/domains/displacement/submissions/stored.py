"""Files of submissions on the disk."""

import hashlib

from nuudel.base.errors import WebError
from nuudel.domains.displacement import models
from nuudel.web.shell.attachments import folder


def content_of(file: models.SubmissionFile) -> bytes:
    """A file's content; ``WEB-518`` where it is gone or changed."""
    try:
        content = (folder() / file.stored).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise WebError(
            518, "the file is not what was sent.", "Restore the attachments from a backup.", ("file",)
        )
    return content
