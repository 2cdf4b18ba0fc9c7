"""The states of entries: served or withdrawn."""

from nuudel.web.shell.states import StateTable, Transition

ENTITY = StateTable(
    first="kept",
    transitions=(
        Transition("withdraw", ("kept",), "withdrawn"),
        # Follows from a table or a submission that names it again; by hand after a mistake.
        Transition("restore", ("withdrawn",), "kept"),
    ),
    tags={"kept": "done", "withdrawn": "refused"},
    fixed=frozenset({"withdrawn"}),
)
