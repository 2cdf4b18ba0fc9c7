"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

HOLD = StateTable(
    first="active",
    transitions=(Transition("lift", ("active",), "lifted", reason=True),),
    tags={"active": "wait", "lifted": "done"},
    waiting=frozenset({"active"}),
    fixed=frozenset({"lifted"}),
)
