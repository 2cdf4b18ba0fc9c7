"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

MOVE = StateTable(
    first="reported",
    transitions=(
        Transition("verify", ("reported",), "verified", notice=True),
        Transition("ask_for_papers", ("reported", "verified"), "papers_asked", reason=True, notice=True),
        Transition("send_papers", ("papers_asked",), "reported", notice=True),
        Transition("approve", ("verified", "appealed"), "approved", notice=True),
        Transition("refuse", ("reported", "verified", "papers_asked"), "refused", reason=True, notice=True),
        Transition("appeal", ("refused",), "appealed", reason=True, notice=True),
        Transition("uphold", ("appealed",), "upheld", reason=True, notice=True),
        Transition(
            "withdraw", ("reported", "verified", "papers_asked"), "withdrawn", reason=True, notice=True
        ),
        Transition("reverse", ("approved",), "reversed", reason=True, notice=True),
    ),
    tags={
        "reported": "new",
        "verified": "wait",
        "papers_asked": "wait",
        "appealed": "wait",
        "approved": "done",
        "refused": "refused",
        "upheld": "refused",
        "reversed": "refused",
    },
    waiting=frozenset({"reported", "verified", "papers_asked", "appealed"}),
    fixed=frozenset({"approved", "refused", "appealed", "upheld", "withdrawn", "reversed"}),
)

MOVE_MEMBER = StateTable(first="named")
