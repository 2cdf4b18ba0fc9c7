"""Flows between places in some periods: one row per observed cell, with named covariates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


@dataclass(frozen=True)
class FlowPanel:
    """Observed cells of an origin x destination x period table; cells may be missing (unbalanced).

    Attributes
    ----------
    origins, destinations
        Names of the places; the two lists may differ.
    periods
        Years in ascending order; ``(0,)`` where the table has no years.
    origin, destination, period
        Shape (N,): indices into the three lists above, one per observed cell.
    flow
        Shape (N,): persons, at least 0.
    covariates
        Name to shape (N,) values, finite.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    periods: tuple[int, ...]
    origin: Codes
    destination: Codes
    period: Codes
    flow: Floats
    covariates: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = self.flow.shape
        shapes = {
            "origin": self.origin.shape,
            "destination": self.destination.shape,
            "period": self.period.shape,
        }
        shapes |= {name: values.shape for name, values in self.covariates.items()}
        for name, shape in shapes.items():
            if shape != size:
                raise ModelError(
                    101, f"{name!r} does not have one value for each flow.", "Give one per cell.", (name,)
                )
        places = (
            (self.origin, self.origins),
            (self.destination, self.destinations),
            (self.period, self.periods),
        )
        if any(codes.size and (codes.min() < 0 or codes.max() >= len(names)) for codes, names in places):
            raise ModelError(
                101,
                "a cell has the number of a place or period that is not in its list.",
                "Number places and periods from 0, in the order of their lists.",
                ("origin", "destination", "period"),
            )
        if not self.flow.size:
            raise ModelError(102, "the panel has no cell.", "Give at least one observed flow.", ("flow",))
        if not np.isfinite(self.flow).all() or (self.flow < 0).any():
            raise ModelError(
                103,
                "a flow is negative, infinite or not a number.",
                "Leave out the cells that were not observed, and correct the others.",
                ("flow",),
            )
        for name, values in self.covariates.items():
            unusable = int((~np.isfinite(values)).sum())
            if unusable:
                raise ModelError(
                    104,
                    f"covariate {name!r} is infinite or missing in {unusable} cells.",
                    "Fill it, or leave those cells out.",
                    (name,),
                )
        self.check_names()
        if np.unique(self.cell).size != self.flow.size:
            raise ModelError(
                105,
                "an origin, destination and period stand more than once.",
                "Add up such rows, or keep one of them.",
                ("origin", "destination", "period"),
            )

    def check_names(self) -> None:
        """``MODEL-109`` where a place or period stands twice in its list."""
        for name, labels in (
            ("origins", self.origins),
            ("destinations", self.destinations),
            ("periods", self.periods),
        ):
            if len(set(labels)) != len(labels):
                raise ModelError(
                    109,
                    f"{name} has the same name or year twice.",
                    "Name each place and period once; periods are whole numbers.",
                    (name,),
                )

    @property
    def cell(self) -> NDArray[np.int64]:
        """Shape (N,): number of each cell in the full tensor (period slowest, destination fastest)."""
        by_pair = self.origin.astype(np.int64) * len(self.destinations) + self.destination
        return self.period.astype(np.int64) * (len(self.origins) * len(self.destinations)) + by_pair

    @property
    def shape(self) -> tuple[int, int, int]:
        """Periods, origins, destinations."""
        return len(self.periods), len(self.origins), len(self.destinations)

    @classmethod
    def from_table(
        cls,
        table: pl.DataFrame,
        *,
        origin: str = "origin",
        destination: str = "destination",
        period: str | None = "year",
        flow: str = "migrants",
        covariates: Sequence[str] = (),
    ) -> "FlowPanel":
        """A panel from a long table; ``period=None`` where there is a single period.

        Rows from a place to itself stay, if the table has them: leave them out before where they are not
        migration.

        Raises
        ------
        ModelError
            ``MODEL-101`` to ``MODEL-105`` and ``MODEL-109`` as above; ``MODEL-106`` a column is not in the
            table; ``MODEL-107`` a column is empty in some rows or not of numbers.
        """
        wanted = [name for name in (origin, destination, period, flow, *covariates) if name is not None]
        require_columns(table, wanted)
        for name in wanted:
            numeric = name not in (origin, destination) or name in covariates or name in (period, flow)
            if table[name].null_count() or (numeric and not table[name].dtype.is_numeric()):
                raise ModelError(
                    107,
                    f"column {name!r} is empty in some rows, or holds no numbers.",
                    "Leave such rows out, or correct the column.",
                    (name,),
                )

        def coded(name: str) -> tuple[tuple[str, ...], Codes]:
            names = table[name].cast(pl.String)
            found = names.unique().sort()
            order = pl.DataFrame({"name": found, "code": np.arange(len(found), dtype=np.int32)})
            codes = pl.DataFrame({"name": names}).join(order, on="name", how="left", maintain_order="left")
            return tuple(found.to_list()), codes["code"].to_numpy()

        origins, from_codes = coded(origin)
        destinations, to_codes = coded(destination)
        years = table[period].to_numpy() if period is not None else np.zeros(table.height)
        if not (years == np.floor(years)).all():
            raise ModelError(
                109,
                f"column {period!r} has periods that are no whole numbers.",
                "Number the periods, or give years.",
                (str(period),),
            )
        periods, period_codes = np.unique(years, return_inverse=True)
        return cls(
            origins,
            destinations,
            tuple(int(year) for year in periods),
            from_codes,
            to_codes,
            period_codes.astype(np.int32),
            table[flow].to_numpy().astype(np.float64),
            {name: table[name].to_numpy().astype(np.float64) for name in covariates},
        )

    @classmethod
    def from_tensor(
        cls,
        flows: ArrayLike,
        *,
        origins: Sequence[str],
        destinations: Sequence[str] | None = None,
        periods: Sequence[int] = (0,),
        covariates: Mapping[str, ArrayLike] | None = None,
        keep_diagonal: bool = False,
    ) -> "FlowPanel":
        """A panel from flows of shape (periods, origins, destinations), or (origins, destinations).

        NaN is a missing cell. Covariates have the same shape, or one that broadcasts to it. Where origins and
        destinations are the same places (``destinations=None``), the diagonal is left out unless asked for.

        Raises
        ------
        ModelError
            ``MODEL-108``: the tensor has another shape than its names.
        """
        tensor = np.asarray(flows, dtype=np.float64)
        tensor = tensor[None] if tensor.ndim == 2 else tensor
        there = tuple(origins if destinations is None else destinations)
        shape = (len(periods), len(origins), len(there))
        values = {name: np.asarray(array, dtype=np.float64) for name, array in (covariates or {}).items()}
        try:
            spread = {name: np.broadcast_to(array, shape) for name, array in values.items()}
        except ValueError:
            spread = {}
        if tensor.shape != shape or len(spread) != len(values):
            raise ModelError(
                108,
                f"flows or covariates do not have the shape of their names, {shape}.",
                "Give periods x origins x destinations.",
                ("flows",),
            )
        observed = ~np.isnan(tensor)
        if destinations is None and not keep_diagonal:
            observed &= ~np.eye(len(origins), dtype=bool)
        period, origin, destination = (index.astype(np.int32) for index in np.nonzero(observed))
        return cls(
            tuple(origins),
            there,
            tuple(int(year) for year in periods),
            origin,
            destination,
            period,
            tensor[observed],
            {name: array[observed] for name, array in spread.items()},
        )

    def tensor(self, values: ArrayLike | None = None) -> Floats:
        """Flows, or other values of shape (N,), as (periods, origins, destinations); NaN where missing."""
        filled = np.full(np.prod(self.shape), np.nan)
        filled[self.cell] = self.flow if values is None else np.asarray(values, dtype=np.float64)
        return filled.reshape(self.shape)

    def keep(self, rows: NDArray[np.bool_]) -> "FlowPanel":
        """The panel of some of its cells; places and periods keep their numbers."""
        return FlowPanel(
            self.origins,
            self.destinations,
            self.periods,
            self.origin[rows],
            self.destination[rows],
            self.period[rows],
            self.flow[rows],
            {name: values[rows] for name, values in self.covariates.items()},
        )

    def with_covariates(self, **covariates: ArrayLike) -> "FlowPanel":
        """The panel with more covariates, each of shape (N,)."""
        more = {name: np.asarray(values, dtype=np.float64) for name, values in covariates.items()}
        return FlowPanel(
            self.origins,
            self.destinations,
            self.periods,
            self.origin,
            self.destination,
            self.period,
            self.flow,
            {**self.covariates, **more},
        )


def require_columns(table: pl.DataFrame, names: Sequence[str]) -> None:
    """``MODEL-106`` where a column is not in the table."""
    for name in names:
        if name not in table.columns:
            raise ModelError(
                106,
                f"the table has no column {name!r}.",
                f"Name one of its columns{nearest(name, table.columns)}.",
                (name,),
            )
