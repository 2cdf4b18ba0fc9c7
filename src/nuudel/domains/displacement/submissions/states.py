"""The states of submissions and of their files."""

from nuudel.web.shell.states import StateTable, Transition

SUBMISSION = StateTable(
    first="received",
    transitions=(
        # Follows from a corrected submission; nobody takes it by hand.
        Transition("replace", ("received",), "replaced"),
        Transition("reject", ("received",), "rejected", reason=True, notice=True),
    ),
    tags={"received": "done", "rejected": "refused"},
    fixed=frozenset({"received", "replaced", "rejected"}),
)
FILE = StateTable(
    first="kept",
    transitions=(Transition("send_again", ("kept",), "kept"),),
    tags={"kept": "done"},
    fixed=frozenset({"kept"}),
)
