"""The states of households, counts and camps."""

from nuudel.web.shell.states import StateTable, Transition

HOUSEHOLD = StateTable(
    first="active",
    transitions=(
        Transition("release_account", ("active",), "active", reason=True, notice=True),
        Transition("end", ("active",), "ended", reason=True),
        Transition("reopen", ("ended",), "active", reason=True),
    ),
    tags={"ended": "refused"},
    fixed=frozenset({"ended"}),
)

RECORDED = StateTable(
    first="recorded",
    transitions=(Transition("withdraw", ("recorded",), "withdrawn", reason=True),),
    tags={"withdrawn": "refused"},
    fixed=frozenset({"withdrawn"}),
)
