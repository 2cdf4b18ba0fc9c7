"""A synthetic population on disk: Parquet, with what it is and how it was made in the file itself."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.model.microsimulation.population import QUALITY, Population
from nuudel.model.projection.inputs import OLDEST, SEXES

KEY = "nuudel.population"
COLUMNS = ("place", "sex", "age", "household", "with_parents")


def write_population(population: Population, path: Path) -> None:
    """Write one row per individual; the metadata says that they are synthetic, with fraction, seed, sources.

    Raises
    ------
    ModelError
        ``MODEL-721``: the file cannot be written.
    """
    about = {
        "quality": population.quality,
        "year": population.year,
        "places": population.places,
        "levels": population.levels,
        "fraction": population.fraction,
        "seed": population.seed,
        "sources": population.sources,
        "individuals": len(population),
    }
    try:
        population.to_frame().write_parquet(
            path, compression="zstd", metadata={KEY: json.dumps(about, ensure_ascii=False)}
        )
    except OSError as error:
        raise ModelError(
            721,
            f"The synthetic population cannot be written to {path.name}.",
            "Name a folder that exists and can be written to, on a disk with room.",
            ("path",),
        ) from error


def read_population(path: Path) -> Population:
    """Read a population that ``write_population`` wrote.

    Raises
    ------
    ModelError
        ``MODEL-722`` no Parquet file, or a damaged one; ``MODEL-723`` a file of something else; ``MODEL-724``
        columns or values that do not agree with the metadata.
    """
    try:
        metadata = pl.read_parquet_metadata(path)
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ModelError(
            722,
            f"{path.name} cannot be read: it is missing, damaged or no Parquet file.",
            "Make the synthetic population again.",
            ("path",),
        ) from error
    try:
        about = json.loads(metadata[KEY])
        named = {
            "year": int(about["year"]),
            "places": tuple(map(str, about["places"])),
            "levels": tuple(map(str, about["levels"])),
            "fraction": float(about["fraction"]),
            "seed": int(about["seed"]),
            "sources": tuple(map(str, about["sources"])),
        }
        size, quality = int(about["individuals"]), about["quality"]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            723,
            f"{path.name} is not a synthetic population: nothing in it says how it was made.",
            "Give a file that was written as a synthetic population; files of real persons are never read.",
            ("path",),
        ) from error
    if quality != QUALITY:
        raise ModelError(
            723,
            f"{path.name} does not say that its individuals are synthetic.",
            "Give a file that was written as a synthetic population; files of real persons are never read.",
            ("path",),
        )
    return population_of(frame, named, size, path.name)


def population_of(frame: pl.DataFrame, named: dict[str, object], size: int, name: str) -> Population:
    """The population of a table, if the table agrees with what is said of it."""
    places, levels = named["places"], named["levels"]
    expected = (*COLUMNS, "education") if levels else COLUMNS
    if tuple(frame.columns) != expected or frame.height != size:
        raise disagreement(name, "its columns or number of rows are not those that it was written with")
    try:
        population = Population(
            place=codes(frame["place"], places).astype(np.uint16),
            sex=codes(frame["sex"], SEXES).astype(np.uint8),
            age=frame["age"].cast(pl.UInt8).to_numpy(),
            household=frame["household"].cast(pl.UInt32).to_numpy(),
            with_parents=frame["with_parents"].cast(pl.Boolean).to_numpy(),
            education=codes(frame["education"], levels).astype(np.uint8) if levels else np.empty(0, np.uint8),
            **named,  # type: ignore[arg-type]
        )
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise disagreement(name, "a column has values of another kind") from error
    if frame.null_count().sum_horizontal().item() or population.age.max(initial=0) > OLDEST:
        raise disagreement(name, f"values are missing, or ages are above {OLDEST}")
    if population.household.max(initial=0) >= max(size, 1) or not 0 < population.fraction <= 1:
        raise disagreement(name, "its households or its fraction are out of range")
    return population


def codes(column: pl.Series, names: object) -> np.ndarray:
    """Indices into names; any other name is an error of Polars."""
    return column.cast(pl.String).cast(pl.Enum(list(names))).to_physical().to_numpy()  # type: ignore[call-overload]


def disagreement(name: str, what: str) -> ModelError:
    return ModelError(
        724,
        f"{name} was changed after it was written: {what}.",
        "Make the synthetic population again.",
        ("path",),
    )
