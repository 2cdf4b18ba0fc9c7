"""Hosts for a whole dzud wave: 8 000 herds against the soums of the pack, and the chances of a dzud."""

from datetime import date

import numpy as np

from nuudel.base.packs import load_pack
from nuudel.bench.harness import Figure, seconds, timed_pair
from nuudel.model.dzud.risk import risk_of
from nuudel.model.pasture.ground import Ground, ground_of
from nuudel.model.pasture.hosts import Herd, HostRules, prepare, propose
from nuudel.model.pasture.transport import by_greed, cost_of
from nuudel.model.pasture.wave import wave_of

HOUSEHOLDS = 8000
HIT = ("MN62", "MN48", "MN65", "MN64", "MN41")
"""Aimags in the middle of the country: they have hosts on all sides."""
FACTORS = {"camels": 5.0, "horses": 7.0, "cattle": 6.0, "sheep": 1.0, "goats": 0.9}
ON = date(2026, 1, 1)
RULES = HostRules(season="warm", ceiling=1.5, reach_km=500)
SEED, SPREAD, ROUNDS = 20260101, 0.8, 3


def measure() -> dict[str, Figure]:
    """``otor_assignment_seconds``, ``otor_assignment_cost`` and ``dzud_risk_seconds``.

    The rival takes the herds one by one, the largest first, each to its cheapest host with room left:
    quicker, but it leaves more herds without a host or sends them farther. Herds are those of the pack's
    soums, their sizes spread by lot. The cost counts a herd without a host as the farthest way.
    """
    ground = ground_of(load_pack("mongolia"), FACTORS, ON)
    herds = wave(ground)
    task = prepare(ground, herds, RULES).task
    ours, rival = timed_pair(lambda: propose(ground, herds, RULES), lambda: by_greed(task), ROUNDS)
    proposal = propose(ground, herds, RULES)
    farthest = float(task.cost[np.isfinite(task.cost)].max())
    costs = [
        cost + farthest * unplaced
        for cost, unplaced in (cost_of(task, proposal.host), cost_of(task, by_greed(task)))
    ]
    floor = proposal.bound + farthest * proposal.unplaced_bound
    greed = "greed, the largest herd first"
    return {
        "otor_assignment_seconds": Figure(ours, "seconds", greed, ours / rival),
        "otor_assignment_cost": Figure(costs[0], "sheep units x km", greed, costs[0] / costs[1], floor=floor),
        "dzud_risk_seconds": Figure(seconds(lambda: risk_of(load_pack("mongolia"), ground)), "seconds"),
    }


def wave(ground: Ground) -> list[Herd]:
    """The herds of a wave, average ones with their sizes spread by lot (log-normal); synthetic."""
    hit = [place for place, above in zip(ground.places, ground.above, strict=True) if above in HIT]
    random = np.random.default_rng(SEED)
    average = wave_of(ground, hit, HOUSEHOLDS)
    sizes = random.lognormal(-SPREAD * SPREAD / 2, SPREAD, len(average))
    return [
        Herd(herd.key, herd.home, max(1.0, herd.sheep_units * float(size)))
        for herd, size in zip(average, sizes, strict=True)
    ]
