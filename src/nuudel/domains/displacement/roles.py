"""Who runs operations, who reads what is no personal data, and what the system itself does."""

from nuudel.web.access.roles import Permission, Role, Scope, permit

RUNNING = (Role.PLANNER, Role.POLICY_COORDINATOR, Role.ADMINISTRATOR)
"""Who runs operations: those of the own institution, in the own place."""

READING = (Role.ANALYST, Role.AUDITOR)
SENDING = Role.FIELD_ENUMERATOR


def running(*actions: str) -> tuple[Permission, ...]:
    return tuple(grant for role in RUNNING for grant in permit(role, Scope.INSTITUTION_PLACE, *actions))


def counted() -> tuple[Permission, ...]:
    """Records without personal data are read by who counts and who checks."""
    return tuple(grant for role in READING for grant in permit(role, Scope.ALL, "read", "export"))


SERVING = permit(Role.SERVICE, Scope.ALL, "read")
"""What the server looks up before it knows who sends."""
