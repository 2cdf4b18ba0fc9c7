"""Margins and what varies by place and year, as a panel with one row per place and year."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.panel import FlowPanel
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
Side = Literal["in", "out"]
ELSEWHERE = "elsewhere"


def by_year_and_place(
    table: pl.DataFrame, column: str, years: Sequence[int], places: Sequence[str]
) -> Floats:
    """One column of a long table (``year``, ``place``) as an array (years, places); NaN where it has no row.

    Raises
    ------
    ModelError
        ``MODEL-411``: a column is not in the table; ``MODEL-412``: it holds no figure for these places.
    """
    for name in ("year", "place", column):
        if name not in table.columns:
            raise ModelError(
                411,
                f"the table has no column {name!r}.",
                f"Name one of its columns{nearest(name, table.columns)}.",
                (name,),
            )
    row = {int(year): at for at, year in enumerate(years)}
    col = {place: at for at, place in enumerate(places)}
    values = np.full((len(row), len(col)), np.nan)
    for year, place, value in table.select("year", "place", column).iter_rows():
        if year in row and place in col and value is not None:
            values[row[year], col[place]] = value
    if np.isnan(values).all():
        raise ModelError(
            412,
            f"column {column!r} has no figure for any of these places and years.",
            "Give a table that uses the same place codes and covers the same years.",
            (column,),
        )
    return values


def lagged(values: Floats, lag: int) -> Floats:
    """Values (years, places) of ``lag`` years before; of years to come where ``lag`` is negative."""
    moved = np.full_like(values, np.nan)
    if lag >= 0:
        moved[lag:] = values[: len(values) - lag]
    else:
        moved[:lag] = values[-lag:]
    return moved


def lag_name(lag: int) -> str:
    """``lag_2`` is two years after the exposure, ``lead_2`` two years before it."""
    return f"lag_{lag}" if lag >= 0 else f"lead_{-lag}"


def place_panel(
    internal: InternalMigration,
    side: Side,
    covariates: Mapping[str, Floats],
    *,
    years: Collection[int],
    leave_out: Collection[str] = (),
) -> FlowPanel:
    """In- or out-migrants by place and year with covariates, as flows of one destination.

    Parameters
    ----------
    internal
        Margins of n places in T years.
    side
        ``"out"`` for those who left, ``"in"`` for those who came.
    covariates
        Name to (T, n) values; a place and year without one of them, or without a count, is left out.
    years
        The years to keep.
    leave_out
        Places to leave out.

    Raises
    ------
    ModelError
        ``MODEL-413``: a covariate has another shape; ``MODEL-414``: a place to leave out is not there;
        ``MODEL-415``: no place and year is left.
    """
    counts = internal.out_migrants if side == "out" else internal.in_migrants
    for name, values in covariates.items():
        if values.shape != counts.shape:
            raise ModelError(
                413,
                f"covariate {name!r} has shape {values.shape}, the margins have {counts.shape}.",
                "Give one value for each year and place of the margins.",
                (name,),
            )
    for place in leave_out:
        if place not in internal.places:
            raise ModelError(
                414,
                f"the margins have no place {place!r}.",
                f"Name one of theirs{nearest(place, internal.places)}.",
                ("leave_out",),
            )
    rows = np.isin(internal.years, list(years))
    columns = np.array([place not in leave_out for place in internal.places])
    known = np.isfinite(counts) & np.all([np.isfinite(v) for v in covariates.values()], axis=0)
    flows = np.where(known, counts, np.nan)[rows][:, columns]
    if not np.isfinite(flows).any():
        raise ModelError(
            415,
            "no place and year has both a count and all covariates.",
            "Choose years that the margins and the covariates share.",
            ("years",),
        )
    places = [place for place, kept in zip(internal.places, columns, strict=True) if kept]
    return FlowPanel.from_tensor(
        flows[:, :, None],
        origins=places,
        destinations=(ELSEWHERE,),
        periods=internal.years[rows].tolist(),
        covariates={name: values[rows][:, columns][:, :, None] for name, values in covariates.items()},
    )


def with_migrants(panel: FlowPanel) -> FlowPanel:
    """The panel without places and years in which nobody moved: their effects have no finite estimate."""
    by_place = np.bincount(panel.origin, panel.flow, len(panel.origins))[panel.origin]
    by_year = np.bincount(panel.period, panel.flow, len(panel.periods))[panel.period]
    return panel.keep((by_place > 0) & (by_year > 0))
