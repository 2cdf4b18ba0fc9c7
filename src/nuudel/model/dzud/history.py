"""Losses of adult animals by aimag and year, and which years were dzuds."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import Pack, PackTable
from nuudel.base.provenance import Effect
from nuudel.model.pasture.parameters import parameters_of
from nuudel.places.contiguity import region_borders
from nuudel.places.gazetteer import Gazetteer, read_gazetteer
from nuudel.places.outlines import read_outlines

Floats = NDArray[np.float64]
YEARS_BEFORE = 10
FEWEST_BEFORE = 5
COLD_MONTHS = (12, 1, 2)


@dataclass(frozen=True)
class History:
    """What is known of the aimags; T years, A aimags.

    Attributes
    ----------
    years : (T,)
    places : (A,) codes of the aimags
    losses : (T, A) thousand adult animals lost to all causes; NaN where not counted
    relative : (T, A) losses against the median of the ten years before; NaN where fewer than five are known
    severe : (T, A) 1 for a dzud, 0 for none, NaN where not known
    beside : (A, A) whether two aimags share a border
    winter : (A,) mean temperature of December to February, degrees; the mean of the country without stations
    multiple
        Above how many times the median a year is a dzud.
    """

    years: NDArray[np.int_]
    places: tuple[str, ...]
    losses: Floats
    relative: Floats
    severe: Floats
    beside: NDArray[np.bool_]
    winter: Floats
    multiple: float


def history_of(pack: Pack) -> History:
    """The history of a pack; ``MODEL-773`` where it has no losses of animals."""
    if not pack.has("livestock_losses"):
        raise ModelError(
            773, f"pack {pack.name} has no losses of animals.", "Add the table livestock_losses."
        )
    table = pack.table("livestock_losses")
    wide = counted(table).pivot(on="place", index="year", values="adult_losses_thousand_head").sort("year")
    gazetteer = read_gazetteer(pack)
    places = tuple(unit.code for unit in gazetteer.units("aimag") if unit.code in wide.columns)
    losses = wide.select(pl.col(place).cast(pl.Float64) for place in places).to_numpy().copy()
    years = wide["year"].to_numpy().astype(np.int_)
    multiple = parameters_of(pack).number("severe_multiple", date(int(years[-1]), 12, 31))
    relative = against_before(losses)
    severe = np.where(np.isnan(relative), np.nan, relative > multiple)
    beside, winter = borders(pack, gazetteer, places), winters(pack, gazetteer, places)
    return History(years, places, losses, relative, severe, beside, winter, multiple)


def counted(table: PackTable) -> pl.DataFrame:
    """The table without what its caveats call not counted."""
    frame = table.frame.with_columns(pl.col("adult_losses_thousand_head").cast(pl.Float64))
    missing = pl.lit(value=False)
    for caveat in table.caveats:
        if caveat.effect is Effect.MISSING and caveat.years is not None:
            missing |= pl.col("place").is_in(caveat.places) & pl.col("year").is_between(*caveat.years)
    return frame.with_columns(
        pl.when(missing)
        .then(None)
        .otherwise("adult_losses_thousand_head")
        .alias("adult_losses_thousand_head")
    )


def against_before(losses: Floats, before: int = YEARS_BEFORE) -> Floats:
    """Losses against the median of the years before, shape (T, A)."""
    relative = np.full(losses.shape, np.nan)
    for year in range(1, len(losses)):
        past = losses[max(0, year - before) : year]
        enough = np.isfinite(past).sum(axis=0) >= FEWEST_BEFORE
        median = np.full(losses.shape[1], np.nan)
        median[enough] = np.nanmedian(past[:, enough], axis=0)
        usable = median > 0
        relative[year, usable] = losses[year, usable] / median[usable]
    return relative


def borders(pack: Pack, gazetteer: Gazetteer, places: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which aimags share a border, shape (A, A); an aimag without an outline has no neighbours."""
    regions, _ = read_outlines(pack, gazetteer)
    outlines = {region.codes[0]: region.geometry for region in regions}
    return region_borders([outlines.get(place, shapely.Polygon()) for place in places])


def winters(pack: Pack, gazetteer: Gazetteer, places: tuple[str, ...]) -> Floats:
    """Mean winter temperature of each aimag over its stations, shape (A,)."""
    frame = pack.table("temperature_normals").frame
    cold = (
        frame.filter(pl.col("month").is_in(COLD_MONTHS))
        .group_by("place")
        .agg(pl.col("mean_temperature_c").mean())
    )
    above = [gazetteer.at_level(place, "aimag") for place in cold["place"]]
    by_aimag = cold.with_columns(pl.Series("aimag", [unit.code if unit else "" for unit in above]))
    means = dict(by_aimag.group_by("aimag").agg(pl.col("mean_temperature_c").mean()).iter_rows())
    values = np.array([means.get(place, np.nan) for place in places])
    return np.where(np.isnan(values), np.nanmean(values), values)
