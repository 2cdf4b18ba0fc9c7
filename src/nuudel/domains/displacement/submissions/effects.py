"""What follows from rejecting a submission: its area is as without it, its flags close."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.following import follow
from nuudel.domains.displacement.quality import following as quality
from nuudel.web.accounts.models import User


def submission(user: User, record: models.Submission, action: str) -> None:
    if action == "reject":
        follow(user, [record])
        quality.submission(user, record, action)
