"""What an ensemble of projections keeps: sums by place and group of every draw, not every cell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError

Ints = NDArray[np.int64]
# Single or double precision, as the projection was asked for.
Floats = NDArray[np.floating[Any]]

STOCKS = ("persons",)
FLOWS = ("births", "deaths", "arrivals", "departures", "immigrants", "emigrants")


@dataclass(frozen=True, eq=False)
class Projection:
    """D draws of T years; stocks are those at the beginning of each year, flows those within it.

    Attributes
    ----------
    years
        T + 1, of the stocks; the flows are those of the first T.
    places
        R codes.
    groups
        G names of groups of ages and sexes.
    capacities
        F names of the capacities of ``Feedback``.
    persons
        D x T+1 x R.
    grouped
        D x T+1 x G x R persons of each group.
    births, deaths, arrivals, departures, immigrants, emigrants
        D x T x R. Deaths include those of newborns; arrivals and departures are moves within the country.
    pressure
        D x T x F x R logarithm of crowding at the beginning of the year, against the first year.
    pyramid
        D x T+1 x 2 x 101 persons of the country by sex and age, or None where it was not asked for.
    quality
        ``estimated``, ``scenario`` or ``synthetic``: what the figures are.
    """

    years: Ints
    places: tuple[str, ...]
    groups: tuple[str, ...]
    capacities: tuple[str, ...]
    persons: Floats
    grouped: Floats
    births: Floats
    deaths: Floats
    arrivals: Floats
    departures: Floats
    immigrants: Floats
    emigrants: Floats
    pressure: Floats
    pyramid: Floats | None
    quality: str

    @property
    def draws(self) -> int:
        """D."""
        return int(self.persons.shape[0])

    def values(self, name: str) -> Floats:
        """One measure: D x T+1 x R of a stock or a group, D x T x R of a flow or a capacity's pressure.

        Parameters
        ----------
        name
            ``persons``, a flow (``births`` …), ``net_internal``, ``net_international``, the name of a
            group, or that of a capacity (its pressure).

        Raises
        ------
        ModelError
            ``MODEL-688`` for a name that the projection does not have.
        """
        if name == "net_internal":
            return self.arrivals - self.departures
        if name == "net_international":
            return self.immigrants - self.emigrants
        if name in (*STOCKS, *FLOWS):
            found: Floats = getattr(self, name)
            return found
        if name in self.groups:
            return self.grouped[:, :, self.groups.index(name)]
        if name in self.capacities:
            return self.pressure[:, :, self.capacities.index(name)]
        from nuudel.base.packs import nearest

        known = (*STOCKS, *FLOWS, "net_internal", "net_international", *self.groups, *self.capacities)
        raise ModelError(
            688,
            f"The projection has no measure {name!r}.",
            f"Ask for one that it has{nearest(name, known)}.",
            ("name",),
        )

    def quantiles(self, name: str, levels: tuple[float, ...] = (0.025, 0.1, 0.5, 0.9, 0.975)) -> Floats:
        """Quantiles over the draws of each place and year, Q x T(+1) x R."""
        found: Floats = np.quantile(self.values(name), levels, axis=0)
        return found

    def country(self, name: str) -> Floats:
        """A measure summed over the places, D x T(+1); not for pressures, which do not add up."""
        if name in self.capacities:
            raise ModelError(
                689,
                f"The pressure on {name} of several places cannot be added up.",
                "Sum the users and the capacities instead.",
                ("name",),
            )
        found: Floats = self.values(name).sum(axis=2)
        return found

    def share(self, place: str, name: str = "persons") -> Floats:
        """One place's share of the country, D x T(+1), from 0 to 1.

        Raises
        ------
        ModelError
            ``MODEL-687`` for a place that is not projected.
        """
        share: Floats = self.values(name)[:, :, self.place(place)] / self.country(name)
        return share

    def place(self, code: str) -> int:
        """Position of a place along the axis of places."""
        if code not in self.places:
            from nuudel.base.packs import nearest

            raise ModelError(
                687,
                f"The place {code!r} is not in the projection.",
                f"Name one of its {len(self.places)} places{nearest(code, self.places)}.",
                ("place",),
            )
        return self.places.index(code)

    def imbalance(self) -> float:
        """The largest |opening + births - deaths + in - out - closing| of a place and year, persons."""
        change = (
            self.births - self.deaths + self.arrivals - self.departures + self.immigrants - self.emigrants
        )
        return float(np.abs(self.persons[:, 1:] - self.persons[:, :-1] - change).max())

    def to_frame(
        self, *names: str, levels: tuple[float, ...] = (0.025, 0.1, 0.5, 0.9, 0.975)
    ) -> pl.DataFrame:
        """Quantiles as rows: name, place, year, level, value, quality; ``persons`` if nothing is named."""
        frames = []
        for name in names or ("persons",):
            values = self.quantiles(name, levels)
            q, t, r = values.shape
            frames.append(
                pl.DataFrame(
                    {
                        "name": [name] * values.size,
                        "place": np.tile(np.array(self.places), q * t),
                        "year": np.tile(np.repeat(self.years[:t], r), q),
                        "level": np.repeat(np.array(levels), t * r),
                        "value": values.ravel().astype(np.float64),
                        "quality": [self.quality] * values.size,
                    }
                )
            )
        return pl.concat(frames)
