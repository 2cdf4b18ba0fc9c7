"""What synthetic answers are drawn from: sizes as the register has them, origins as people move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from nuudel.base.packs import load_pack
from nuudel.domains.displacement.country import PACK
from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.surveys.values import Value

ZONE = ZoneInfo("Asia/Ulaanbaatar")
BAGHS = 5
"""Of a soum, where a frame does not tell how many of them it has."""
USUAL, SPREAD = 3000.0, 0.8
"""Residents of an area that no table has, and by how much they differ (of the logarithm)."""
HOUSEHOLD = 3.5
CENTRES = 0.45
Values = Mapping[str, Value]
Rows = Mapping[str, Sequence[Values]]


@dataclass(frozen=True)
class Told:
    """One synthetic submission: the form, its answers, the area and when it was sent by the phone's clock.

    ``fault`` is what was planted in it, so that the queue of doubtful ones has work.
    """

    form_id: str
    area: str
    sent_at: datetime
    values: Values
    rows: Rows = field(default_factory=dict)
    fault: str = ""


@cache
def residents() -> Mapping[str, int]:
    """Residents of soums and districts, of the last year that was counted."""
    table = load_pack(PACK).table("soum_indicators").frame.drop_nulls("resident_population")
    newest = table.sort("year").group_by("place").agg(pl.col("resident_population").last())
    return {place: int(count) for place, count in newest.iter_rows()}


@cache
def movers(column: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Aimags and the share of all movers that leave them (or reach them), of the last year counted."""
    table = load_pack(PACK).table("internal_migration").frame.drop_nulls(column)
    newest = table.filter((pl.col("year") == pl.col("year").max()) & (pl.col(column) > 0)).sort("place")
    total = newest[column].sum()
    return tuple(newest["place"]), tuple(count / total for count in newest[column])


class Drawing:
    """Draws from one seed: the same seed, the same answers."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def size(self, area: str, level: str) -> int:
        """Residents of an area, skewed as they are: the centre of a soum has the most."""
        known = float(residents().get(soum_of(area), 0)) or USUAL * self.factor(SPREAD)
        if level == "bagh" or "-" in area:
            centre = area.endswith("-01")
            known *= CENTRES if centre else (1 - CENTRES) / (BAGHS - 1) * self.factor(0.4)
        return max(12, round(known * self.factor(0.05)))

    def factor(self, spread: float) -> float:
        return float(np.exp(self.random.normal(0, spread)))

    def one(self, names: Sequence[str], weights: Sequence[float] | None = None) -> str:
        return str(self.random.choice(list(names), p=weights))

    def several(self, names: Sequence[str], count: int) -> tuple[str, ...]:
        return tuple(str(name) for name in self.random.choice(list(names), count, replace=False))

    def origin(self, column: str, own: str) -> str:
        """The aimag from which (or to which) people move, another one than their own."""
        names, weights = movers(column)
        kept = [(name, weight) for name, weight in zip(names, weights, strict=True) if name != own]
        total = sum(weight for _, weight in kept)
        return self.one([name for name, _ in kept], [weight / total for _, weight in kept])

    def parts(self, whole: int, shares: Sequence[float]) -> list[int]:
        """A whole number in parts that add up to it."""
        return [int(part) for part in self.random.multinomial(whole, shares)]

    def count(self, mean: float) -> int:
        return int(self.random.poisson(mean))

    def moment(self, day: date, first: int, last: int) -> datetime:
        """A minute of a day between two hours, here."""
        minutes = int(self.random.integers(first * 60, last * 60))
        return datetime.combine(day, time(minutes // 60, minutes % 60), ZONE)
