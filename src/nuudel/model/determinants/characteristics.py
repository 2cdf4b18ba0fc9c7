"""What places are like, from tables of indicators, coordinates and temperature normals."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.model.determinants.between_places import PlaceCharacteristic
from nuudel.model.determinants.place_panel import by_year_and_place
from nuudel.places.distances import great_circle

Floats = NDArray[np.float64]


def mean_over_years(table: pl.DataFrame, column: str, places: Sequence[str]) -> Floats:
    """Mean of the years in which a place's figure is known, (n,); NaN where it never is."""
    values = by_year_and_place(table, column, table["year"].unique().sort().to_list(), places)
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def mean_temperature(
    normals: pl.DataFrame, parents: Mapping[str, str], places: Sequence[str], months: Sequence[int]
) -> Floats:
    """Mean temperature of places' stations over some months, (n,) °C; NaN where a place has no station.

    Parameters
    ----------
    normals
        Columns station, place, month and ``mean_temperature_c``.
    parents
        The place of the margins in which a station's place lies.
    """
    rows = normals.filter(pl.col("month").is_in(list(months))).with_columns(
        parent=pl.col("place").replace_strict(dict(parents), default=None, return_dtype=pl.String)
    )
    stations = rows.group_by("parent", "station").agg(pl.col("mean_temperature_c").mean())
    means = dict(stations.group_by("parent").agg(pl.col("mean_temperature_c").mean()).iter_rows())
    return np.array([means.get(place, np.nan) for place in places], dtype=float)


def place_characteristics(
    indicators: pl.DataFrame,
    coordinates: Mapping[str, tuple[float, float]],
    places: Sequence[str],
    capital: str,
    winter_temperature: Floats | None = None,
) -> tuple[PlaceCharacteristic, ...]:
    """Herders, livestock per herder household, poverty, distance to the capital, size, winter cold.

    Parameters
    ----------
    indicators
        By year and place: ``resident_population``, ``herder_households``, ``livestock_head``,
        ``poverty_headcount_percent``; means over the years in which each is known.
    coordinates
        Latitude and longitude of each place, degrees.
    winter_temperature
        (n,) °C.

    Raises
    ------
    ModelError
        ``MODEL-411``, ``MODEL-412`` a column is not there or empty; ``MODEL-444`` a place has no coordinates.
    """
    lacking = [place for place in (*places, capital) if place not in coordinates]
    if lacking:
        raise ModelError(444, f"{lacking[0]} has no coordinates.", "Give them.", ("coordinates",))
    mean = {
        name: mean_over_years(indicators, name, places)
        for name in (
            "resident_population",
            "herder_households",
            "livestock_head",
            "poverty_headcount_percent",
        )
    }
    latitude, longitude = np.array([coordinates[place] for place in places]).T
    home = coordinates[capital]
    distance = great_circle(latitude, longitude, [home[0]], [home[1]])[:, 0]
    people, herders = mean["resident_population"], mean["herder_households"]
    found = [
        PlaceCharacteristic(
            "herder_households", "herder households per 100 inhabitants", 100 * herders / people
        ),
        PlaceCharacteristic(
            "livestock_per_herder", "head per herder household", mean["livestock_head"] / herders
        ),
        PlaceCharacteristic("poverty", "per cent of people", mean["poverty_headcount_percent"]),
        PlaceCharacteristic("distance_to_capital", "100 km, great circle", distance / 100),
        PlaceCharacteristic("population", "doublings of the number of inhabitants", np.log2(people)),
    ]
    if winter_temperature is not None:
        found.append(PlaceCharacteristic("winter_temperature", "degrees Celsius", winter_temperature))
    return tuple(found)
