"""Roles, scopes and permissions: role x institution x place, declared in one table per record type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the system; a posting gives one role at one institution, in one place or all."""

    CITIZEN = "citizen"
    REGISTRAR = "registrar"
    BORDER_OFFICER = "border_officer"
    FIELD_ENUMERATOR = "field_enumerator"
    CASE_WORKER = "case_worker"
    ANALYST = "analyst"
    PLANNER = "planner"
    POLICY_COORDINATOR = "policy_coordinator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"  # a job of the system itself; nobody signs in with it


OFFICERS = tuple(role for role in Role if role not in (Role.CITIZEN, Role.SERVICE))


class Scope(StrEnum):
    """Which records a permission reaches."""

    ALL = "all"
    INSTITUTION = "institution"  # those of the posting's institution
    PLACE = "place"  # those that concern the posting's place and below; everywhere where it names none
    INSTITUTION_PLACE = "institution_place"  # both
    OWN = "own"  # those that the user has made or that are about the user


READ_ACTIONS = frozenset({"read", "export"})
"""Actions that change nothing; every other action is a write for the database."""


@dataclass(frozen=True)
class Permission:
    """A role may do an action with the records that the scope reaches."""

    role: Role
    action: str
    scope: Scope

    @property
    def kind(self) -> str:
        """``read`` or ``write``, as the database tells them apart."""
        return "read" if self.action in READ_ACTIONS else "write"


def permit(role: Role, scope: Scope, *actions: str) -> tuple[Permission, ...]:
    """Several permissions of one role with one scope."""
    return tuple(Permission(role, action, scope) for action in actions)


PermissionTable = Mapping[str, tuple[Permission, ...]]
"""Permissions by record type, such as ``campaigns.training``."""


def merged(tables: Iterable[PermissionTable]) -> dict[str, tuple[Permission, ...]]:
    """All tables as one; a record type that two tables name is an error of the program."""
    found: dict[str, tuple[Permission, ...]] = {}
    for table in tables:
        for record_type, permissions in table.items():
            assert record_type not in found, f"{record_type} is declared twice"
            found[record_type] = tuple(permissions)
    return found
