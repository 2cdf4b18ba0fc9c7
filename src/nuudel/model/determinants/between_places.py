"""What goes with leaving and arriving between places: rates of places beside what the places are like."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import t as student

from nuudel.base.errors import ModelError
from nuudel.base.provenance import Quality
from nuudel.model.determinants.place_panel import Side
from nuudel.model.determinants.replicates import one_thread
from nuudel.statistics.internal_migration import InternalMigration

Floats = NDArray[np.float64]
STEPS, TOLERANCE, WORST_CONDITION = 60, 1e-9, 1e6
SPARE_PLACES = 4
"""Places that must be left beyond the slopes of the joint regression."""


@dataclass(frozen=True)
class PlaceCharacteristic:
    """What places are like, one value for each.

    Attributes
    ----------
    name, unit
        What it is and its unit, in words.
    values : (n,) in the order of the margins' places; NaN where not known
    """

    name: str
    unit: str
    values: Floats


@dataclass(frozen=True)
class BetweenPlaces:
    """Ratios of migration rates for a difference of one standard deviation between places; K characteristics.

    Attributes
    ----------
    names, units : K
    standard_deviation : (K,) in the characteristic's unit
    percent, low, high : (2, K)
        Per cent more migrants per inhabitant; first row alone, second row with all others held equal. 95 per
        cent intervals that span those of jackknife and bootstrap.
    same_sign : (2, K)
        Share of bootstrap draws of places with the estimate's sign.
    turns : (2, K)
        How many single places, left out, turn the sign.
    correlation : (K, K) between the characteristics
    places : G
    """

    side: Side
    years: tuple[int, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    standard_deviation: Floats
    percent: Floats
    low: Floats
    high: Floats
    same_sign: Floats
    turns: NDArray[np.int_]
    correlation: Floats
    places: tuple[str, ...]
    reading: str = "correlation"
    quality: Quality = Quality.ESTIMATED

    def to_frame(self) -> pl.DataFrame:
        """One row per characteristic, alone and with the others."""
        values = ("percent", "low", "high", "same_sign", "turns")
        return pl.DataFrame(
            {
                "side": [self.side] * (2 * len(self.names)),
                "characteristic": self.names * 2,
                "unit": self.units * 2,
                "standard_deviation": np.tile(self.standard_deviation, 2),
                "held_equal": np.repeat(["nothing", "all others"], len(self.names)),
                **{name: getattr(self, name).ravel() for name in values},
                "places": [len(self.places)] * (2 * len(self.names)),
                "reading": [self.reading] * (2 * len(self.names)),
                "quality": [str(self.quality)] * (2 * len(self.names)),
            }
        )


def between_places(
    internal: InternalMigration,
    side: Side,
    population: Floats,
    characteristics: Collection[PlaceCharacteristic],
    *,
    years: Collection[int],
    leave_out: Collection[str] = (),
    draws: int = 999,
    seed: int = 0,
) -> BetweenPlaces:
    """Poisson regression of migration rates on characteristics of places, in one cross-section.

    log E[m[i]] = log p[i] + a + b z[i]; m are the migrants of ``years`` together, p the inhabitants and z a
    characteristic in standard deviations. Once for each characteristic alone, once for all together. With
    some twenty places this shows which places have high rates; it does not show why: everything that differs
    between places and is not measured is in it.

    Parameters
    ----------
    population
        (n,) inhabitants of the margins' places.
    characteristics
        Each in the order of the margins' places; places without one of them are left out.

    Raises
    ------
    ModelError
        ``MODEL-441``: fewer than four places beyond the number of slopes; ``MODEL-442``: a characteristic
        does not have one value for each place, or does not vary;
        ``MODEL-443``: the estimate does not settle.
    """
    chosen = list(characteristics)
    kept, counts = usable_places(internal, side, population, chosen, years, leave_out)
    raw = np.column_stack([c.values[kept] for c in chosen])
    deviation = raw.std(axis=0, ddof=1)
    if not (deviation > 0).all():
        flat = chosen[int(np.argmin(deviation > 0))].name
        raise ModelError(442, f"characteristic {flat!r} is the same everywhere.", "Leave it out.", (flat,))
    scaled = (raw - raw.mean(axis=0)) / deviation
    offset = np.log(population[kept])
    weights = drawn_places(scaled, draws, seed)
    with one_thread():
        alone = [slopes_and_replicates(scaled[:, [k]], counts, offset, weights) for k in range(raw.shape[1])]
        joint = slopes_and_replicates(scaled, counts, offset, weights)
    slopes = np.stack([np.concatenate([found[0] for found in alone]), joint[0]])
    without = np.stack([np.hstack([found[1] for found in alone]), joint[1]])
    drawn = np.stack([np.hstack([found[2] for found in alone]), joint[2]])
    low, high = interval_of_both(slopes, without, drawn)
    sign = np.sign(slopes)[:, None]
    return BetweenPlaces(
        side=side,
        years=tuple(years),
        names=tuple(c.name for c in chosen),
        units=tuple(c.unit for c in chosen),
        standard_deviation=deviation,
        percent=100 * np.expm1(slopes),
        low=100 * np.expm1(low),
        high=100 * np.expm1(high),
        same_sign=(np.sign(drawn) == sign).mean(axis=1),
        turns=(np.sign(without) != sign).sum(axis=1),
        correlation=np.atleast_2d(np.corrcoef(scaled, rowvar=False)),
        places=tuple(place for place, use in zip(internal.places, kept, strict=True) if use),
    )


def usable_places(
    internal: InternalMigration,
    side: Side,
    population: Floats,
    characteristics: list[PlaceCharacteristic],
    years: Collection[int],
    leave_out: Collection[str],
) -> tuple[NDArray[np.bool_], Floats]:
    """Which places have everything, and their migrants; ``MODEL-441``, ``MODEL-442``."""
    for name, values in [("population", population), *((c.name, c.values) for c in characteristics)]:
        if values.shape != (len(internal.places),):
            raise ModelError(
                442,
                f"{name!r} does not have one value for each place of the margins.",
                "Give one each.",
                (name,),
            )
    table = internal.out_migrants if side == "out" else internal.in_migrants
    counts = table[np.isin(internal.years, list(years))].sum(axis=0)
    known = np.isfinite(counts) & (population > 0)
    known &= np.all([np.isfinite(c.values) for c in characteristics], axis=0)
    known &= np.array([place not in leave_out for place in internal.places])
    if known.sum() < len(characteristics) + 1 + SPARE_PLACES:
        raise ModelError(
            441,
            f"{int(known.sum())} places have all {len(characteristics)} characteristics, too few to compare.",
            "Give fewer characteristics, or fill them for more places.",
            ("characteristics",),
        )
    return known, counts[known]


def drawn_places(columns: Floats, draws: int, seed: int) -> Floats:
    """Weights (B, G) of places drawn with replacement; draws that do not tell all slopes are left out."""
    count = len(columns)
    weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    design = np.column_stack([np.ones(count), columns])
    information = np.einsum("rg,gk,gl->rkl", weights.astype(float), design, design, optimize=True)
    told = np.linalg.cond(information) < WORST_CONDITION
    return np.asarray(weights[told], dtype=float)


def slopes_and_replicates(
    columns: Floats, counts: Floats, offset: Floats, weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Slopes (K,), without each place (G, K), and of the draws (B, K)."""
    design = np.column_stack([np.ones(len(counts)), columns])
    every = np.concatenate([np.ones((1, len(counts))), 1.0 - np.eye(len(counts)), weights])
    found = rates(design, counts, offset, every)[:, 1:]
    return found[0], found[1 : len(counts) + 1], found[len(counts) + 1 :]


def rates(design: Floats, counts: Floats, offset: Floats, weights: Floats) -> Floats:
    """Poisson slopes (R, K) for each row of weights (R, G), by bounded Newton steps from the common rate.

    Raises
    ------
    ModelError
        ``MODEL-443``: the steps do not settle.
    """
    slopes = np.zeros((len(weights), design.shape[1]))
    slopes[:, 0] = np.log((weights @ counts) / (weights @ np.exp(offset)))
    for _ in range(STEPS):
        expected = np.exp(offset + slopes @ design.T)
        score = (weights * (counts - expected)) @ design
        information = np.einsum("rg,gk,gl->rkl", weights * expected, design, design, optimize=True)
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        slopes += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < TOLERANCE:
            return slopes
    raise ModelError(
        443,
        "the comparison between places did not settle.",
        "Leave out characteristics that differ in one or two places only.",
        ("characteristics",),
    )


def interval_of_both(slopes: Floats, without: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """The span (2, K) of two 95 per cent intervals: by jackknife, and by the percentiles of the draws."""
    count = without.shape[1]
    freedom = count - 1 - np.array([[1], [slopes.shape[1]]])
    error = np.sqrt((count - 1) / count * ((without - slopes[:, None]) ** 2).sum(axis=1))
    reach = student.ppf(0.975, freedom) * error
    near, far = np.quantile(drawn, [0.025, 0.975], axis=1)
    return np.minimum(near, slopes - reach), np.maximum(far, slopes + reach)
