"""Who did it: effects of a mix, of each lever alone and left out, and each lever's fair share."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from nuudel.model.policy.decisions import Decisions
from nuudel.model.policy.response import Projected
from nuudel.model.projection.inputs import Array

# All subsets of so many levers are projected; of more levers, random orders of joining are.
MOST_EXACT = 6
ORDERS = 32
LEVELS = (0.1, 0.9)
# Draws on which a mix is taken apart; the whole is reported on all fresh draws.
APART = 64


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects of mixes on the indicator, draw by draw, against the same draws without levers.

    Attributes
    ----------
    response
        Of the draws that are reported on.
    without
        D indicators without levers.
    wanted
        1 where more of the indicator is wanted, -1 where less.
    """

    response: Projected
    without: Array
    wanted: float

    def of(self, shares: Array) -> Array:
        """D effects of a mix, nothing smoothed."""
        return self.response.exact(shares)[:, 0] - self.without

    def first(self) -> "Effects":
        """The same on the draws on which a mix is taken apart."""
        response = self.response.first(APART)
        return Effects(response, self.without[: response.draws], self.wanted)

    def in_words(self, effect: Array) -> tuple[float, float, float, float]:
        """Mean, 10th and 90th percentile, and the share of draws with an effect to the wanted side."""
        low, high = np.quantile(effect, LEVELS)
        return float(effect.mean()), float(low), float(high), float((self.wanted * effect > 0).mean())


@dataclass(frozen=True, eq=False)
class LeverEffects:
    """Of one lever, D effects each."""

    alone: Array
    left_out: Array
    shapley: Array


def lever_effects(
    effects: Effects, decisions: Decisions, shares: Array, seed: int
) -> dict[int, LeverEffects]:
    """Effects of the levers in use, by their index.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games, Contributions to the Theory of Games II: 307-317,
    equation 13. Orders at random in antithetic pairs where subsets are too many: Castro, J., Gómez, D. and
    Tejada, J. (2009), Computers & Operations Research 36: 1726-1730.
    """
    used = [i for i in range(len(decisions.levers)) if shares[decisions.lever == i].any()]
    known: dict[frozenset[int], Array] = {frozenset(): np.zeros_like(effects.without)}

    def worth(members: frozenset[int]) -> Array:
        if members not in known:
            kept = np.isin(decisions.lever, sorted(members))
            known[members] = effects.of(np.where(kept, shares, 0.0))
        return known[members]

    fair = exact_shares(used, worth) if len(used) <= MOST_EXACT else sampled_shares(used, worth, seed)
    whole = frozenset(used)
    return {
        lever: LeverEffects(worth(frozenset({lever})), worth(whole) - worth(whole - {lever}), fair[lever])
        for lever in used
    }


def exact_shares(used: list[int], worth: Callable[[frozenset[int]], Array]) -> dict[int, Array]:
    count = len(used)
    fair: dict[int, Array] = {}
    for lever in used:
        others = [other for other in used if other != lever]
        gains = [
            factorial(size)
            * factorial(count - size - 1)
            / factorial(count)
            * (worth(frozenset(group) | {lever}) - worth(frozenset(group)))
            for size in range(count)
            for group in combinations(others, size)
        ]
        fair[lever] = np.sum(gains, axis=0)
    return fair


def sampled_shares(used: list[int], worth: Callable[[frozenset[int]], Array], seed: int) -> dict[int, Array]:
    random = np.random.default_rng(seed)
    fair = {lever: np.zeros_like(worth(frozenset())) for lever in used}
    for _ in range(ORDERS // 2):
        order = [used[i] for i in random.permutation(len(used))]
        for joining in (order, order[::-1]):
            members: frozenset[int] = frozenset()
            for lever in joining:
                gain = worth(members | {lever}) - worth(members)
                fair[lever] = fair[lever] + gain / ORDERS
                members = members | {lever}
    return fair
