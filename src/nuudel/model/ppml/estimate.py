"""The one call for Poisson gravity: separation, the estimate, its standard errors and their corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.bias_correction import correctable, corrected_inference
from nuudel.model.ppml.collinearity import collinear_columns
from nuudel.model.ppml.effects import EffectName, EffectSpace
from nuudel.model.ppml.result import PpmlFit, SeparatedCells
from nuudel.model.ppml.separation import SeparationCheck, find_separated, vanishing
from nuudel.model.ppml.solver import PpmlSolution, solve_ppml
from nuudel.model.ppml.standard_errors import (
    CoefficientCovariance,
    Groups,
    clustered_covariance,
    is_nested,
    robust_covariance,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
INTERCEPT = "intercept"
CHECKS: tuple[SeparationCheck, ...] = ("fe", "simplex", "relu", "mu")


def fit_ppml(
    panel: FlowPanel,
    covariates: Sequence[str] = (),
    *,
    effects: Sequence[EffectName] = (),
    cluster: Sequence[EffectName] | EffectName | Literal["robust"] = "pair",
    separation: Sequence[SeparationCheck] = CHECKS,
    bias_correction: bool = False,
    collinear: Literal["error", "drop"] = "error",
    tolerance: float = 1e-8,
) -> PpmlFit:
    """Estimate E[flow] = exp(covariates × coefficients + effects) by Poisson pseudo-maximum likelihood.

    Parameters
    ----------
    panel
        The observed cells; flows of 0 belong to them.
    covariates
        Names of the panel's covariates, as they enter the exponent (take logarithms before).
    effects
        Groupings with a free level for each group: ``origin``, ``destination``, ``pair``, ``year``,
        ``origin-year``, ``destination-year``. None: there is an ``intercept``.
    cluster
        Groupings within which the errors may depend on each other, one or more of the same names, or
        ``"robust"``: cells are independent. By pair over the years unless chosen otherwise; in a table of one
        year that is the same as robust.
    separation
        Which checks look for cells that no finite estimate fits; see :func:`find_separated`. ``mu`` looks at
        fitted values, and only where the others have not proved that finite estimates exist.
    bias_correction
        Correct coefficients and standard errors for the noise in estimated effects (Weidner & Zylkin 2021);
        needs ``origin-year`` and ``destination-year`` effects, with or without ``pair``, clustered by pair.
        Without ``pair`` only the standard errors are biased, and only they are corrected.
    collinear
        What happens with a covariate that the effects and the covariates before it already determine:
        ``"error"``, or ``"drop"``: it stays in the result's table, empty, with a note.
    tolerance
        Of the estimate, as in :func:`solve_ppml`.

    Returns
    -------
    PpmlFit
        The estimate; ``to_frame()`` is its table.

    Raises
    ------
    ModelError
        ``MODEL-151`` unknown covariate; ``MODEL-152`` a covariate is asked for twice, or is named
        ``intercept``; ``MODEL-153`` unknown cluster; ``MODEL-154`` unknown check or choice; ``MODEL-155`` all
        flows are 0; ``MODEL-156`` a covariate is determined by the effects or by other covariates;
        ``MODEL-158`` and ``MODEL-159`` the search for separated cells is
        too large; ``MODEL-160`` fewer than two clusters; ``MODEL-161`` no degrees of freedom; ``MODEL-165``
        the correction is not defined for these effects; ``MODEL-166`` nor for these clusters; those of
        :class:`EffectSpace` and :func:`solve_ppml`.

    Sources
    -------
    Santos Silva & Tenreyro (2006), "The log of gravity", Rev. Economics and Statistics 88: 641-658; Correia,
    Guimarães & Zylkin (2020), "Fast Poisson estimation with high-dimensional fixed effects", Stata J. 20:
    95-115.
    """
    _check_request(panel, covariates, separation, collinear)
    groupings = _groupings(cluster)
    space = EffectSpace.of(panel, effects)
    if bias_correction:
        correctable(panel, space.effects, groupings)
    values = np.column_stack([panel.covariates[name] for name in covariates]) if covariates else _none(panel)
    findings = find_separated(panel, values, space, separation)
    names = tuple(covariates) if space.effects else (INTERCEPT, *covariates)
    columns = values if space.effects else np.column_stack([np.ones(panel.flow.size), values])

    sample = _Sample.of(panel, columns, space, findings.kept)
    sample, names, dropped = _independent(sample, names, collinear, findings.collinear)
    found = dict(findings.found_by)
    if "mu" in separation:
        found["mu"] = 0
        if not findings.proved:
            low = vanishing(sample.flow, sample.columns, sample.space, tolerance)
            found["mu"] = int(low.sum())
            kept = sample.rows.copy()
            kept[np.flatnonzero(kept)[low]] = False
            sample = _Sample.of(panel, sample.all_columns, sample.space, kept)
            sample, names, more = _independent(sample, names, collinear, None)
            dropped |= more
    solution = solve_ppml(sample.flow, sample.columns, sample.space, tolerance=tolerance)
    separated = SeparatedCells(np.flatnonzero(~sample.rows), found, findings.proved)
    rank = sample.space.rank() if findings.rank is None or not space.effects else findings.rank
    return _assembled(sample, solution, names, groupings, bias_correction, dropped, separated, rank)


@dataclass(frozen=True)
class _Sample:
    """The cells used: rows of the panel, their flows, columns and effects; and the columns of all rows."""

    panel: FlowPanel
    rows: Flags
    flow: Floats
    columns: Floats
    space: EffectSpace
    all_columns: Floats

    @classmethod
    def of(cls, panel: FlowPanel, columns: Floats, space: EffectSpace, rows: Flags) -> "_Sample":
        if rows.all():
            return cls(panel, rows, panel.flow, columns, space, columns)
        if space.cells != int(rows.sum()):
            space = EffectSpace.of(panel, space.effects, rows)
        return cls(panel, rows, panel.flow[rows], columns[rows], space, columns)


def _none(panel: FlowPanel) -> Floats:
    return np.zeros((panel.flow.size, 0))


def _check_request(
    panel: FlowPanel, covariates: Sequence[str], separation: Sequence[str], collinear: str
) -> None:
    known = tuple(panel.covariates)
    for name in covariates:
        if name not in known:
            raise ModelError(
                151,
                f"the panel has no covariate {name!r}.",
                f"Name one of its covariates{nearest(name, known)}.",
                (name,),
            )
    if len(set(covariates)) < len(covariates) or INTERCEPT in covariates:
        raise ModelError(
            152,
            f"a covariate is asked for twice, or is named {INTERCEPT!r}, which the model adds itself.",
            "Ask for each covariate once, under another name.",
            tuple(covariates),
        )
    unknown = [name for name in separation if name not in CHECKS]
    if unknown or isinstance(separation, str) or collinear not in ("error", "drop"):
        name = unknown[0] if unknown else separation if isinstance(separation, str) else collinear
        raise ModelError(
            154,
            f"{name!r} is no list of checks for separation, or no way to treat collinear covariates.",
            "Give some of ('fe', 'simplex', 'relu', 'mu'), and collinear='error' or 'drop'.",
            ("separation", "collinear"),
        )
    if not panel.flow.any():
        raise ModelError(155, "all flows are 0.", "Give a panel with some flow.", ("flow",))


def _groupings(cluster: Sequence[EffectName] | EffectName | Literal["robust"]) -> tuple[EffectName, ...]:
    """Each grouping once; none stands for robust standard errors."""
    if cluster == "robust":
        return ()
    chosen: tuple[str, ...] = (cluster,) if isinstance(cluster, str) else tuple(dict.fromkeys(cluster))
    known = get_args(EffectName)
    wrong = [name for name in chosen if name not in known]
    if wrong or not chosen:
        said = (
            f"there is no grouping {wrong[0]!r} to cluster by."
            if wrong
            else "no grouping to cluster by is given."
        )
        near = nearest(wrong[0], known) if wrong else ""
        raise ModelError(153, said, f"Choose 'robust' or some of {', '.join(known)}{near}.", ("cluster",))
    return cast("tuple[EffectName, ...]", chosen)


def _independent(
    sample: _Sample, names: tuple[str, ...], collinear: str, known: bool | None
) -> tuple[_Sample, tuple[str, ...], dict[str, str]]:
    """The sample with the columns to estimate and their names; those that are not, with the reason."""
    excess: tuple[int, ...] = ()
    if known is not False and names:
        excess = collinear_columns(np.ones(sample.flow.size), sample.columns, sample.space)
    reasons = {names[number]: _reason(sample, number) for number in excess}
    if reasons and collinear == "error":
        said = "; ".join(f"{name!r} {reason}" for name, reason in reasons.items())
        raise ModelError(
            156,
            f"covariates without a coefficient of their own in the {sample.flow.size} cells used: {said}.",
            "Leave them out, choose other effects, or ask for collinear='drop'.",
            tuple(reasons),
        )
    independent = [number for number in range(len(names)) if number not in excess]
    if reasons:
        columns = sample.all_columns[:, independent]
        sample = _Sample.of(sample.panel, columns, sample.space, sample.rows)
    return sample, tuple(names[number] for number in independent), reasons


def _reason(sample: _Sample, number: int) -> str:
    column = sample.columns[:, [number]]
    alone = collinear_columns(np.ones(sample.flow.size), column, sample.space)
    if alone and sample.space.effects:
        return f"is constant within the effects {', '.join(sample.space.effects)}, or a sum of them"
    return "is 0 in all cells" if alone else "is a combination of the covariates before it and the effects"


def _assembled(
    sample: _Sample,
    solution: PpmlSolution,
    names: tuple[str, ...],
    cluster: tuple[EffectName, ...],
    bias_correction: bool,
    dropped: dict[str, str],
    separated: SeparatedCells,
    rank: int,
) -> PpmlFit:
    panel, rows = sample.panel, sample.rows
    mu = solution.fitted
    off = sample.space.residualise(mu, sample.columns)
    covariance = _covariance(sample, off, mu, cluster, rank)
    bias, matrix = np.zeros(len(names)), covariance.matrix
    if bias_correction:
        correction = corrected_inference(panel.keep(rows), sample.space.effects, mu, off)
        bias = correction.bias
        matrix = correction.covariance
    fitted, predictor = np.zeros(panel.flow.size), np.full(panel.flow.size, -np.inf)
    fitted[rows], predictor[rows] = mu, solution.linear_predictor
    null_deviance, pseudo_r2 = _against_null(sample.flow, mu)
    return PpmlFit(
        panel=panel,
        covariates=names,
        effects=sample.space.effects,
        coefficients=solution.coefficients - bias,
        standard_errors=np.sqrt(np.diag(matrix)),
        covariance=matrix,
        degrees_of_freedom=covariance.degrees_of_freedom,
        cluster=cluster,
        clusters=covariance.clusters,
        effects_degrees_of_freedom=rank,
        dropped=dropped,
        used=rows,
        separated=separated,
        fitted=fitted,
        linear_predictor=predictor,
        deviance=solution.deviance,
        null_deviance=null_deviance,
        pseudo_r2=pseudo_r2,
        iterations=solution.iterations,
        passes=solution.passes,
        bias=bias,
        uncorrected_standard_errors=np.sqrt(np.diag(covariance.matrix)),
        small_sample_factor=1.0 if bias_correction else covariance.small_sample_factor,
        made_positive=covariance.made_positive,
    )


def _covariance(
    sample: _Sample, off: Floats, mu: Floats, cluster: tuple[EffectName, ...], rank: int
) -> CoefficientCovariance:
    information = off.T @ (off * mu[:, None])
    scores = off * (sample.flow - mu)[:, None]
    k = off.shape[1]
    if not cluster:
        return robust_covariance(scores, information, k + rank)
    clusters: dict[str, Groups] = {name: _codes(sample, name) for name in cluster}
    effects = sample.space.effects
    free = [
        name
        for name, groups in zip(effects, sample.space.groups, strict=True)
        if not any(is_nested(groups, codes) for codes in clusters.values())
    ]
    if len(free) < len(effects):
        # the common level counts where all effects are nested
        rank = _rank_of(sample, free) if free else 1
    return clustered_covariance(scores, information, clusters, k + rank)


def _rank_of(sample: _Sample, free: list[EffectName]) -> int:
    panel = sample.panel
    if set(free) == {"origin-year", "destination-year"}:
        # the cells of one origin and one destination connect a year's levels as a rule: no need of the others
        ways = (panel.origin, panel.destination)
        star = np.any([codes == np.bincount(codes[sample.rows]).argmax() for codes in ways], axis=0)
        few = EffectSpace.of(panel, free, sample.rows & star)
        sizes = dict(zip(sample.space.effects, sample.space.sizes, strict=True))
        most = sum(sizes[name] for name in free) - np.count_nonzero(np.bincount(panel.period[sample.rows]))
        if few.rank() == most:
            return int(most)
    return EffectSpace.of(panel, free, sample.rows).rank()


def _codes(sample: _Sample, name: EffectName) -> Groups:
    """Clusters by name; shape of the cells used."""
    if name in sample.space.effects:
        return sample.space.groups[sample.space.effects.index(name)]
    return EffectSpace.of(sample.panel, (name,), sample.rows).groups[0]


def _against_null(flow: Floats, mu: Floats) -> tuple[float, float]:
    """Deviance of the model with a common level only, and McFadden's pseudo R²."""
    from scipy.special import gammaln

    mean = float(flow.mean())
    positive = flow[flow > 0]
    own = float(positive @ np.log(positive))
    deviance = 2.0 * (own - float(positive @ np.log(mu[flow > 0])) - flow.sum() + mu.sum())
    null_deviance = 2.0 * (own - flow.sum() * np.log(mean))
    # a flow of 1 has the factorial 1 as well
    null = flow.sum() * (np.log(mean) - 1.0) - float(gammaln(positive[positive != 1] + 1.0).sum())
    return null_deviance, 1.0 - (null + (null_deviance - deviance) / 2.0) / null
