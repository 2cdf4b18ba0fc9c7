"""Period life tables from death rates of single or grouped ages, with an open last interval."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import SEXES

Floats = NDArray[np.float64]
INFANT_RULES = ("andreev_kingkade", "coale_demeny")
# Below this age five-year groups have their deaths in the middle (the United Nations' practice).
GREVILLE_FROM = 15


@dataclass(frozen=True, eq=False)
class LifeTable:
    """One life table, or several along leading axes; N ages along the last one.

    Attributes
    ----------
    ages
        N exact ages at the beginning of each interval; the last interval is open.
    mx
        (..., N) death rates per person-year.
    ax
        Years lived in the interval by those who die in it.
    qx
        Probability of dying in the interval (1 in the open one).
    lx
        Survivors to the exact age, of one newborn.
    dx
        Deaths in the interval, of one newborn; they sum to 1.
    Lx
        Person-years lived in the interval.
    Tx
        Person-years lived from the exact age on.
    ex
        Life expectancy at the exact age, years (0 where nobody survives to it).
    """

    ages: Floats
    mx: Floats
    ax: Floats
    qx: Floats
    lx: Floats
    dx: Floats
    Lx: Floats
    Tx: Floats
    ex: Floats

    @property
    def life_expectancy(self) -> Floats:
        """(...) years at birth, or at the first age of the table."""
        return self.ex[..., 0]

    def to_frame(self) -> pl.DataFrame:
        """One row per age of each table; ``table`` numbers the tables."""
        count = self.mx.size // self.ages.size
        columns = {
            name: getattr(self, name).ravel() for name in ("mx", "ax", "qx", "lx", "dx", "Lx", "Tx", "ex")
        }
        numbers = np.repeat(np.arange(count), self.ages.size)
        return pl.DataFrame({"table": numbers, "age": np.tile(self.ages, count), **columns})


def life_table(ages: ArrayLike, mx: ArrayLike, sex: str, *, infant: str = "andreev_kingkade") -> LifeTable:
    """A life table from death rates.

    q = n m / (1 + (n − a) m). The years a lived by those who die are, for

    - age 0: the formulas of Andreev and Kingkade, or of Coale and Demeny (West);
    - ages 1 to 4 as one group: Coale and Demeny (West);
    - single years from age 1: those of a constant force of mortality, so that q = 1 − exp(−m);
    - five-year groups from 15, between groups of five: Greville's formula with Keyfitz's slope, as in the
      United Nations' tables; in the last closed group the slope is the one below it;
    - other groups: half of the interval;
    - the open interval: 1/m.

    Where these would make q reach 1 before the open interval, the constant force is taken.

    Parameters
    ----------
    ages
        N ascending whole ages at which the intervals begin; the last interval is open.
    mx
        (..., N) death rates per person-year, at least 0, in the open interval above 0.
    sex
        Whose formulas for the first years of life are taken.

    Raises
    ------
    ModelError
        ``MODEL-611`` ages that are no ascending whole numbers, or not one for each rate; ``MODEL-612``
        rates that are negative, missing, or zero in the open interval; ``MODEL-613`` an unknown sex or rule.

    Notes
    -----
    Sources: Andreev & Kingkade 2015, *Demographic Research* 33:13, table 3-2 (as in the Human Mortality
    Database's protocol, version 6, table 1); Coale & Demeny 1983, as in Preston, Heuveline & Guillot 2001,
    *Demography*, table 3.3; Greville 1943, with Keyfitz 1966, as in United Nations 1982, *Model Life Tables
    for Developing Countries*, chapter I.
    """
    starts, rates = np.asarray(ages, float), np.asarray(mx, float)
    check(starts, rates, sex, infant)
    widths = np.diff(starts)
    a = years_lived_by_the_dying(starts, widths, rates, sex, infant)
    m, closed = rates[..., :-1], a[..., :-1]
    q = np.ones_like(rates)
    q[..., :-1] = widths * m / (1 + (widths - closed) * m)
    survivors = np.ones_like(rates)
    survivors[..., 1:] = np.cumprod(1 - q[..., :-1], axis=-1)
    deaths = survivors * q
    lived = survivors * 0.0
    lived[..., :-1] = widths * survivors[..., 1:] + closed * deaths[..., :-1]
    lived[..., -1] = survivors[..., -1] / rates[..., -1]
    remaining = np.cumsum(lived[..., ::-1], axis=-1)[..., ::-1]
    expectancy = np.divide(remaining, survivors, out=np.zeros_like(remaining), where=survivors > 0)
    return LifeTable(starts, rates, a, q, survivors, deaths, lived, remaining, expectancy)


def years_lived_by_the_dying(ages: Floats, widths: Floats, rates: Floats, sex: str, infant: str) -> Floats:
    """(..., N) a(x) by the rules of ``life_table``."""
    m = rates[..., :-1]
    steady = constant_force(widths, m)
    a = np.where(widths == 1, steady, widths / 2 + np.zeros_like(m))
    slope = greville_slope(rates)
    fives = (widths == 5) & (ages[:-1] >= GREVILLE_FROM)
    fives[1:] &= widths[:-1] == 5
    fives[:1] = False
    greville = widths / 2 - widths**2 / 12 * (m - slope)
    a = np.where(fives & np.isfinite(slope), greville, a)
    if ages[0] == 0 and widths[0] == 1:
        a[..., 0] = infant_years(m[..., 0], sex, infant)
        if widths.size > 1 and widths[1] == 4:
            a[..., 1] = child_years(m[..., 0], sex)
    a = np.where((a * m < 1) & (a > 0), a, steady)
    return np.concatenate([a, 1 / rates[..., -1:]], axis=-1)


def greville_slope(rates: Floats) -> Floats:
    """(..., N − 1) yearly growth of the logarithm of five-year rates in each closed group; nan at zeros."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(rates)
        slope = np.full_like(rates[..., :-1], np.nan)
        slope[..., 1:-1] = (logs[..., 2:-1] - logs[..., :-3]) / 10
        if slope.shape[-1] > 1:
            slope[..., -1] = (logs[..., -2] - logs[..., -3]) / 5
    return slope


def constant_force(width: Floats, m: Floats) -> Floats:
    """Years lived by those who die at a constant force of mortality: 1/m − n / (exp(n m) − 1)."""
    force = width * m
    # The difference of the two terms loses its digits for small forces; the series is exact there.
    small = force < 1e-3
    safe = np.where(small, 1.0, np.minimum(force, 700))
    share = np.where(small, 0.5 - force / 12, 1 / safe - 1 / np.expm1(safe))
    return np.asarray(width * share)


def infant_years(m0: Floats, sex: str, rule: str) -> Floats:
    """Years lived by those who die before their first birthday."""
    female = sex == "female"
    if rule == "coale_demeny":
        line = 0.053 + 2.800 * m0 if female else 0.045 + 2.684 * m0
        return np.where(m0 < 0.107, line, 0.350 if female else 0.330)
    if female:
        pieces = [0.14903 - 2.05527 * m0, 0.04667 + 3.88089 * m0]
        return np.select([m0 < 0.01724, m0 < 0.06891], pieces, 0.31411)
    pieces = [0.14929 - 1.99545 * m0, 0.02832 + 3.26021 * m0]
    return np.select([m0 < 0.02300, m0 < 0.08307], pieces, 0.29915)


def child_years(m0: Floats, sex: str) -> Floats:
    """Years lived between the first and the fifth birthday by those who die between them."""
    if sex == "female":
        return np.where(m0 < 0.107, 1.522 - 1.518 * m0, 1.361)
    return np.where(m0 < 0.107, 1.651 - 2.816 * m0, 1.352)


def check(ages: Floats, rates: Floats, sex: str, infant: str) -> None:
    whole = ages.ndim == 1 and ages.size > 1 and bool(np.all(ages == np.round(ages)))
    if not whole or ages[0] < 0 or np.any(np.diff(ages) <= 0) or rates.shape[-1:] != ages.shape:
        raise ModelError(
            611,
            "The ages of the life table are not ascending whole numbers with one death rate each.",
            "Give the age at which each interval begins, and one rate for each of them.",
            ("ages", "mx"),
        )
    if not (np.all(np.isfinite(rates)) and np.all(rates >= 0) and np.all(rates[..., -1] > 0)):
        raise ModelError(
            612,
            "A death rate is negative or missing, or is zero in the open interval.",
            "Correct the rates, or let the open interval begin at an age at which people die.",
            ("mx",),
        )
    for name, value, known in (
        ("sex", sex, SEXES),
        ("infant", infant, INFANT_RULES),
    ):
        if value not in known:
            raise ModelError(613, f"{name} is {value!r}.", f"Write one of: {', '.join(known)}.", (name,))
