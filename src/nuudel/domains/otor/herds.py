"""A household's animals: its last count, and five kinds as one number, sheep units by dated factors."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from nuudel.domains.otor import parameters
from nuudel.domains.otor.codes import SPECIES
from nuudel.domains.otor.models import LivestockCount


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


def last_count(household: UUID) -> LivestockCount | None:
    """The latest count of a household that stands."""
    rows = LivestockCount.objects.filter(household=household, state="recorded")
    return rows.order_by("-day", "-id").first()
