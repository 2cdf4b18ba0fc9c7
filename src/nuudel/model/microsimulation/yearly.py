"""What one year does to individuals, computed as in ``projection.accounts`` and kept as thresholds."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.microsimulation.layout import (
    ROWS_OF_A_PLACE,
    as_word,
    cumulate,
    lay_out,
    lay_out_destinations,
)
from nuudel.model.microsimulation.structures import Thresholds, Words
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates

TABLES = 5
# Places whose tables a thread writes at once.
PLACES = 32


class YearTables:
    """Thresholds of 32-bit words for one year, written anew each year into the same memory.

    Attributes
    ----------
    limits
        Thresholds of words; complete when the tasks of ``write`` are done.
    settling, immigrant_ages
        C x R and C x 202 cumulated shares of immigrants; the same in every year.
    immigrants
        C persons.
    """

    def __init__(self, rates: Rates, leaving_home: Array) -> None:
        self.rates, self.leaving_home = rates, leaving_home
        r, c = len(rates.places), len(rates.corridors)
        bits = max((2 * r - 1).bit_length(), 4)
        dead, gone, out, moved, bearing = np.zeros((TABLES, r * ROWS_OF_A_PLACE), np.uint32)
        self.limits = Thresholds(
            any=np.zeros(r * ROWS_OF_A_PLACE, np.uint64),
            dead=dead,
            gone=gone,
            out=out,
            moved=moved,
            bearing=bearing,
            cumulated=np.empty((r, r), np.uint32),
            guide=np.empty((r, 1 << bits), np.uint16),
            shift=np.uint32(32 - bits),
            corridors=np.empty((r, c), np.uint32),
            boy=np.uint32(0),
            girl_dies=np.uint32(0),
            boy_dies=np.uint32(0),
        )
        self.settling = cumulated_rows(rates.settling)
        self.immigrant_ages = cumulated_rows(rates.immigrant_ages.reshape(c, -1))
        self.immigrants: Array = np.zeros(c)

    def write(
        self, i: int, paths: Paths, feedback: Feedback, pressure: Array
    ) -> Iterator[Callable[[], None]]:
        """Write year ``i`` under the pressure (F x R) at its beginning; yields tasks that may run at once.

        Raises
        ------
        ModelError
            ``MODEL-706``: women of some age and place would bear more than one child a year.
        """
        rates, r = self.rates, len(self.rates.places)
        weight = np.exp(paths.pull[i] + feedback.pull @ pressure)
        pushed = np.exp(paths.leaving[i] + feedback.push @ pressure)
        leaving_level = rates.leaving_level[i] * pushed * (rates.going @ weight)
        dying = rates.dying[i] * np.exp(rates.dying_response * paths.dying[i])
        corridor = rates.emigrating_level[i] * np.exp(paths.emigrating[i])
        by_corridor = corridor[:, None] * rates.emigrating_shares
        bearing_level = rates.bearing_level * np.exp(paths.bearing[i])
        demand_births(bearing_level.max(initial=0) * rates.bearing[i].max(initial=0), int(rates.years[i]))
        self.immigrants = rates.immigrants[i] * np.exp(paths.immigrating[i])
        girl, boy = rates.dying_newborn[i]
        self.limits = limits = self.limits._replace(
            corridors=cumulated_rows(by_corridor.T),
            boy=np.uint32(as_word(rates.boys[i])),
            girl_dies=np.uint32(as_word(girl)),
            boy_dies=np.uint32(as_word(boy)),
        )

        def of_places(first: int) -> None:
            last = min(first + PLACES, r)
            lay_out(
                first, last, i, dying, rates.dying_level, rates.emigrating, by_corridor.sum(axis=0),
                rates.leaving, leaving_level, rates.bearing[i], bearing_level, self.leaving_home, limits,
            )  # fmt: skip
            lay_out_destinations(
                first, last, rates.going, weight, limits.cumulated, limits.guide, limits.shift
            )

        for first in range(0, r, PLACES):
            yield partial(of_places, first)


def cumulated_rows(shares: Array) -> Words:
    """Cumulated shares of each row, as words; a row without any share is not drawn from."""
    ends = np.full(shares.shape, 2**32 - 1, np.uint32)
    one = np.ones(shares.shape[1])
    for k, row in enumerate(shares):
        if row.sum() > 0:
            cumulate(row, one, ends[k])
    return ends


def demand_births(highest: float, year: int) -> None:
    if highest > 1:
        raise ModelError(
            706,
            f"Women of one age and place would bear {highest:.2f} children in {year}.",
            "Correct the fertility or its departure: at most one birth per woman and year.",
            ("bearing",),
        )
