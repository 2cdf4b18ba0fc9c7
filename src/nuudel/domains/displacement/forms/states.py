"""The states of forms, of their versions, which stay as they are, and of their files."""

from nuudel.web.shell.states import StateTable, Transition

FORM = StateTable(
    first="draft",
    transitions=(
        Transition("open", ("draft",), "open"),
        Transition("close", ("open",), "closed"),
        Transition("reopen", ("closed",), "open", reason=True),
    ),
    tags={"draft": "new", "open": "wait", "closed": "done"},
    waiting=frozenset({"draft"}),
)
VERSION = StateTable(first="kept", tags={"kept": "done"}, fixed=frozenset({"kept"}))
FILE = StateTable(
    first="kept",
    transitions=(Transition("withdraw", ("kept",), "withdrawn"),),
    tags={"kept": "done", "withdrawn": "refused"},
    fixed=frozenset({"kept", "withdrawn"}),
)
