"""The states of areas, teams, their members, and informants."""

from nuudel.web.shell.states import StateTable, Transition

OPEN = ("to_do", "refused", "unreachable")
ENDED = ("done", "refused", "unreachable")
OUT = "out"

AREA = StateTable(
    first="to_do",
    transitions=(
        # Follows from a submission; nobody takes it by hand.
        Transition("finish", OPEN, "done"),
        Transition("refuse", ("to_do", "unreachable", "done"), "refused", reason=True),
        Transition("miss", ("to_do", "refused", "done"), "unreachable", reason=True),
        Transition("put_back", ENDED, "to_do", reason=True),
        Transition("leave_out", OPEN, OUT, reason=True),
        Transition("take_in", (OUT,), "to_do"),
    ),
    tags={"done": "done", "to_do": "new", "refused": "refused", "unreachable": "wait"},
    fixed=frozenset({"done", OUT}),
)
TEAM = StateTable(first="active", tags={"active": "done"})
MEMBER = StateTable(
    first="active",
    transitions=(Transition("leave", ("active",), "left", reason=True),),
    fixed=frozenset({"active", "left"}),
)
INFORMANT = StateTable(
    first="active",
    transitions=(
        Transition("retire", ("active",), "retired", reason=True),
        Transition("ask_again", ("retired",), "active"),
    ),
    tags={"active": "done"},
    fixed=frozenset({"retired"}),
)
