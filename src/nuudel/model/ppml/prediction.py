"""Expected flows of cells that were not part of a fit, from its covariates and effects."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsqr

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel

if TYPE_CHECKING:
    from nuudel.model.ppml.result import PpmlFit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# Two solutions of the effects that differ by more than this part in a cell do not determine the cell.
AGREEMENT = 1e-6


def predicted_flows(fit: "PpmlFit", panel: FlowPanel) -> Floats:
    """Expected flow of each cell, shape (N,), in persons; NaN where the effects it needs are not estimated.

    Places and periods are matched by name. A sum of effects is estimated where the cells used determine it:
    for that the effects are solved from two starting points, and where they disagree the cell is left open.

    Raises
    ------
    ModelError
        ``MODEL-170``: a covariate of the fit is missing.
    """
    level = np.zeros(panel.flow.size)
    for name, coefficient in zip(fit.covariates, fit.coefficients, strict=True):
        if name != "intercept" and name not in panel.covariates:
            raise ModelError(
                170,
                f"the panel to predict has no covariate {name!r}.",
                "Give it the covariates that the model was fitted with.",
                (name,),
            )
        level += coefficient * (1.0 if name == "intercept" else panel.covariates[name])
    if fit.effects:
        level += _sums_of_effects(fit, panel)
    with np.errstate(over="ignore"):
        return np.exp(level)


def _sums_of_effects(fit: "PpmlFit", panel: FlowPanel) -> Floats:
    source = fit.panel
    part = fit.linear_predictor[fit.used].copy()
    for name, coefficient in zip(fit.covariates, fit.coefficients, strict=True):
        part -= coefficient * source.covariates[name][fit.used]
    matched = _matched(source, panel)
    blocks, wanted, offset = [], [], 0
    for name in fit.effects:
        levels, codes = np.unique(
            _code(name, source, source.origin, source.destination, source.period)[fit.used],
            return_inverse=True,
        )
        asked = _code(name, source, *matched)
        place = np.searchsorted(levels, asked).clip(max=levels.size - 1)
        wanted.append(np.where(levels[place] == asked, offset + place, -1))
        blocks.append(offset + codes)
        offset += levels.size
    design = _design(blocks, offset)
    seen = np.all([numbers >= 0 for numbers in wanted], axis=0)
    asked_design = _design([numbers[seen] for numbers in wanted], offset)
    start = np.random.default_rng(0).normal(size=offset) * (1.0 + np.abs(part).max())
    one, other = (
        asked_design @ lsqr(design, part, atol=1e-13, btol=1e-13, iter_lim=20_000, x0=x0)[0]
        for x0 in (np.zeros(offset), start)
    )
    sums = np.full(panel.flow.size, np.nan)
    sums[seen] = np.where(np.abs(one - other) <= AGREEMENT * (1.0 + np.abs(one)), one, np.nan)
    return sums


def _matched(source: FlowPanel, panel: FlowPanel) -> tuple[Codes, Codes, Codes]:
    """Codes of the panel's cells in the source's lists; −1 where a name is not there."""

    def numbers(names: Sequence[str] | Sequence[int], own: Sequence[str] | Sequence[int]) -> Codes:
        position = {name: number for number, name in enumerate(names)}
        return np.array([position.get(name, -1) for name in own], dtype=np.int64)

    return (
        numbers(source.origins, panel.origins)[panel.origin],
        numbers(source.destinations, panel.destinations)[panel.destination],
        numbers(source.periods, panel.periods)[panel.period],
    )


def _code(
    name: str,
    source: FlowPanel,
    origin: NDArray[np.integer],
    destination: NDArray[np.integer],
    period: NDArray[np.integer],
) -> Codes:
    """One number for each level of an effect; −1 where a part of it is not known."""
    parts = {
        "origin": (origin,),
        "destination": (destination,),
        "year": (period,),
        "pair": (origin, destination),
        "origin-year": (origin, period),
        "destination-year": (destination, period),
    }[name]
    size = max(len(source.destinations), len(source.periods))
    code = parts[0].astype(np.int64)
    for more in parts[1:]:
        code = code * size + more
    return np.where(np.all([values >= 0 for values in parts], axis=0), code, -1)


def _design(blocks: list[Codes], width: int) -> csr_array:
    rows = blocks[0].size
    columns = np.stack(blocks, axis=1).ravel()
    starts = np.arange(rows + 1) * len(blocks)
    return csr_array((np.ones(columns.size), columns, starts), shape=(rows, width))
