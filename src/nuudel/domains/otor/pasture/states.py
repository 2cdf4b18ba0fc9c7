"""The states of a capacity."""

from nuudel.web.shell.states import StateTable, Transition

CAPACITY = StateTable(
    first="in_force",
    transitions=(Transition("withdraw", ("in_force",), "withdrawn", reason=True),),
    tags={"in_force": "done", "withdrawn": "refused"},
    # Another figure is another record: what was decided on an older one can be looked up.
    fixed=frozenset({"in_force", "withdrawn"}),
)
