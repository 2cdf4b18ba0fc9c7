"""Estimated tables with their intervals: never without the word."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.origin_destination.margins import MarginDraws, MarginNote

Floats = NDArray[np.float64]
LEVELS = (50, 80, 95)


@dataclass(frozen=True)
class EstimatedFlows:
    """Origin-destination tables estimated from margins.

    Attributes
    ----------
    years, places
        T years, n places.
    mean, median
        Shape (T, n, n): posterior mean, which adds up to the margins below, and median; persons. NaN where a
        place was not counted, 0 on the diagonal.
    low50, high50, low80, high80, low95, high95
        Shape (T, n, n): central intervals of each cell.
    out_migrants, in_migrants
        Shape (T, n): posterior means of the reconciled margins; NaN where not counted.
    printed_out, printed_in
        Shape (T,): national totals as printed (a margin missing on one side is filled).
    total, total_low80, total_high80, total_low95, total_high95
        Shape (T,): moves of the year, adjusted.
    features
        What held back moves in the countries that the deterrence was learnt from.
    learnt_from
        Those countries.
    notes
        What was done to single margins.
    tables
        Shape (D, T, n, n): all draws, or None.
    """

    years: tuple[int, ...]
    places: tuple[str, ...]
    mean: Floats
    median: Floats
    low50: Floats
    high50: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats
    out_migrants: Floats
    in_migrants: Floats
    printed_out: Floats
    printed_in: Floats
    total: Floats
    total_low80: Floats
    total_high80: Floats
    total_low95: Floats
    total_high95: Floats
    features: tuple[str, ...]
    learnt_from: tuple[str, ...]
    notes: tuple[MarginNote, ...]
    tables: Floats | None = None
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per year and pair: year, origin, destination, migrants, median, bounds, quality."""
        columns = {"migrants": self.mean, "median": self.median}
        columns |= {f"{side}{level}": getattr(self, f"{side}{level}") for level in LEVELS for side in SIDES}
        return self.long(columns, self.years)

    def totals_frame(self) -> pl.DataFrame:
        """One row per year: printed departures and arrivals, the adjusted total and its intervals."""
        return pl.DataFrame(
            {
                "year": list(self.years),
                "in_migrants": self.printed_in,
                "out_migrants": self.printed_out,
                "total": self.total,
                "low80": self.total_low80,
                "high80": self.total_high80,
                "low95": self.total_low95,
                "high95": self.total_high95,
            }
        ).with_columns(pl.lit(str(self.quality)).alias("quality"))

    def notes_frame(self) -> pl.DataFrame:
        """One row per note: year, place, side, treatment, caveat."""
        rows = [(note.year, note.place, note.side, note.treatment, note.caveat) for note in self.notes]
        schema = {
            "year": pl.Int64,
            "place": pl.String,
            "side": pl.String,
            "treatment": pl.String,
            "caveat": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def period_frame(self, first: int, last: int) -> pl.DataFrame:
        """Moves of several years together, with intervals of the sums; ``year`` is the first.

        Raises
        ------
        ModelError
            ``MODEL-323``: the draws were not kept, or no year lies in the period.
        """
        within = [t for t, year in enumerate(self.years) if first <= year <= last]
        if self.tables is None or not within:
            raise ModelError(
                323,
                f"the draws of {first} to {last} are not at hand.",
                "Estimate with keep_draws=True, and name years of the estimate.",
                ("first", "last"),
            )
        # a place that was not counted in some of the years has the moves of the others
        sums = np.where(np.isnan(self.tables[:, within]), 0.0, self.tables[:, within]).sum(axis=1)
        columns = {"migrants": sums.mean(axis=0)[None], "median": np.median(sums, axis=0)[None]}
        for level in LEVELS:
            tail = (100 - level) / 200
            for side, at in zip(SIDES, (tail, 1 - tail), strict=True):
                columns[f"{side}{level}"] = np.quantile(sums, at, axis=0)[None]
        return self.long(columns, (first,))

    def long(self, columns: dict[str, Floats], years: tuple[int, ...]) -> pl.DataFrame:
        """Tables (T, n, n) as rows, without the diagonal and what was not counted."""
        n = len(self.places)
        kept = ~np.isnan(columns["migrants"]) & ~np.eye(n, dtype=bool)
        t, i, j = np.nonzero(kept)
        names = np.array(self.places)
        frame = pl.DataFrame(
            {"year": np.array(years)[t], "origin": names[i], "destination": names[j]}
            | {name: table[kept] for name, table in columns.items()}
        )
        return frame.with_columns(pl.lit(str(self.quality)).alias("quality"))


SIDES = ("low", "high")


def summarise(
    years: NDArray[np.int_],
    places: tuple[str, ...],
    by_year: Iterable[Floats],
    margins: MarginDraws,
    *,
    features: tuple[str, ...],
    learnt_from: tuple[str, ...],
    keep_draws: bool,
) -> EstimatedFlows:
    """Means, medians and intervals of the draws (D, n, n) of each year."""
    off = ~np.eye(len(places), dtype=bool)
    probabilities = [0.5, *(p for level in LEVELS for p in ((100 - level) / 200, (100 + level) / 200))]
    summaries, kept = [], []
    for counted, tables in zip(margins.counted, by_year, strict=True):
        tables[:, ~(counted[:, None] & counted[None, :]) & off] = np.nan
        summaries.append([tables.mean(axis=0), *np.quantile(tables, probabilities, axis=0)])
        if keep_draws:
            kept.append(tables)
    mean, median, *bounds = np.array(summaries).transpose(1, 0, 2, 3)
    totals = margins.rows.sum(axis=2)
    low95, low80, high80, high95 = np.quantile(totals, [0.025, 0.1, 0.9, 0.975], axis=0)
    return EstimatedFlows(
        years=tuple(int(year) for year in years),
        places=places,
        mean=mean,
        median=median,
        low50=bounds[0],
        high50=bounds[1],
        low80=bounds[2],
        high80=bounds[3],
        low95=bounds[4],
        high95=bounds[5],
        out_migrants=np.where(margins.counted, margins.rows.mean(axis=0), np.nan),
        in_migrants=np.where(margins.counted, margins.columns.mean(axis=0), np.nan),
        printed_out=margins.printed[0],
        printed_in=margins.printed[1],
        total=margins.national.total if margins.national else margins.printed[1],
        total_low80=low80,
        total_high80=high80,
        total_low95=low95,
        total_high95=high95,
        features=features,
        learnt_from=learnt_from,
        notes=margins.notes,
        tables=np.stack(kept, axis=1) if keep_draws else None,
    )
