"""The chances, computed when first asked for and kept for the life of the process (about a second)."""

from datetime import date
from functools import cache

from nuudel.base.packs import load_pack
from nuudel.domains.otor.herds import factors
from nuudel.domains.otor.spots import PACK
from nuudel.model.dzud.risk import Risk, risk_of
from nuudel.model.pasture.ground import ground_of

SEED = 1


@cache
def chances() -> Risk:
    """The chances of the next winter, by the pack's figures; nothing of a register is in them."""
    pack = load_pack(PACK)
    # The factors cancel out: only the load of a soum against its aimag counts.
    day = date.today()
    return risk_of(pack, ground_of(pack, factors(day), day), SEED)
