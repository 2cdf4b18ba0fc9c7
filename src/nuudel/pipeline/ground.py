"""What outlook, scenarios and policies stand on: people and rates, capacities, and errors of the past."""

from dataclasses import dataclass

from nuudel.base.packs import Pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import NEEDED
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.projection.uncertainty import ErrorModel, learn_errors
from nuudel.model.scenarios.capacities import read_capacities

@dataclass(frozen=True, eq=False)
class Ground:
    """A reconstructed country with its capacities, and how wrong projections of it have been.

    ``flows`` are the estimated tables of who goes where that it was reconstructed with.
    """

    flows: EstimatedFlows | None
    baseline: Baseline
    feedback: Feedback
    errors: ErrorModel

    def draws(self, number: int, seed: int) -> Paths:
        """Departures of the future, the years already counted as they were."""
        base = self.baseline
        return self.errors.draw(base.rates, self.feedback, number, seed, parents=base.parents) + base.past


def lay_ground(pack: Pack, flows: EstimatedFlows | None, *, level: str = "aimag") -> Ground | None:
    """Reconstruct a country; None where its pack lacks a table that this needs.

    Parameters
    ----------
    flows
        Estimated tables of who goes where, of the upper level.
    level
        ``aimag``, or ``soum`` for the units nested in them.
    """
    if not all(pack.has(name) for name in NEEDED):
        return None
    baseline = reconstruct(pack, flows, level=level)
    feedback = read_capacities(pack, baseline.start, baseline.rates)
    return Ground(flows, baseline, feedback, learn_errors(pack))
