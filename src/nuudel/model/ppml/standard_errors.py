"""Covariance of PPML coefficients: robust, or clustered by one or more groupings of the cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError

Floats = NDArray[np.float64]
Groups = NDArray[np.integer]


@dataclass(frozen=True)
class CoefficientCovariance:
    """Sandwich covariance and the rules behind it.

    Attributes
    ----------
    matrix
        Shape (k, k).
    clusters
        Grouping to its number of clusters; empty for the robust covariance.
    small_sample_factor
        What the sandwich was multiplied by.
    degrees_of_freedom
        Of Student's t, by which intervals are drawn.
    made_positive
        Negative eigenvalues of a multi-way covariance were set to 0.
    """

    matrix: Floats
    clusters: Mapping[str, int]
    small_sample_factor: float
    degrees_of_freedom: int
    made_positive: bool


def robust_covariance(scores: Floats, information: Floats, parameters: int) -> CoefficientCovariance:
    """Heteroskedasticity-robust covariance with the factor N / (N − K) (HC1).

    Parameters
    ----------
    scores
        Shape (N, k): residualised covariate times (flow − fitted), per cell.
    information
        Shape (k, k): sum of fitted times the products of the residualised covariates.
    parameters
        K: covariates and degrees of freedom of the effects.

    Raises
    ------
    ModelError
        ``MODEL-161``: as many parameters as cells.

    Sources
    -------
    White (1980), Econometrica 48: 817-838; the factor as in MacKinnon & White (1985), J. Econometrics 29:
    305-325.
    """
    cells = scores.shape[0]
    left = _degrees_left(cells, parameters)
    factor = cells / left
    bread = np.linalg.inv(information)
    matrix = factor * bread @ (scores.T @ scores) @ bread
    return CoefficientCovariance((matrix + matrix.T) / 2, {}, factor, left, False)


def clustered_covariance(
    scores: Floats, information: Floats, clusters: Mapping[str, Groups], parameters: int
) -> CoefficientCovariance:
    """Covariance that allows any dependence within clusters, for one or more groupings of the cells.

    Several groupings are combined by inclusion and exclusion over their intersections (Cameron, Gelbach &
    Miller 2011, J. Business & Economic Statistics 29: 238-249, eq. 2.11); where that leaves negative
    eigenvalues they are set to 0 (their section 2.3). The factor is G / (G − 1) × (N − 1) / (N − K), with G
    of the grouping with the fewest clusters; t has G − 1 degrees of freedom.

    Parameters
    ----------
    scores, information
        As in :func:`robust_covariance`.
    clusters
        Name to group codes of shape (N,), at least 0.
    parameters
        K: covariates and degrees of freedom of the effects that are not nested in a cluster.

    Raises
    ------
    ModelError
        ``MODEL-160``: fewer than two clusters in a grouping; ``MODEL-161``: as many parameters as cells.
    """
    cells = scores.shape[0]
    counts = {name: count_groups(codes) for name, codes in clusters.items()}
    for name, count in counts.items():
        if count < 2:
            raise ModelError(
                160,
                f"the cells used make up a single cluster by {name!r}.",
                "Cluster by another grouping, or ask for robust standard errors.",
                ("cluster",),
            )
    fewest = min(counts.values())
    factor = fewest / (fewest - 1) * (cells - 1) / _degrees_left(cells, parameters)
    meat = np.zeros_like(information)
    names = sorted(clusters)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            sums = _sums_by_group(scores, intersection([clusters[name] for name in chosen]))
            meat += (1 if size % 2 else -1) * (sums.T @ sums)
    bread = np.linalg.inv(information)
    matrix = factor * bread @ meat @ bread
    # Eigenvalues are comparable only once every coefficient is measured in its own information.
    units = np.sqrt(np.diag(information))
    scaled, made_positive = positive_semidefinite((matrix + matrix.T) / 2 * np.outer(units, units))
    matrix = scaled / np.outer(units, units)
    return CoefficientCovariance(matrix, counts, factor, fewest - 1, made_positive)


def positive_semidefinite(matrix: Floats) -> tuple[Floats, bool]:
    """The nearest matrix without negative eigenvalues, and whether there were any beyond rounding."""
    values, vectors = np.linalg.eigh(matrix)
    if values.min(initial=0.0) >= -1e-12 * np.abs(values).max(initial=0.0):
        return matrix, False
    return (vectors * values.clip(0.0)) @ vectors.T, True


def intersection(groupings: list[Groups]) -> NDArray[np.int64]:
    """Codes of the cells that share all the groups; shape (N,)."""
    together = groupings[0].astype(np.int64)
    for codes in groupings[1:]:
        together = together * (int(codes.max()) + 1) + codes
        if together.max() > 4 * together.size:
            together = np.unique(together, return_inverse=True)[1]
    return together


def count_groups(codes: Groups) -> int:
    """How many different codes there are."""
    return int(np.count_nonzero(np.bincount(codes)))


def is_nested(groups: Groups, clusters: Groups) -> bool:
    """Whether each group lies in one cluster only."""
    of_group = np.zeros(int(groups.max()) + 1, dtype=clusters.dtype)
    of_group[groups] = clusters
    return bool((of_group[groups] == clusters).all())


def _sums_by_group(scores: Floats, codes: Groups) -> Floats:
    sums = np.empty((int(codes.max()) + 1, scores.shape[1]))
    for number, column in enumerate(scores.T):
        sums[:, number] = np.bincount(codes, weights=column)
    return sums


def _degrees_left(cells: int, parameters: int) -> int:
    if cells <= parameters:
        raise ModelError(
            161,
            f"{cells} cells leave no degrees of freedom for {parameters} parameters.",
            "Choose fewer effects, or give more cells.",
            ("effects",),
        )
    return cells - parameters
