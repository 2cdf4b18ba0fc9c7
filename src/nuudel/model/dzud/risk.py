"""The chance of a dzud by soum for the next winter, with its range, and the skill that stands beside it.

The rule, set beforehand: the regression is used only if its whole range of skill is above 0 against the
long-run frequency and against persistence; otherwise each aimag's own long-run frequency is shown, which
claims no more. A soum has its aimag's odds, times its load against the aimag's to a power that nothing here
measures: the power's low and high ends widen the range.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from nuudel.base.packs import Pack
from nuudel.base.provenance import Quality
from nuudel.model.dzud.chance import PAST_WEIGHT, country_frequency, learn, past_frequency, predictors
from nuudel.model.dzud.history import History, history_of
from nuudel.model.dzud.skill import HIGH, LOW, Skill, backtest
from nuudel.model.pasture.ground import Ground
from nuudel.model.pasture.parameters import parameters_of

Floats = NDArray[np.float64]
Standing = Literal["below", "near", "above"]
REFITS = 200
LEAST_LOAD, MOST_LOAD = 0.25, 4.0  # of a soum against its aimag
NEAR = 0.25  # share of the country's frequency within which a chance is near it
CERTAIN = 1e-6


@dataclass(frozen=True)
class Risk:
    """Chances for the losses of one year; S soums.

    Attributes
    ----------
    year
        Year of the losses: those of the winter that ends in it.
    places, above : (S,) codes of soums and their aimags
    chance, low, high : (S,) with a 90 per cent range; NaN where no animals were counted
    usual
        The country's long-run frequency.
    method
        ``regression``, or ``frequency`` where that is not surely better.
    skill
        Of the regression, and of each aimag's own frequency, forecast by forecast.
    history
        What it was learnt from.
    """

    year: int
    places: tuple[str, ...]
    above: tuple[str, ...]
    chance: Floats
    low: Floats
    high: Floats
    usual: float
    method: Literal["regression", "frequency"]
    skill: Skill
    history: History
    quality: Quality = Quality.ESTIMATED

    @property
    def tells_more(self) -> bool:
        """Whether the chances tell more than the long-run frequency."""
        return self.skill.surely_better

    def by_place(self) -> dict[str, float]:
        """The chance of each soum that has one."""
        return {p: float(c) for p, c in zip(self.places, self.chance, strict=True) if np.isfinite(c)}

    def standing(self, index: int) -> Standing | None:
        """A soum's chance against the country's frequency."""
        return standing(float(self.chance[index]), self.usual)

    def to_frame(self) -> pl.DataFrame:
        """One row for each soum: chance and range, how it stands, the method and its skill, the quality."""
        numbers = {"chance": self.chance, "low": self.low, "high": self.high}
        frame = pl.DataFrame({"place": self.places, "aimag": self.above, **numbers}).fill_nan(None)
        versus = self.skill.against["climatology"]
        return frame.with_columns(
            pl.Series("standing", [self.standing(i) for i in range(len(self.places))], dtype=pl.String),
            pl.lit(self.year).alias("year"),
            pl.lit(self.method).alias("method"),
            *(
                pl.lit(value).alias(name)
                for name, value in (
                    ("skill", versus.value),
                    ("skill_low", versus.low),
                    ("skill_high", versus.high),
                )
            ),
            pl.lit(str(self.quality)).alias("quality"),
        )


def standing(chance: float, usual: float) -> Standing | None:
    if not np.isfinite(chance):
        return None
    if chance < usual * (1 - NEAR):
        return "below"
    return "above" if chance > usual * (1 + NEAR) else "near"


def risk_of(pack: Pack, ground: Ground, seed: int = 1) -> Risk:
    """The chances for the year after the last losses known.

    The same pack, ground and seed give the same figures. Errors as ``history_of`` and ``learn``.
    """
    history = history_of(pack)
    skill = backtest(history, named_dzuds(pack), seed)
    used: Literal["regression", "frequency"] = "regression" if skill.surely_better else "frequency"
    middle, low, high = by_regression(history, seed) if used == "regression" else by_frequency(history)
    year = int(history.years[-1]) + 1
    powers = parameters_of(pack).table("load_exponent", date(year, 1, 1))
    relative, at = relative_load(ground), aimag_positions(ground, history)
    ends = [scaled(values[at], relative, powers[p]) for values in (low, high) for p in ("low", "high")]
    return Risk(
        year=year,
        places=ground.places,
        above=ground.above,
        chance=scaled(middle[at], relative, powers["middle"]),
        low=np.min(ends, axis=0),
        high=np.max(ends, axis=0),
        usual=float(country_frequency(history.severe)[-1]),
        method=used,
        skill=skill,
        history=history,
    )


def named_dzuds(pack: Pack) -> dict[str, tuple[int, int]]:
    """The dzuds of the pack by name, with the years of their losses."""
    if not pack.has("events"):
        return {}
    rows = pack.table("events").frame.filter(pl.col("kind") == "dzud").iter_rows(named=True)
    return {row["event"]: (row["start_year"], row["end_year"]) for row in rows}


def by_frequency(history: History) -> tuple[Floats, Floats, Floats]:
    """Each aimag's own frequency, drawn towards the country's, with the range of its beta distribution."""
    # Opened here, for it takes long, and a page of the service comes by this module.
    from scipy.stats import beta

    middle = past_frequency(history.severe)[-1]
    weight = np.isfinite(history.severe).sum(axis=0) + PAST_WEIGHT
    ends = [beta.ppf(end, middle * weight, (1 - middle) * weight) for end in (LOW, HIGH)]
    return middle, ends[0], ends[1]


def by_regression(history: History, seed: int) -> tuple[Floats, Floats, Floats]:
    """The regression's chances, with their range over draws of whole years."""
    rows, years = predictors(history), len(history.years)
    middle = learn(history, rows, years).of(rows[-1])
    random = np.random.default_rng(seed)
    draws = random.multinomial(years, np.full(years, 1 / years), REFITS)
    drawn = np.array([learn(history, rows, years, weights).of(rows[-1]) for weights in draws])
    low, high = np.quantile(drawn, [LOW, HIGH], axis=0)
    return middle, low, high


def relative_load(ground: Ground) -> Floats:
    """Load of each soum against its aimag's, within limits; NaN where no animals were counted; shape (S,)."""
    resident, capacity = np.nan_to_num(ground.resident), ground.capacities("cold")
    order = {code: index for index, code in enumerate(dict.fromkeys(ground.above))}
    at = np.array([order[code] for code in ground.above])
    standing, carried = (np.bincount(at, weights=values)[at] for values in (resident, capacity))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (resident / capacity) / (standing / carried)
    return np.where(resident > 0, np.clip(relative, LEAST_LOAD, MOST_LOAD), np.nan)


def aimag_positions(ground: Ground, history: History) -> NDArray[np.intp]:
    position = {code: index for index, code in enumerate(history.places)}
    return np.array([position[code] for code in ground.above], dtype=np.intp)


def scaled(chance: Floats, relative: Floats, power: float) -> Floats:
    """Chances with their odds times the relative load to a power."""
    odds = logit(np.clip(chance, CERTAIN, 1 - CERTAIN)) + power * np.log(relative)
    values: Floats = expit(odds)
    return values
