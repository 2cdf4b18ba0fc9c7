"""The states of services, conflicts and steps of mediation."""

from nuudel.web.shell.states import StateTable, Transition

SERVICE = StateTable(
    first="granted",
    transitions=(
        Transition("deliver", ("granted",), "delivered", notice=True),
        Transition("fail", ("granted",), "not_delivered", reason=True, notice=True),
        Transition("take_back", ("delivered", "not_delivered"), "granted", reason=True),
        Transition("withdraw", ("granted",), "withdrawn", reason=True),
    ),
    tags={"granted": "wait", "delivered": "done", "not_delivered": "refused", "withdrawn": "refused"},
    waiting=frozenset({"granted"}),
    fixed=frozenset({"delivered", "not_delivered", "withdrawn"}),
)

CONFLICT = StateTable(
    first="recorded",
    transitions=(
        Transition("mediate", ("recorded",), "in_mediation", notice=True),
        Transition("settle", ("in_mediation",), "settled", notice=True),
        Transition("refer", ("recorded", "in_mediation"), "referred", reason=True, notice=True),
        Transition("reopen", ("settled", "referred"), "in_mediation", reason=True, notice=True),
        Transition("withdraw", ("recorded", "in_mediation"), "withdrawn", reason=True, notice=True),
    ),
    tags={
        "recorded": "new",
        "in_mediation": "wait",
        "settled": "done",
        "referred": "wait",
        "withdrawn": "refused",
    },
    waiting=frozenset({"recorded", "in_mediation"}),
    fixed=frozenset({"settled", "withdrawn"}),
)

MEDIATION = StateTable(
    first="recorded",
    transitions=(Transition("withdraw", ("recorded",), "withdrawn", reason=True),),
    tags={"withdrawn": "refused"},
    fixed=frozenset({"withdrawn"}),
)
