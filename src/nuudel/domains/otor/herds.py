"""Animals of five kinds as one number: sheep units, by dated factors."""

from collections.abc import Mapping
from datetime import date

from nuudel.domains.otor import parameters
from nuudel.domains.otor.codes import SPECIES


def sheep_units(herd: Mapping[str, int], day: date) -> float:
    """A herd in sheep units (khonin tolgoi).

    Parameters
    ----------
    herd
        Heads by species (``codes.SPECIES``); a species that is left out counts for none.
    day
        On which the factors hold.

    Raises
    ------
    WebError
        ``WEB-452`` for a species without a factor on that day.
    """
    return sum(heads * parameters.value(f"sheep_units_{name}", day) for name, heads in herd.items())


def factors(day: date) -> dict[str, float]:
    """Sheep units of one head, by species."""
    return {name: parameters.value(f"sheep_units_{name}", day) for name in SPECIES}
