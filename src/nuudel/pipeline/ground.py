"""What outlook, scenarios and policies stand on: people and rates, capacities, and errors of the past."""

from dataclasses import dataclass

from nuudel.base.packs import Pack
from nuudel.model.baseline.reconstruct import reconstruct
from nuudel.model.baseline.result import Baseline
from nuudel.model.baseline.tables import NEEDED
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.projection.inputs import Feedback, Paths
from nuudel.model.projection.uncertainty import ErrorModel, learn_errors
from nuudel.model.scenarios.capacities import FILE as CAPACITIES
from nuudel.model.scenarios.capacities import Strength, read_capacities

STRENGTHS: tuple[Strength, ...] = ("weak", "central", "strong")


@dataclass(frozen=True, eq=False)
class Ground:
    """A reconstructed country with its capacities, and how wrong projections of it have been.

    Attributes
    ----------
    flows
        Estimated tables of who goes where that it was reconstructed with.
    reactions
        Capacities with the weak, the central and the strong reaction to crowding; none at all where the pack
        states no capacities.
    """

    flows: EstimatedFlows | None
    baseline: Baseline
    reactions: tuple[Feedback, ...]
    errors: ErrorModel

    @property
    def feedback(self) -> Feedback:
        """Capacities with the central reaction."""
        return self.reactions[len(self.reactions) // 2]

    def errors_drawn(self, number: int, seed: int) -> Paths:
        """How the future may depart from the rates; zero in the years that were counted."""
        base = self.baseline
        return self.errors.draw(base.rates, self.feedback, number, seed, parents=base.parents)

    def draws(self, number: int, seed: int) -> Paths:
        """The same, with the years that were counted as they were."""
        return self.errors_drawn(number, seed) + self.baseline.past


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
    reactions: tuple[Feedback, ...] = (Feedback.none(baseline.rates),)
    if (pack.folder / CAPACITIES).exists():
        reactions = tuple(
            read_capacities(
                pack,
                baseline.start,
                baseline.rates,
                reactions=strength,
                past=baseline.past,
                counted=len(baseline.observed_years),
            )
            for strength in STRENGTHS
        )
    return Ground(flows, baseline, reactions, learn_errors(pack))
