"""What can stand against a person's doing something with a record."""

from collections.abc import Sequence

from nuudel.base.errors import WebError
from nuudel.web.shell.record_types import Problem


class ConflictError(WebError):
    """Somebody else has changed the record since it was read."""

    def __init__(self) -> None:
        super().__init__(
            212,
            "the record was changed by somebody else since you opened it.",
            "Look at what is there now, then decide again.",
        )


class WrongStateError(WebError):
    """The record's state does not allow the action."""

    def __init__(self, action: str, state: str) -> None:
        super().__init__(
            213,
            f"{action!r} is not possible in the state {state!r}.",
            "Open the record again: it says what is possible now.",
            ("state",),
        )


class BrokenRulesError(WebError):
    """The record breaks rules of its domain; ``problems`` name fields and messages."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        names = tuple(dict.fromkeys(problem.field for problem in problems))
        super().__init__(
            214,
            f"the record breaks a rule in {', '.join(names)}.",
            "Correct what the messages name.",
            names,
        )
