"""The states of a request of otor."""

from nuudel.web.shell.states import StateTable, Transition

PROMISED = ("accepted", "host_signed", "agreed")
"""The receiving soum has said yes, and the household has not come."""

OPEN = ("requested", *PROMISED)
"""Before the household has come."""

HERE = ("arrived", "arrived_without_permit", "extension_asked", "extended")
"""The household is with its animals in the receiving soum."""

GONE = ("left", "closed")
"""The household was there and has left."""

LIVE = (*OPEN, *HERE)

REQUEST = StateTable(
    first="requested",
    transitions=(
        Transition("accept", ("requested",), "accepted", notice=True),
        Transition("accept_above_capacity", ("requested",), "accepted", reason=True, notice=True),
        Transition("refuse", ("requested",), "refused", reason=True, notice=True),
        Transition("sign_host", ("accepted",), "host_signed", notice=True),
        Transition("sign_home", ("host_signed",), "agreed", notice=True),
        Transition("reopen_terms", ("host_signed", "agreed"), "accepted", reason=True, notice=True),
        Transition("arrive", ("agreed",), "arrived", notice=True),
        Transition(
            "arrive_without_permit",
            ("requested", "accepted", "host_signed", "refused", "expired"),
            "arrived_without_permit",
            reason=True,
            notice=True,
        ),
        Transition("permit_afterwards", ("arrived_without_permit",), "arrived", reason=True, notice=True),
        Transition("ask_extension", ("arrived", "extended"), "extension_asked", notice=True),
        Transition("extend", ("extension_asked",), "extended", notice=True),
        Transition("refuse_extension", ("extension_asked",), "arrived", reason=True, notice=True),
        Transition("leave", HERE, "left", notice=True),
        Transition("close", ("left",), "closed", notice=True),
        Transition("withdraw", OPEN, "withdrawn", reason=True, notice=True),
        Transition("expire", OPEN, "expired", notice=True),
        # What was recorded in error is taken back; the figures follow.
        Transition("take_back_arrival", ("arrived",), "agreed", reason=True, notice=True),
        Transition(
            "take_back_arrival_without_permit",
            ("arrived_without_permit",),
            "requested",
            reason=True,
            notice=True,
        ),
        Transition("take_back_departure", ("left",), "arrived", reason=True, notice=True),
    ),
    tags={
        "requested": "new",
        "accepted": "wait",
        "host_signed": "wait",
        "agreed": "wait",
        "arrived": "done",
        "arrived_without_permit": "late",
        "extension_asked": "wait",
        "extended": "done",
        "refused": "refused",
        "withdrawn": "refused",
        "expired": "refused",
    },
    waiting=frozenset(
        {"requested", "accepted", "host_signed", "extension_asked", "arrived_without_permit", "left"}
    ),
    fixed=frozenset({"refused", "withdrawn", "expired", "closed"}),
)
