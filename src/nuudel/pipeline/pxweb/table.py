"""The figures of a remote table as rows of the pack's table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack
from nuudel.base.tables import COLUMN_TYPES
from nuudel.pipeline.pxweb.client import Client, host
from nuudel.pipeline.pxweb.declaration import Update
from nuudel.pipeline.pxweb.meaning import Meaning, understand
from nuudel.pipeline.pxweb.remote import Changed, RemoteTable, question, read_answer, read_metadata
from nuudel.pipeline.pxweb.splitting import Selection, TooManyValues, gather
from nuudel.places.gazetteer import Gazetteer

READINGS = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reading:
    """A table as the source has it now, in the columns of the pack."""

    address: str
    title: str
    frame: pl.DataFrame


def address_of(update: Update, base: str | None) -> str:
    """The address of a remote table below the interface's (``base``, by default the declared one)."""
    parts = [update.language, *update.path, f"{update.remote}.px"]
    return "/".join([(base or update.address).rstrip("/"), *(quote(part, safe="") for part in parts)])


def read_remote(
    pack: Pack, update: Update, gazetteer: Gazetteer, client: Client, base: str | None, progress: Progress
) -> Reading:
    """Read a remote table whole; where it changes meanwhile, begin anew.

    Raises
    ------
    RunError
        ``RUN-123`` … ``RUN-131`` as the modules of this package say; ``RUN-133`` a figure does not fit
        its column.
    """
    address = address_of(update, base)
    for _ in range(READINGS):
        table = read_metadata(client.ask(address))
        meaning = understand(table, update, gazetteer)
        try:
            values = read_values(table, meaning, update, client, address, progress)
        except Changed:
            continue
        if read_metadata(client.ask(address)) == table:
            return Reading(address, table.title, arrange(pack, update, meaning, values))
    raise RunError(
        131,
        f"{update.remote} changed {READINGS} times while it was read.",
        "Try again when the source is done with its work; nothing was changed.",
    )


def read_values(
    table: RemoteTable,
    meaning: Meaning,
    update: Update,
    client: Client,
    address: str,
    progress: Progress,
) -> NDArray[np.float64]:
    """The figures of the selected categories, axes in the order year, place, measure."""
    selected = meaning.selection

    def ask(part: Selection) -> NDArray[np.float64]:
        wanted = tuple(
            tuple(positions[i] for i in chosen) for positions, chosen in zip(selected, part, strict=True)
        )
        return read_answer(client.ask(address, question(table, wanted, update.format)), table, wanted)

    try:
        values = gather(tuple(len(positions) for positions in selected), ask, progress)
    except TooManyValues:
        raise RunError(
            125,
            f"{host(address)} refuses even a single figure.",
            f"Open {address}; the source may want to be asked.",
            ("from",),
        ) from None
    return np.transpose(values, meaning.axes)


def arrange(pack: Pack, update: Update, meaning: Meaning, values: NDArray[np.float64]) -> pl.DataFrame:
    """Rows of the pack's table, sorted by year and place; a row without any figure is left out."""
    places = list(meaning.places.values())
    columns = list(meaning.columns.values())
    rows: dict[tuple[int, str], dict[str, float]] = {}
    for y, year in enumerate(meaning.years.values()):
        for code in dict.fromkeys(places):
            same = [p for p, other in enumerate(places) if other == code]
            figures = {
                column: one_of(values[y, same, m].tolist(), code, year, column)
                for m, column in enumerate(columns)
            }
            if not all(np.isnan(figure) for figure in figures.values()):
                rows[year, code] = figures
    specs = pack.manifest["tables"][update.table]["columns"]
    data: dict[str, pl.Series] = {}
    order = sorted(rows)
    for column, spec in specs.items():
        if column == update.year.column:
            data[column] = pl.Series(column, [year for year, _ in order], dtype=pl.Int32)
        elif column == update.place.column:
            data[column] = pl.Series(column, [code for _, code in order], dtype=pl.String)
        else:
            figures_of = [rows[key][column] for key in order]
            check_figures(figures_of, order, column, spec)
            data[column] = pl.Series(column, figures_of, nan_to_null=True).cast(COLUMN_TYPES[spec["type"]])
    return pl.DataFrame(data)


def one_of(figures: Sequence[float], place: str, year: int, column: str) -> float:
    """The figure of a place that the source has once or several times; they may not contradict each other."""
    known = {figure for figure in figures if not np.isnan(figure)}
    if len(known) > 1:
        raise RunError(
            129,
            f"the source has {len(known)} different figures of {place} in {year}, {column}.",
            "Ask the source which one is right; nothing was changed.",
            (column,),
        )
    return known.pop() if known else float("nan")


def check_figures(
    figures: Sequence[float], keys: Sequence[tuple[int, str]], column: str, spec: dict[str, object]
) -> None:
    """Figures that the column cannot hold: none where one must be, parts of persons, negative counts."""
    for figure, (year, place) in zip(figures, keys, strict=True):
        missing = bool(np.isnan(figure)) and not spec.get("optional", False)
        uncountable = spec["type"] == "count" and (figure < 0 or figure % 1 > 0)
        if missing or uncountable:
            what = "no figure" if missing else f"{figure:g}, which is no count,"
            raise RunError(
                133,
                f"the source has {what} of {place} in {year}, {column}.",
                "Compare with the source; where figures may be missing, pack.toml says optional = true.",
                (column,),
            )
