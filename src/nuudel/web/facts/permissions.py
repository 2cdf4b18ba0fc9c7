"""Who may enter facts, and read single ones: a fact about a person leaves as a statistic only."""

from nuudel.web.access.roles import OFFICERS, PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule

FACT, COUNTED, PERSONAL = "facts.fact", "facts.counted", "facts.personal"

# The record that causes a fact has its own permission: here is only who works with records at all.
ENTERING = tuple(role for role in (*OFFICERS, Role.SERVICE) if role is not Role.AUDITOR)
# Analysts and planners read statistics off the snapshots, and no single fact.
LOCAL = (Role.REGISTRAR, Role.BORDER_OFFICER, Role.FIELD_ENUMERATOR, Role.CASE_WORKER)

PERMISSIONS: PermissionTable = {
    FACT: tuple(grant for role in ENTERING for grant in permit(role, Scope.ALL, "append")),
    COUNTED: tuple(
        grant
        for role in LOCAL
        for scope in (Scope.INSTITUTION, Scope.PLACE)
        for grant in permit(role, scope, "read")
    ),
    PERSONAL: (
        *permit(Role.SERVICE, Scope.ALL, "read", "erase"),
        *permit(Role.ADMINISTRATOR, Scope.ALL, "erase"),
    ),
}

ROUTES: dict[str, Rule] = {}
