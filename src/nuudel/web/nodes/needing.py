"""What only the centre can do is told like a broken rule: beside what was written, which stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from nuudel.base.errors import WebError
from nuudel.web.nodes.commands import needs_centre
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem


class ElsewhereError(BrokenRulesError):
    """``WEB-483``: it concerns records that this node does not have."""

    def __init__(self) -> None:
        self.problems = (Problem("", "nodes.needs_centre"),)
        WebError.__init__(
            self,
            483,
            "this concerns records of another office, which are not here.",
            "Do it at the centre, when the link is back.",
        )


@contextmanager
def all_here() -> Iterator[None]:
    """Do all of it or nothing; ``ElsewhereError`` where that needs records of another office."""
    try:
        with transaction.atomic():
            yield
    except Exception as error:
        if needs_centre(error) and not isinstance(error, ElsewhereError):
            raise ElsewhereError from error
        raise
