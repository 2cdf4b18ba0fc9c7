"""Publishing a round, explicitly and whole; another version replaces the one before."""

from django.core.exceptions import PermissionDenied

from nuudel.domains.displacement import models
from nuudel.domains.displacement.publishing.content import content_of, digest_of
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem, record_types

KEY = "displacement.publication"


def publish(user: User, around: models.Round) -> models.Publication:
    """Publish the protected results of a closed round; ``around`` is to be locked.

    What is published already and has not changed stays the version that it is.

    Raises
    ------
    PermissionDenied
        The user does not run the operation.
    BrokenRulesError
        ``WEB-214``: the round is not closed, its answers are synthetic, or it has no results.
    """
    if not may(user, "displacement.submission", "read", around) or not may(user, KEY, "create", around):
        raise PermissionDenied
    problem = problem_of(around)
    content = None if problem else content_of(user, around)
    if content is None:
        raise BrokenRulesError([Problem("round", problem or "displacement.publish.nothing")])
    digest = digest_of(content)
    earlier = list(models.Publication.objects.filter(round=around).order_by("version"))
    for one in earlier:
        if one.state == "published":
            if one.digest == digest:
                return one
            [held] = records.locked(record_types()[KEY], [one.pk])
            records.follow(user, record_types()[KEY], held, "replace")
    made = models.Publication(
        round=around,
        version=earlier[-1].version + 1 if earlier else 1,
        content=content,
        digest=digest,
        place=around.place,
        institution=around.institution,
    )
    records.create(user, record_types()[KEY], made)
    return made


def problem_of(around: models.Round) -> str:
    """The message that says why a round cannot be published; empty where it can."""
    operation = around.operation
    if operation.synthetic or operation.rehearses_id is not None:
        return "displacement.publish.synthetic"
    return "" if around.state == "closed" else "displacement.publish.not_closed"


def rules(record: models.Publication, action: str) -> list[Problem]:
    """However a publication is made: never of an open round, never of a rehearsal."""
    problem = problem_of(record.round) if action == "create" else ""
    return [Problem("round", problem)] if problem else []
