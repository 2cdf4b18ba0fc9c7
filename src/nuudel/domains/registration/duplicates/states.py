"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

DECISIONS = ("merge", "propose", "keep_apart")
"""Steps that are taken beside the comparison, with what they are founded on."""

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
