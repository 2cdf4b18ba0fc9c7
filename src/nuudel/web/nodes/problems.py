"""What stands against an operation, as a code and the broken rules: pages say it in the reader's language."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404

from nuudel.base.errors import NuudelError
from nuudel.web.shell.errors import BrokenRulesError

EARLIER, DIFFERENT, FOLLOWS = "changed_since", "not_kept", "follows_differently"
STRANGER, ELSEWHERE, UNKNOWN, UNREADABLE = "not_posted", "other_place", "unknown_kind", "unreadable"
DENIED, ABSENT, VALUE, TWICE = "not_permitted", "not_there", "no_value", "there_already"
PASSING = (OperationalError, InterfaceError)
"""The database, not the operation: it is sent again."""


class AgainstError(Exception):
    """Something that the replay itself finds against an operation.

    Parameters
    ----------
    key
        One of the names above.
    conflict
        Whether both versions are good and a person has to choose.
    """

    def __init__(self, key: str, *, conflict: bool = False, fields: tuple[str, ...] = ()) -> None:
        super().__init__(key)
        self.key, self.conflict, self.fields = key, conflict, fields

    @property
    def problem(self) -> dict[str, Any]:
        return {"key": self.key, "fields": list(self.fields)}


def problem_of(error: BaseException) -> dict[str, Any]:
    """An error as it is kept: its code, the fields, the rules; never a value of the record."""
    if isinstance(error, AgainstError):
        return error.problem
    if isinstance(error, BrokenRulesError):
        rules = [
            {"field": p.field, "message": p.message, "slots": {k: str(v) for k, v in p.slots.items()}}
            for p in error.problems
        ]
        return {"key": "broken_rules", "rules": rules}
    if isinstance(error, NuudelError):
        return {"key": "error", "code": error.code, "fields": list(error.fields)}
    if isinstance(error, ValidationError):
        return {"key": VALUE, "fields": sorted(getattr(error, "error_dict", {}))}
    if isinstance(error, DatabaseError) and "duplicate key" in str(error):
        return {"key": TWICE}
    plain = {PermissionDenied: DENIED, Http404: ABSENT, ObjectDoesNotExist: ABSENT}
    return {"key": next((key for kind, key in plain.items() if isinstance(error, kind)), VALUE)}


EXPECTED = (
    AgainstError,
    NuudelError,
    PermissionDenied,
    Http404,
    ValidationError,
    DatabaseError,
    ObjectDoesNotExist,
)
"""What may stand against an operation; anything else is a fault of the program, and is kept all the same."""
