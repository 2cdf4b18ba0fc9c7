"""The states of what was published."""

from nuudel.web.shell.states import StateTable, Transition

PUBLICATION = StateTable(
    first="published",
    transitions=(
        # What follows from another version; nobody takes it by hand.
        Transition("replace", ("published",), "replaced"),
        Transition("withdraw", ("published", "replaced"), "withdrawn", reason=True),
    ),
    tags={"published": "done", "replaced": "wait", "withdrawn": "refused"},
    fixed=frozenset({"published", "replaced", "withdrawn"}),
)
