"""Forecasts from rolling origins: each model sees the history cut off at the origin, and nothing else."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from nuudel.model.backtests.history import Floats, History
from nuudel.model.backtests.intervals import conformal_values
from nuudel.model.backtests.models import Model, model_of

FIRST_ROW = 2
"""Forecasts for the sake of their errors start when three years are known."""


@dataclass(frozen=True)
class RollingForecasts:
    """Forecasts by model and origin, each made once.

    ``history`` is only ever read through :meth:`History.until`.
    """

    history: History
    horizons: int
    made: dict[tuple[str, int], Floats] = field(default_factory=dict)

    def centre(self, model: Model, origin: int) -> Floats:
        """Medians (H, S) persons of a model that gets its intervals from past errors."""
        key = (model.name, origin)
        if key not in self.made:
            known = self.history.until(origin)
            if model.centre is not None:
                self.made[key] = model.centre(known, self.horizons)
            elif model.mix is not None:
                members = [self.centres(model_of(name), origin) for name in model.members]
                self.made[key] = model.mix(members, known, origin)
            else:
                raise AssertionError(f"model {model.name} has no centre")
        return self.made[key]

    def centres(self, model: Model, origin: int) -> dict[int, Floats]:
        """Medians from the first year on until the origin."""
        first = int(self.history.years[0]) + FIRST_ROW
        return {year: self.centre(model, year) for year in range(first, origin + 1)}

    def values(self, model: Model, origin: int) -> Floats:
        """The forecast of an origin as equally likely values (H, S, K) persons."""
        known = self.history.until(origin)
        if model.values is not None:
            return model.values(known, self.horizons)
        return conformal_values(self.centres(model, origin), known, origin)


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: the matrices are small, and threads only wait for each other."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
