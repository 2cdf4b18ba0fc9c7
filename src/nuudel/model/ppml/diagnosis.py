"""Why an estimate did not converge: what still moves, how much, and what that looks like."""

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.ppml.layout import Floats
from nuudel.model.ppml.newton import Direction, State
from nuudel.model.ppml.problem import Problem

FAINT = 1e-8  # of the mean flow: expected flows that may be on their way to 0
VANISHED = 1e-20  # of the mean flow: expected flows that no data of this size can tell from 0
PATIENCE = 10  # steps in which faint flows fall before they count as separated
FALLING = 0.3  # fall of a linear predictor in one step that does not slow down: on its way to minus infinity


def overflow(state: State) -> ModelError:
    """The first evaluation is not finite."""
    largest = float(np.abs(state.coefficients).max()) if state.coefficients.size else 0.0
    return ModelError(
        134,
        "the expected flows at the start are beyond the largest number (largest scaled coefficient "
        f"{largest:.3g}).",
        "Start from zero, or from a solution of similar data.",
        ("start",),
    )


class EmptyCells:
    """The cells without flow, watched for expected flows on their way to 0.

    A separated cell's linear predictor falls by about 1 in every step, and soon matters to no criterion: what
    the deviance has left to fall is its expected flow.
    """

    def __init__(self, problem: Problem) -> None:
        self.places = np.flatnonzero((problem.flows == 0) & (problem.weights > 0))
        mean = problem.total / float(problem.weights.sum())
        self.mean = mean * problem.weights[self.places]
        self.falls = 0
        self.falling = self.faint = 0
        self.factor = 1.0

    def watch(self, before: Floats, after: Floats) -> None:
        """Note a step's expected flows (M,) before and after."""
        start, end = before[self.places], after[self.places]
        ratio = np.divide(end, start, out=np.ones_like(end), where=start > 0)
        falling, faint = ratio < np.exp(-FALLING), end < FAINT * self.mean
        self.falling, self.faint = int(falling.sum()), int(faint.sum())
        self.factor = float(ratio.min(initial=1.0))
        self.falls += bool((falling & faint).any())

    def refuse(self, after: Floats, near: bool, iterations: int) -> None:
        """Raise ``MODEL-133`` where faint flows fall although the rest is near its place, or too often.

        Also where they have all but vanished, whether they moved in this step or not.
        """
        vanished = int((after[self.places] < VANISHED * self.mean).sum())
        if self.falls >= PATIENCE or (near and (vanished or (self.faint and self.falling))):
            raise ModelError(
                133,
                f"after {iterations} steps the expected flows of {max(self.falling, vanished)} cells without "
                f"flow still fall, by up to {100 * (1 - self.factor):.0f} per cent a step, or have all but "
                "vanished: the data look separated.",
                "Leave out the separated cells first.",
                ("flow",),
            )


def no_descent(towards: Direction, cells: EmptyCells, iteration: int) -> ModelError:
    """No step along the Newton direction lowers the objective."""
    return ModelError(
        135,
        f"step {iteration} could not lower the deviance (Newton decrement {towards.decrement:.2e}, largest "
        f"change of a scaled coefficient {_largest(towards):.2e}; {cells.faint} cells without flow are "
        "expected to have next to none).",
        "Leave out separated cells where there are such; else raise the tolerance, or look for covariates "
        "that are almost collinear.",
        ("flow", "tolerance"),
    )


def still_moving(towards: Direction, cells: EmptyCells, iterations: int) -> ModelError:
    """The steps ran out: what moved most in the last one."""
    moving = (
        f"coefficient {int(np.abs(towards.coefficients).argmax()) + 1} (scaled) by {_largest(towards):.2e}"
        if towards.coefficients.size
        else "no coefficient"
    )
    effects = float(np.abs(towards.effects).max()) if towards.effects.size else 0.0
    inner = "" if towards.reached else f" Its equations were given up after {towards.iterations} rounds."
    return ModelError(
        132,
        f"no convergence in {iterations} steps: the last one moved {moving} and an effect by up to "
        f"{effects:.2e}, with a Newton decrement of {towards.decrement:.2e}; {cells.falling} cells without "
        f"flow fell fast.{inner}",
        "Leave out separated cells where cells fell fast; else allow more steps, raise the tolerance, or "
        "look for covariates that are almost collinear.",
        ("iterations", "tolerance"),
    )


def _largest(towards: Direction) -> float:
    return float(np.abs(towards.coefficients).max()) if towards.coefficients.size else 0.0
