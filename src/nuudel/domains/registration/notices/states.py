"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

NOTICE = StateTable(
    first="received",
    transitions=(
        Transition("apply", ("received", "held"), "applied"),
        Transition("hold", ("received",), "held"),
        Transition("hold_on", ("held",), "held"),  # it was tried again, and something else stands against it
        Transition("reject", ("received", "held"), "rejected", reason=True),
        Transition("take_back", ("applied",), "taken_back", reason=True),
    ),
    tags={
        "received": "new",
        "held": "wait",
        "applied": "done",
        "rejected": "refused",
        "taken_back": "refused",
    },
    waiting=frozenset({"received", "held"}),
    fixed=frozenset({"received", "held", "applied", "rejected", "taken_back"}),
)
