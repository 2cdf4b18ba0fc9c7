"""The states of each record type: who may bring what from where to where is in ``permissions``."""

from nuudel.web.shell.states import StateTable, Transition

CAMPAIGN = StateTable(
    first="draft",
    transitions=(
        Transition("plan", ("draft",), "planned"),
        Transition("run", ("planned",), "running", notice=True),
        Transition("close", ("running",), "closed", notice=True),
        Transition("evaluate", ("closed",), "evaluated", notice=True),
        Transition("take_back", ("running",), "planned", reason=True, notice=True),
        Transition("cancel", ("draft", "planned"), "cancelled", reason=True, notice=True),
    ),
    tags={"draft": "new", "planned": "wait", "running": "wait", "evaluated": "done", "cancelled": "refused"},
    waiting=frozenset({"planned", "running", "closed"}),
    fixed=frozenset({"evaluated", "cancelled"}),
)

TRAINING = StateTable(
    first="draft",
    transitions=(
        Transition("plan", ("draft",), "planned"),
        Transition("hold", ("planned",), "held", notice=True),
        # The list of participants is corrected after the training; only then does the count follow.
        Transition("recount", ("held",), "held", reason=True),
        Transition("evaluate", ("held",), "evaluated", notice=True),
        Transition("take_back", ("held",), "planned", reason=True, notice=True),
        Transition("cancel", ("draft", "planned"), "cancelled", reason=True, notice=True),
    ),
    tags={"draft": "new", "planned": "wait", "held": "wait", "evaluated": "done", "cancelled": "refused"},
    waiting=frozenset({"planned", "held"}),
    fixed=frozenset({"evaluated", "cancelled"}),
)

PART = StateTable(
    first="recorded",
    transitions=(Transition("withdraw", ("recorded",), "withdrawn", reason=True),),
    tags={"withdrawn": "refused"},
    fixed=frozenset({"withdrawn"}),
)

MANUAL = StateTable(
    first="draft",
    transitions=(
        Transition("review", ("draft",), "reviewed", notice=True),
        Transition("publish", ("reviewed",), "published", notice=True),
        Transition("withdraw", ("published",), "withdrawn", reason=True, notice=True),
    ),
    tags={"draft": "new", "reviewed": "wait", "published": "done", "withdrawn": "refused"},
    waiting=frozenset({"draft", "reviewed"}),
    fixed=frozenset({"published", "withdrawn"}),
)
