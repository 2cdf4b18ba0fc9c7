"""Public pages of domains to which the explorer's pages lead; found through DOMAINS."""

import importlib
import importlib.util
from dataclasses import dataclass
from functools import cache

from nuudel.domains import DOMAINS


@dataclass(frozen=True)
class Way:
    """A domain's public pages: its route of all and of a place, and the message that names them."""

    all: str
    place: str
    title: str


@cache
def public_ways() -> tuple[Way, ...]:
    """The domains whose module ``public_ways`` names public pages."""
    names = [f"nuudel.domains.{name}.public_ways" for name in DOMAINS]
    known = [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
    return tuple(Way(one.ALL, one.PLACE, one.TITLE) for one in known)
