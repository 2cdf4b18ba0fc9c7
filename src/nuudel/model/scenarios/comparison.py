"""What scenarios change, beside the baseline on the same draws."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.model.projection.inputs import Array

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True)
class ScenarioComparison:
    """S scenarios, the baseline first; every figure is of the quality ``scenario``.

    Attributes
    ----------
    names
        S names.
    titles, texts
        Language to S titles, and S paragraphs.
    years
        T + 1, of the paths.
    stated_years
        Years of the differences.
    places, capital
        Codes.
    levels
        Q probabilities of ``capital_share``.
    capital_share
        S x Q x T+1 share of the country's people who live in the capital.
    capital_share_difference
        S x Q x T+1, to the baseline on the same draws, in shares.
    differences
        ``scenario, indicator, place, year, unit, baseline, value, low80, median, high80, concept, quality``:
        ``baseline`` and ``value`` are medians, the other three are of the difference. Indicators:
        ``population``, ``arrivals``, ``departures`` (moves within the country, of the year before),
        ``capital_share`` (in percentage points, at the capital), and for each capacity ``NAME_needed`` and
        ``NAME_lacking``; the place is a code, or the country's code for sums.
    cost
        ``scenario, low80, median, high80, unit, per_person_low80, per_person_median, per_person_high80,
        capital_persons, year, quality``: million MNT in all, and million MNT for each person by whom the
        capital's people are fewer in ``year``; null where nothing is spent, or where the 80 per cent
        interval of the change includes none.
    evidence
        ``scenario, item, kind, concept, acts_on, form, place, from, to, amount, title_LANG, unit_LANG, size,
        low, high, evidence_LANG, source, quality``: one row for each effect and place; ``kind`` is ``lever``,
        ``shock``, ``cost`` or ``capacity`` (reactions that hold everywhere, without scenario or place).
    draws, seed
        How many, and from which seed.
    expectations
        ``scenario, indicator, place, year, direction, low80, median, high80, found``: what the authors expect
        of their scenarios beside what came out; ``found`` is ``as_expected`` or ``against`` where the whole
        80 per cent interval lies on that side of 0, else ``unsure``.
    """

    names: tuple[str, ...]
    titles: dict[str, tuple[str, ...]]
    texts: dict[str, tuple[str, ...]]
    years: NDArray[np.int64]
    stated_years: tuple[int, ...]
    places: tuple[str, ...]
    capital: str
    levels: tuple[float, ...]
    capital_share: Array
    capital_share_difference: Array
    differences: pl.DataFrame
    cost: pl.DataFrame
    evidence: pl.DataFrame
    draws: int
    seed: int
    quality: str = "scenario"
    expectations: pl.DataFrame = field(default_factory=pl.DataFrame)
