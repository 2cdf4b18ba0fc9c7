"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

DOCUMENT = StateTable(
    first="requested",
    transitions=(
        Transition("issue", ("requested",), "issued", notice=True),
        Transition("refuse", ("requested",), "refused", reason=True, notice=True),
        Transition("report_lost", ("issued",), "lost", reason=True),
        Transition("expire", ("issued",), "expired"),
        Transition("restore", ("expired",), "issued"),  # a death was taken back
        Transition("replace", ("issued", "lost", "expired"), "replaced"),
        Transition("withdraw", ("issued",), "withdrawn", reason=True, notice=True),
    ),
    tags={"requested": "wait", "issued": "done", "refused": "refused", "lost": "refused"},
    waiting=frozenset({"requested"}),
    fixed=frozenset({"issued", "refused", "lost", "expired", "replaced", "withdrawn"}),
)
