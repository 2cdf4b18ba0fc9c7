"""The states of the part's record types."""

from nuudel.web.shell.states import StateTable, Transition

UNREGISTERED = StateTable(
    first="listed",
    transitions=(
        Transition("contact", ("listed",), "contacted"),
        # Follows from the registration of the household; nobody takes it by hand.
        Transition("register", ("listed", "contacted"), "registered"),
        Transition("close", ("listed", "contacted"), "gone", reason=True),
        Transition("reopen", ("gone",), "listed", reason=True),
    ),
    tags={"listed": "new", "contacted": "wait", "registered": "done"},
    waiting=frozenset({"listed", "contacted"}),
    fixed=frozenset({"registered", "gone"}),
)
