"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

DWELLING = StateTable(
    first="in_use",
    transitions=(Transition("close", ("in_use",), "closed", reason=True),),
    tags={"in_use": "done"},
    fixed=frozenset({"closed"}),
)

HOUSEHOLD = StateTable(
    first="active",
    transitions=(
        # Both follow from who lives in it.
        Transition("dissolve", ("active",), "dissolved"),
        Transition("restore", ("dissolved",), "active"),
        Transition("move", ("active",), "active"),
    ),
    tags={"active": "done"},
    fixed=frozenset({"dissolved"}),
)
