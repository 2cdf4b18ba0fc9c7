"""Who may do what with campaigns, trainings and manuals, and who may open the domain's own page."""

from nuudel.domains.campaigns import states
from nuudel.web.access.roles import Permission, PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import Rule, of_roles
from nuudel.web.shell.states import StateTable

RUNNING = (
    Role.REGISTRAR,
    Role.CASE_WORKER,
    Role.PLANNER,
    Role.POLICY_COORDINATOR,
    Role.ADMINISTRATOR,
)
"""Who makes and runs campaigns and trainings: those of the own institution, in the own place."""

READING = (Role.ANALYST, Role.AUDITOR)


def running(states: StateTable) -> tuple[Permission, ...]:
    """All steps of a type, for who runs it."""
    steps = (step.action for step in states.transitions)
    actions = ("create", "change", "comment", "read", "export", *steps)
    return tuple(grant for role in RUNNING for grant in permit(role, Scope.INSTITUTION_PLACE, *actions))


# Records without personal data. Those of participants are read by nobody but who runs the training.
COUNTED = tuple(grant for role in READING for grant in permit(role, Scope.ALL, "read", "export"))

PERMISSIONS: PermissionTable = {
    "campaigns.campaign": (*running(states.CAMPAIGN), *COUNTED),
    "campaigns.reach": (*running(states.PART), *COUNTED),
    "campaigns.training": (*running(states.TRAINING), *COUNTED),
    "campaigns.participant": running(states.PART),
    "campaigns.manual": (*running(states.MANUAL), *COUNTED),
}

ROUTES: dict[str, Rule] = {
    "campaigns_figures": of_roles(*RUNNING, *READING),
}
