"""The states of flags and of limits."""

from nuudel.web.shell.states import StateTable, Transition

OPEN = ("new", "asked", "answered")
"""Nothing was decided yet."""
LAPSED = "lapsed"

FLAG = StateTable(
    first="new",
    transitions=(
        Transition("ask", ("new", "answered"), "asked", reason=True, notice=True),
        Transition("answer", ("asked",), "answered", reason=True),
        Transition("accept", OPEN, "accepted", reason=True, notice=True),
        Transition("reject", OPEN, "rejected", reason=True),
        # What follows is taken by nobody by hand: a correction came, the submission was rejected elsewhere,
        # what was found is no longer so, or is so again.
        Transition("correct", OPEN, "corrected"),
        Transition("drop", OPEN, "rejected"),
        Transition("lapse", OPEN, LAPSED),
        Transition("return", (LAPSED,), "new"),
    ),
    tags={
        "new": "new",
        "asked": "wait",
        "answered": "new",
        "accepted": "done",
        "corrected": "done",
        "rejected": "refused",
    },
    waiting=frozenset({"asked", "answered"}),
    fixed=frozenset({*OPEN, "accepted", "corrected", "rejected", LAPSED}),
)
LIMIT = StateTable(
    first="active",
    transitions=(Transition("end", ("active",), "ended", reason=True),),
    tags={"active": "done", "ended": "refused"},
    fixed=frozenset({"active", "ended"}),
)
