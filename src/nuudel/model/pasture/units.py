"""Animals of five species in sheep units."""

from collections.abc import Mapping

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest

SPECIES = ("camels", "horses", "cattle", "sheep", "goats")


def sheep_units(heads: Mapping[str, float], factors: Mapping[str, float]) -> float:
    """Sheep units of a herd.

    Parameters
    ----------
    heads
        Animals by species.
    factors
        Sheep units of one animal, by species.

    Raises
    ------
    ModelError
        ``MODEL-763``: a species without a factor; ``MODEL-764``: a number below 0, or none.
    """
    for species, number in heads.items():
        if species not in factors:
            raise ModelError(
                763,
                f"there is no sheep unit factor for {species!r}.",
                f"Name a known species{nearest(species, factors)}.",
                (species,),
            )
        if not 0 <= number < float("inf"):
            raise ModelError(764, f"{number} {species} is no number of animals.", "Correct it.", (species,))
    return float(sum(number * factors[species] for species, number in heads.items()))
