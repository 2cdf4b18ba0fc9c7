"""Bias of gravity estimates and of their clustered errors that stems from the estimated effects.

Weidner & Zylkin (2021), "Bias and consistency in three-way gravity models", J. Int. Economics 132: 103513.
With the pair effects concentrated out, a pair's flows over T periods are multinomial; the origin-year
effects (a vector of T for each origin) are estimated from J cells each, the destination-year effects from I
cells, and their noise moves the score of the coefficients by terms of order 1/J and 1/I.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

from nuudel.base.errors import ModelError
from nuudel.model.panel import FlowPanel

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

RANK_TOLERANCE = 1e-10
# A direction of a pair's flows that the estimated effects fit perfectly says nothing on its variance.
LEAST_FREEDOM = 1e-8


@dataclass(frozen=True)
class CorrectedInference:
    """Shapes: ``bias`` (k,), to subtract from the coefficients; ``covariance`` (k, k)."""

    bias: Floats
    covariance: Floats


def correctable(panel: FlowPanel, effects: Sequence[str], cluster: Sequence[str]) -> None:
    """Refuse effects or clusters that the correction is not derived for.

    Raises
    ------
    ModelError
        ``MODEL-165``: other effects than origin-year and destination-year, with or without pair;
        ``MODEL-166``: other clusters than pairs.
    """
    both = {"origin-year", "destination-year"}
    if len(panel.periods) == 1 and "pair" not in effects:
        both = {name if name in effects else name.removesuffix("-year") for name in both}
    if set(effects) not in (both, both | {"pair"}):
        raise ModelError(
            165,
            f"the bias correction is not defined for the effects {', '.join(effects) or 'none'}.",
            "Choose the three-way effects 'pair', 'origin-year' and 'destination-year' (or the last two, for "
            "standard errors only), or leave the correction out.",
            ("bias_correction", "effects"),
        )
    if set(cluster) != {"pair"}:
        raise ModelError(
            166,
            "the corrected standard errors are derived for clusters by pair.",
            "Choose cluster='pair', or leave the correction out.",
            ("bias_correction", "cluster"),
        )


def corrected_inference(
    panel: FlowPanel, effects: Sequence[str], fitted: Floats, residualised: Floats
) -> CorrectedInference:
    """Bias of the coefficients, and their covariance clustered by pair without its downward bias.

    Parameters
    ----------
    panel
        The cells used.
    effects
        As accepted by :func:`correctable`.
    fitted
        Shape (N,): expected flows.
    residualised
        Shape (N, k): covariates less their projection on the effects, weighted with the fitted flows.
    """
    pairs = _Pairs.of(panel, fitted, residualised, "pair" in effects)
    k = residualised.shape[1]
    information = np.einsum("nk,n,nl->kl", residualised, fitted, residualised, optimize=True)
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    bias = np.zeros(k)
    if pairs.concentrated:
        score_bias = _score_bias(pairs, pairs.origin) + _score_bias(pairs, pairs.destination)
        bias = inverse @ score_bias
    covariance = inverse @ _meat(pairs, inverse) @ inverse
    return CorrectedInference(bias, (covariance + covariance.T) / 2)


@dataclass(frozen=True)
class _Pairs:
    """The cells as P pairs by T periods; missing cells have a fitted flow of 0.

    ``origin`` and ``destination`` (P,); ``fitted`` and ``residual`` (P, T); ``x`` (P, T, k);
    ``concentrated``: the pairs have effects of their own.
    """

    origin: Codes
    destination: Codes
    fitted: Floats
    residual: Floats
    x: Floats
    concentrated: bool

    @classmethod
    def of(cls, panel: FlowPanel, fitted: Floats, residualised: Floats, concentrated: bool) -> "_Pairs":
        width = len(panel.destinations)
        pairs, number = np.unique(
            panel.origin.astype(np.int64) * width + panel.destination, return_inverse=True
        )
        shape = (pairs.size, len(panel.periods))

        def spread(values: Floats) -> Floats:
            filled = np.zeros((*shape, *values.shape[1:]))
            filled[number, panel.period] = values
            return filled

        return cls(
            np.unique(pairs // width, return_inverse=True)[1],
            np.unique(pairs % width, return_inverse=True)[1],
            spread(fitted),
            spread(panel.flow - fitted),
            spread(residualised),
            concentrated,
        )

    @property
    def shares(self) -> Floats:
        """Shape (P, T): each pair's expected flows, divided by their sum."""
        shares: Floats = self.fitted / self.fitted.sum(axis=1, keepdims=True)
        return shares

    def hessian(self) -> Floats:
        """Shape (P, T, T): minus the second derivatives of each pair's likelihood by its linear predictor."""
        matrix = self.fitted[:, :, None] * np.eye(self.fitted.shape[1])
        if self.concentrated:
            matrix -= self.fitted[:, :, None] * self.shares[:, None, :]
        return matrix


def _score_bias(pairs: _Pairs, groups: Codes) -> Floats:
    """Score of the coefficients that the noise in one side's T-vectors of effects brings, shape (k,).

    Per group g, with H, S and G the pair's Hessian (minus), score and third derivative by its linear
    predictor: −tr[(ΣH)⁺ Σ H x S'] + ½ tr[(ΣGx) (ΣH)⁺ (ΣSS') (ΣH)⁺], sums over the pairs of g (source,
    proposition 3).
    """
    periods, k = pairs.x.shape[1:]
    hessian = pairs.hessian()
    size = int(groups.max()) + 1
    inverse = _inverse_blocks(_sum_blocks(hessian, groups, size))
    variance = _sum_blocks(pairs.residual[:, :, None] * pairs.residual[:, None, :], groups, size)
    sandwich = inverse @ variance @ inverse
    bias = np.zeros(k)
    for number in range(k):
        x = pairs.x[:, :, number]
        pull = np.einsum("pst,pt->ps", hessian, x)
        mixed = _sum_blocks(pull[:, :, None] * pairs.residual[:, None, :], groups, size)
        # third derivative along x: the change of the multinomial covariance as shares move by p (x − mean x)
        centred = x - (pairs.shares * x).sum(axis=1, keepdims=True)
        change = pairs.shares * centred
        total = pairs.fitted.sum(axis=1)[:, None, None]
        cross = change[:, :, None] * pairs.shares[:, None, :]
        third = -total * (change[:, :, None] * np.eye(periods) - cross - cross.transpose(0, 2, 1))
        curved = _sum_blocks(third, groups, size)
        bias[number] = -np.einsum("gst,gts->", inverse, mixed) + 0.5 * np.einsum(
            "gst,gts->", curved, sandwich
        )
    return bias


def _meat(pairs: _Pairs, inverse: Floats) -> Floats:
    """Sum over pairs of the squared scores, enlarged by what the estimated effects took out; shape (k, k).

    Let F be the information of all effects and coefficients, D the pair's part of their design, and H = LL'
    its Hessian. Were the flows' variance proportional to H, the estimated score S would have the variance
    H − H D F⁺ D' H, so that x'(I − H D F⁺ D')⁻¹ S S'x has the expectation that x'SS'x should have (source,
    section 3.3, after Kauermann & Carroll 2001). That need not be positive; where it is not, half of the
    correction is applied on each side (Bell & McCaffrey 2002), which has the same expectation.
    """
    root = np.sqrt(pairs.fitted)
    factor = root[:, :, None] * np.eye(root.shape[1])
    if pairs.concentrated:
        parts = np.sqrt(pairs.shares)
        factor -= (root * parts)[:, :, None] * parts[:, None, :]
    reach = _effects_covariance(pairs) + np.einsum("psk,kl,ptl->pst", pairs.x, inverse, pairs.x)
    leverage = factor.transpose(0, 2, 1) @ reach @ factor
    values, vectors = np.linalg.eigh(np.eye(root.shape[1]) - (leverage + leverage.transpose(0, 2, 1)) / 2)
    stretch = np.where(values > LEAST_FREEDOM, 1.0 / values.clip(LEAST_FREEDOM), 0.0)
    plain = np.divide(pairs.residual, root, out=np.zeros_like(root), where=root > 0)
    along = np.einsum("pst,ps->pt", vectors, plain)
    sides = factor.transpose(0, 2, 1) @ pairs.x

    def scores(weights: Floats) -> Floats:
        enlarged: Floats = np.einsum("psk,pst,pt->pk", sides, vectors, weights * along, optimize=True)
        return enlarged

    one_sided = scores(stretch).T @ np.einsum("psk,ps->pk", pairs.x, pairs.residual)
    meat: Floats = (one_sided + one_sided.T) / 2
    if meat.size and np.linalg.eigvalsh(meat).min() <= 0.0:
        both_sides = scores(np.sqrt(stretch))
        meat = both_sides.T @ both_sides
    return meat


def _effects_covariance(pairs: _Pairs) -> Floats:
    """Shape (P, T, T): D F⁺ D' of the two sides' effects, F their information without the pairs' effects.

    The origins' blocks are eliminated; what is left is one dense matrix of the destinations' T-vectors.
    """
    hessian = pairs.hessian()
    periods = hessian.shape[1]
    origins, destinations = int(pairs.origin.max()) + 1, int(pairs.destination.max()) + 1
    wide = destinations * periods
    own = _inverse_blocks(_sum_blocks(hessian, pairs.origin, origins))
    blocks = np.zeros((origins, periods, destinations, periods))
    blocks[pairs.origin, :, pairs.destination, :] = hessian
    cross = blocks.reshape(origins, periods, wide)
    reduced = own @ cross
    schur = -(cross.reshape(-1, wide).T @ reduced.reshape(-1, wide))
    diagonal = schur.reshape(destinations, periods, destinations, periods)
    each = np.arange(destinations)
    diagonal[each, :, each, :] += _sum_blocks(hessian, pairs.destination, destinations)
    of_destination = _generalised_inverse(schur)
    between = (reduced.reshape(-1, wide) @ of_destination).reshape(origins, periods, wide)
    of_origin = own + between @ reduced.transpose(0, 2, 1)
    mixed = between.reshape(origins, periods, destinations, periods)[pairs.origin, :, pairs.destination, :]
    of_own = of_destination.reshape(destinations, periods, destinations, periods)[each, :, each, :]
    covariance: Floats = (
        of_origin[pairs.origin] + of_own[pairs.destination] - mixed - mixed.transpose(0, 2, 1)
    )
    return covariance


def _sum_blocks(blocks: Floats, groups: Codes, size: int) -> Floats:
    """Sums of (P, T, T) blocks by group: (size, T, T)."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(size))
    return np.add.reduceat(blocks[order], starts, axis=0)


def _inverse_blocks(blocks: Floats) -> Floats:
    """Generalised inverses of positive semidefinite (G, T, T) blocks, scaled to unit diagonals first."""
    scale = _inverse_roots(np.einsum("gtt->gt", blocks))
    unit = blocks * scale[:, :, None] * scale[:, None, :]
    inverse = np.linalg.pinv(unit, rcond=RANK_TOLERANCE, hermitian=True)
    return inverse * scale[:, :, None] * scale[:, None, :]


def _generalised_inverse(matrix: Floats) -> Floats:
    """A generalised inverse of a large positive semidefinite matrix, by Cholesky factors with pivoting."""
    scale = _inverse_roots(np.diag(matrix))
    unit = matrix * scale[:, None] * scale
    upper, pivots, rank, _ = dpstrf(unit, tol=RANK_TOLERANCE * 100)
    kept = pivots[:rank] - 1
    triangle = solve_triangular(np.triu(upper[:rank, :rank]), np.eye(rank))
    inverse = np.zeros_like(matrix)
    inverse[np.ix_(kept, kept)] = triangle @ triangle.T
    return inverse * scale[:, None] * scale


def _inverse_roots(values: Floats) -> Floats:
    roots: Floats = np.divide(1.0, np.sqrt(values.clip(0.0)), out=np.zeros_like(values), where=values > 0)
    return roots
