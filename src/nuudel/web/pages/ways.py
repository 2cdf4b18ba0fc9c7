"""Public pages of domains to which the explorer's pages lead; found through DOMAINS."""

import importlib
from dataclasses import dataclass
from functools import cache

from nuudel.web.explorer.published import publishing


@dataclass(frozen=True)
class Way:
    """A domain's public pages: its name, its route of all and of a place, and the message that names them."""

    domain: str
    all: str
    place: str
    title: str


@cache
def public_ways() -> tuple[Way, ...]:
    """The domains whose module ``public_ways`` names public pages."""
    known = [(name, importlib.import_module(f"nuudel.domains.{name}.public_ways")) for name in publishing()]
    return tuple(Way(name, one.ALL, one.PLACE, one.TITLE) for name, one in known)
