"""Loops over cells sorted by the level of one effect, concentrated out; at most two effects beside it.

``codes`` (R, N) are the unknowns of each cell beside the eliminated effect, ``start`` (E + 1,) the first
cell of each of its levels. Where nothing is eliminated there is one level, and ``free`` is true.
"""

import numpy as np
from numpy.typing import NDArray

from nuudel.model.ppml.tensor_kernels import fast

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Starts = NDArray[np.int64]


@fast
def fit_levels(
    base: Floats, factors: Floats, codes: Codes, start: Starts, sums: Floats, free: bool, mu: Floats
) -> tuple[Floats, Floats]:
    """Expected flows mu = base x factors x level, sums by level given; the levels, and sums by unknown."""
    by_unknown = np.zeros(factors.size)
    levels = np.ones(sums.size)
    for e in range(sums.size):
        total = 0.0
        for n in range(start[e], start[e + 1]):
            value = base[n]
            for r in range(len(codes)):
                value *= factors[codes[r, n]]
            mu[n] = value
            total += value
        if not free:
            levels[e] = sums[e] / total if total > 0.0 else 0.0
        for n in range(start[e], start[e + 1]):
            mu[n] *= levels[e]
            for r in range(len(codes)):
                by_unknown[codes[r, n]] += mu[n]
    return levels, by_unknown


@fast
def apply_levels(weights: Floats, inverse: Floats, codes: Codes, start: Starts, vectors: Floats) -> Floats:
    """Reduced normal equations times vectors (k, m)."""
    out = np.zeros(vectors.shape)
    for e in range(inverse.size):
        for k in range(len(vectors)):
            mean = 0.0
            for n in range(start[e], start[e + 1]):
                value = 0.0
                for r in range(len(codes)):
                    value += vectors[k, codes[r, n]]
                mean += weights[n] * value
            mean *= inverse[e]
            for n in range(start[e], start[e + 1]):
                value = -mean
                for r in range(len(codes)):
                    value += vectors[k, codes[r, n]]
                for r in range(len(codes)):
                    out[k, codes[r, n]] += weights[n] * value
    return out


@fast
def level_moments(
    weights: Floats, inverse: Floats, codes: Codes, start: Starts, size: int, values: Floats, mean: Floats
) -> tuple[Floats, Floats]:
    """Right-hand sides (k, m) of ``values`` (k, N), cross-products (k, k); the levels' means in ``mean``."""
    number = len(values)
    out = np.zeros((number, size))
    cross = np.zeros((number, number))
    for e in range(inverse.size):
        for k in range(number):
            average = 0.0
            for n in range(start[e], start[e + 1]):
                average += weights[n] * values[k, n]
            mean[k, e] = average * inverse[e]
            for n in range(start[e], start[e + 1]):
                value = weights[n] * (values[k, n] - mean[k, e])
                for r in range(len(codes)):
                    out[k, codes[r, n]] += value
            for other in range(k + 1):
                product = 0.0
                for n in range(start[e], start[e + 1]):
                    product += weights[n] * (values[k, n] - mean[k, e]) * (values[other, n] - mean[other, e])
                cross[k, other] += product
    for k in range(number):
        for other in range(k):
            cross[other, k] = cross[k, other]
    return out, cross


@fast
def subtract_levels(
    weights: Floats,
    inverse: Floats,
    codes: Codes,
    start: Starts,
    values: Floats,
    mean: Floats,
    effects: Floats,
) -> None:
    """Take effects (k, m), and those of the levels that go with them, off ``values`` (k, N), in place."""
    for k in range(len(values)):
        for e in range(inverse.size):
            shift = 0.0
            for n in range(start[e], start[e + 1]):
                value = 0.0
                for r in range(len(codes)):
                    value += effects[k, codes[r, n]]
                values[k, n] -= value
                shift += weights[n] * value
            shift = mean[k, e] - shift * inverse[e]
            for n in range(start[e], start[e + 1]):
                values[k, n] -= shift


@fast
def reduced_diagonal(weights: Floats, inverse: Floats, codes: Codes, start: Starts, size: int) -> Floats:
    """Diagonal (m,) of the reduced normal equations, a cell's own share of its level taken off."""
    out = np.zeros(size)
    for e in range(inverse.size):
        for n in range(start[e], start[e + 1]):
            own = weights[n] * (1.0 - weights[n] * inverse[e])
            for r in range(len(codes)):
                out[codes[r, n]] += own
    return out


@fast
def reduced_matrix(
    weights: Floats,
    codes: Codes,
    levels: Codes,
    unknown: Codes,
    scale: Floats,
    matrix: Floats,
    scaled: Floats,
) -> None:
    """Add a component's cells to its matrix (m, m) and to its levels by unknowns (e, m), scaled by level."""
    for n in range(weights.size):
        for r in range(len(codes)):
            one = unknown[codes[r, n]]
            scaled[levels[n], one] += weights[n] * scale[levels[n]]
            for s in range(len(codes)):
                matrix[one, unknown[codes[s, n]]] += weights[n]
