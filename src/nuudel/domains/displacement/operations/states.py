"""The states of operations, rounds, assignments and keys of phones."""

from nuudel.web.shell.states import StateTable, Transition

STEPS = (
    Transition("open", ("planned",), "open"),
    Transition("close", ("open",), "closed", notice=True),
    Transition("reopen", ("closed",), "open", reason=True, notice=True),
)
TAGS = {"planned": "new", "open": "wait", "closed": "done"}

OPERATION = StateTable(first="planned", transitions=STEPS, tags=TAGS, waiting=frozenset({"planned"}))
ROUND = StateTable(
    first="planned",
    transitions=STEPS,
    tags=TAGS,
    waiting=frozenset({"planned", "open"}),
    fixed=frozenset({"closed"}),
)
ASSIGNMENT = StateTable(
    first="active",
    transitions=(Transition("end", ("active",), "ended", reason=True),),
    tags={"ended": "refused"},
    fixed=frozenset({"active", "ended"}),
)
DEVICE = StateTable(
    first="active",
    transitions=(Transition("revoke", ("active",), "revoked", reason=True),),
    tags={"revoked": "refused"},
    fixed=frozenset({"active", "revoked"}),
)
