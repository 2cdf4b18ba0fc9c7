"""The herds of a dzud wave where no register says whose they are: average herds of the soums that are hit."""

from collections.abc import Sequence

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.pasture.ground import Ground
from nuudel.model.pasture.hosts import Herd


def wave_of(ground: Ground, places: Sequence[str], households: int) -> list[Herd]:
    """Average herds of soums, as many in each as its share of the herder households.

    Shares become whole numbers by largest remainders (Hamilton's method). A soum whose herders or animals are
    not counted sends none; no soum sends more households than it has.

    Parameters
    ----------
    ground
        The country's soums.
    places
        Codes of the soums that are hit.
    households
        How many set out, over all of them.

    Raises
    ------
    ModelError
        ``MODEL-765``: no such soum; ``MODEL-776``: the soums have fewer households than that.
    """
    at = [ground.at(place) for place in places]
    have = np.nan_to_num(np.where(ground.resident[at] > 0, ground.households[at], 0.0))
    if households < 0 or households > have.sum():
        raise ModelError(
            776,
            f"{households} households are more than these soums have ({int(have.sum())}), or less than none.",
            "Name fewer households or more soums.",
            ("households",),
        )
    if not households:
        return []
    share = households * have / have.sum()
    sent = np.floor(share)
    order = np.lexsort((np.arange(len(share)), -(share - sent)))
    sent[order[: households - int(sent.sum())]] += 1
    return [
        Herd(f"{ground.places[index]}-{number + 1}", ground.places[index], float(size))
        for index, count, size in zip(
            at, sent.astype(int), ground.resident[at] / np.maximum(have, 1), strict=True
        )
        for number in range(count)
    ]
