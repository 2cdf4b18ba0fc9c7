"""Whose step it is: that of the receiving soum, that of the soum of origin, or that of either."""

from nuudel.domains.otor.models import OtorRequest
from nuudel.web.access.decisions import works_for
from nuudel.web.accounts.models import User

HOST_STEPS = (
    *("accept", "accept_above_capacity", "refuse", "sign_host", "permit_afterwards"),
    *("extend", "refuse_extension"),
)
HOME_STEPS = ("sign_home", "withdraw", "ask_extension")


def for_host(user: User, record: OtorRequest) -> bool:
    """Whether the user works for the receiving soum."""
    return works_for(user, record.place)


def for_home(user: User, record: OtorRequest) -> bool:
    """Whether the user works for the soum of origin, or is of the household."""
    return works_for(user, record.other_place) or record.holder_id == user.pk


def may_step(user: User, record: OtorRequest, action: str) -> bool:
    """Whether a step is one of the user's side."""
    if action in HOST_STEPS:
        return for_host(user, record)
    if action in HOME_STEPS:
        return for_home(user, record)
    return for_host(user, record) or for_home(user, record)
