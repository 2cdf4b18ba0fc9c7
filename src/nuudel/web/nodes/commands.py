"""Functions of a domain that do several things with records in one go: on a node they are one operation.

A function says so by ``as_one``. At a centre it is called as it stands. On a node its arguments are kept, and
the centre calls it again with them; what it draws by chance, such as a number for a citizen, it draws by
``drawn``, once.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from nuudel.base.errors import WebError

P = ParamSpec("P")
R = TypeVar("R")
Load = Callable[[Any, Any], Any]
"""From the user and a record's id to the record, as the function wants it."""


@dataclass(frozen=True)
class Command:
    """A function that is done again as a whole.

    Attributes
    ----------
    record_type, action
        What the function demands: who may do this may decide about it.
    about
        The argument with the record that it concerns, or with its id; empty where that is its result.
    loads
        How arguments that are records are read again; otherwise by their ids.
    """

    key: str
    function: Callable[..., Any]
    record_type: str
    action: str
    about: str = ""
    loads: Mapping[str, Load] = field(default_factory=dict)

    def bound(self, *args: Any, **kwargs: Any) -> inspect.BoundArguments:
        return inspect.signature(self.function).bind(*args, **kwargs)

    def call(self, bound: inspect.BoundArguments) -> Any:
        return self.function(*bound.args, **bound.kwargs)


NEEDS_CENTRE = "WEB-483"
MISSING: list[Callable[[BaseException], bool]] = []
"""Whether an error comes of records that only the centre has; empty until the app is ready."""
COMMANDS: dict[str, Command] = {}
CALLED: list[Callable[[Command, inspect.BoundArguments], Any]] = []
"""What calls a command instead, as the last entry says; empty until the app is ready."""
DRAWN: list[Callable[[str, Callable[[], str]], str]] = []


def as_one(
    key: str, *, record_type: str, action: str, about: str = "", loads: Mapping[str, Load] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function be one operation; its first argument is the user, the others are read by their types."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        command = Command(key, function, record_type, action, about, loads or {})
        COMMANDS[key] = command

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = command.bound(*args, **kwargs)
            result: R = CALLED[-1](command, bound) if CALLED else command.call(bound)
            return result

        return call

    return wrap


def needs_centre(error: BaseException | None) -> bool:
    """Whether a request has failed because a node cannot do it without the centre."""
    if isinstance(error, WebError):
        return error.code == NEEDS_CENTRE
    return error is not None and any(missing(error) for missing in MISSING)


def drawn(label: str, fresh: Callable[[], str]) -> str:
    """A text drawn by chance inside a command, the same on the node and at the centre."""
    return DRAWN[-1](label, fresh) if DRAWN else fresh()
