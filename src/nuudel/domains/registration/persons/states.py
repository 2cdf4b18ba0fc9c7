"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

PERSON = StateTable(
    first="living",
    transitions=(
        # What follows from notices, moves and reviews; nobody takes these steps by hand.
        Transition("move", ("living",), "living"),
        Transition("die", ("living",), "deceased"),
        Transition("emigrate", ("living",), "emigrated"),
        Transition("return", ("emigrated",), "living"),
        Transition("merge", ("living",), "merged"),
        Transition("unmerge", ("merged",), "living"),
        Transition("revive", ("deceased",), "living"),
        Transition("annul", ("living",), "annulled"),  # entered by a notice that was taken back
    ),
    tags={"living": "done", "merged": "refused", "annulled": "refused"},
    fixed=frozenset({"merged", "deceased", "annulled"}),
)
