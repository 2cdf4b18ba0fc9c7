"""The states of a message."""

from nuudel.web.shell.states import StateTable, Transition

MESSAGE = StateTable(
    first="draft",
    transitions=(
        Transition("send", ("draft",), "sending"),
        Transition("finish", ("sending",), "sent", notice=True),
        Transition("try_again", ("sent",), "sending", reason=True),
        Transition("discard", ("draft",), "discarded"),
    ),
    tags={"draft": "new", "sending": "wait", "sent": "done", "discarded": "refused"},
    waiting=frozenset({"draft"}),
    fixed=frozenset({"sending", "sent", "discarded"}),
)
