"""What the register counts: facts of the ledger, its stock by place and day, and the identity of both."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuudel.domains.registration.figures.public import PublicCount


def events_overview() -> "list[PublicCount]":
    """What everybody may see of the register; loaded when it is asked for, as its parts load this package."""
    from nuudel.domains.registration.figures.public import public_overview

    return public_overview()
