"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

PAIR = StateTable(
    first="found",
    transitions=(
        # Where the two belong to two offices, one proposes and the other merges.
        Transition("propose", ("found",), "proposed"),
        Transition("merge", ("found", "proposed"), "merged", reason=True),
        Transition("keep_apart", ("found", "proposed"), "apart", reason=True),
        Transition("unmerge", ("merged",), "apart", reason=True),
        Transition("reopen", ("apart", "proposed"), "found", reason=True),
    ),
    tags={"found": "wait", "proposed": "wait", "merged": "done"},
    waiting=frozenset({"found", "proposed"}),
    fixed=frozenset({"proposed", "merged", "apart"}),
)
