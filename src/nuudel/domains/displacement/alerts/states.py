"""The states of rules and of alerts."""

from nuudel.web.shell.states import StateTable, Transition

RULE = StateTable(
    first="active",
    transitions=(
        Transition("end", ("active", "failing"), "ended", reason=True),
        Transition("resume", ("ended",), "active"),
        # Taken by the job alone: the rule could not be looked at, and could again.
        Transition("fail", ("active",), "failing", notice=True),
        Transition("recover", ("failing",), "active", notice=True),
    ),
    tags={"active": "done", "failing": "wait", "ended": "refused"},
    fixed=frozenset({"ended"}),
)
ALERT = StateTable(
    first="new",
    transitions=(
        Transition("see", ("new",), "seen"),
        Transition("handle", ("new", "seen"), "handled", reason=True),
        Transition("dismiss", ("new", "seen"), "false_alarm", reason=True),
        # Taken by the job alone: after a correction the limit is no longer reached.
        Transition("lapse", ("new", "seen"), "lapsed"),
    ),
    tags={"new": "new", "seen": "wait", "handled": "done", "false_alarm": "refused", "lapsed": ""},
    waiting=frozenset({"new", "seen"}),
    fixed=frozenset({"new", "seen", "handled", "false_alarm", "lapsed"}),
)
OPEN = ("new", "seen")
LAPSED = "lapsed"
