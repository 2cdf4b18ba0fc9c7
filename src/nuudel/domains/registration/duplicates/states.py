"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

PAIR = StateTable(
    first="found",
    transitions=(
        Transition("merge", ("found",), "merged", reason=True),
        Transition("keep_apart", ("found",), "apart", reason=True),
        Transition("unmerge", ("merged",), "apart", reason=True),
        Transition("reopen", ("apart",), "found", reason=True),
    ),
    tags={"found": "wait", "merged": "done", "apart": "quiet"},
    waiting=frozenset({"found"}),
    fixed=frozenset({"merged", "apart"}),
)
