"""Models compared on cells that they have not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.base.provenance import Quality
from nuudel.model.comparison.designs import Design, Fold, Rows
from nuudel.model.comparison.scores import (
    HIGHER_IS_BETTER,
    SCORES,
    Floats,
    contributions,
    scores_of_sums,
    skill,
)
from nuudel.model.gravity.protocol import FlowModel, positions
from nuudel.model.panel import FlowPanel

Resample = Literal["regions", "pairs"]
LEVEL = 0.95


@dataclass(frozen=True)
class ComparisonTable:
    """Scores of M models on K held-out cells, and their differences to a reference.

    Attributes
    ----------
    task
        What was held out, and whether margins were known.
    models
        Names of the models that could predict.
    not_applicable
        Name of each other model to the reason.
    reference
        Name of the model that the others are compared with.
    scores
        Shape (M, 5), in the order of ``scores.SCORES``.
    skill
        Shape (M, 5): share of the reference's shortfall that is gained.
    difference, low, high
        Shape (M, 5): score minus the reference's, with its 95 % bootstrap interval.
    ranked_by
        The score by which ``ranking`` orders the models.
    resample
        What the bootstrap drew again: regions (each cell counts as often as its origin times its destination
        were drawn) or pairs.
    observed
        Shape (K,): persons.
    predicted
        Shape (M, K): persons.
    rows, fold, years_ahead
        Shape (K,): number of the cell in the panel, of the fold, and years after the last known one.
    left_out
        Held-out cells that no model was asked for, because their pair was never observed before.
    """

    task: str
    models: tuple[str, ...]
    not_applicable: Mapping[str, str]
    reference: str
    scores: Floats
    skill: Floats
    difference: Floats
    low: Floats
    high: Floats
    ranked_by: str
    resample: Resample
    observed: Floats
    predicted: Floats
    rows: Rows
    fold: Rows
    years_ahead: Rows
    left_out: int
    quality: Quality = Quality.ESTIMATED

    @property
    def ranking(self) -> tuple[str, ...]:
        """The models, best first by ``ranked_by``; equal ones by CPC, then in the order given."""
        first = oriented(self.scores, self.ranked_by)
        order = np.lexsort((-self.scores[:, SCORES.index("cpc")], first))
        return tuple(self.models[number] for number in order)

    def to_frame(self) -> pl.DataFrame:
        """One row per model and score: value, skill, difference to the reference and its interval, rank."""
        ranks = {name: rank for rank, name in enumerate(self.ranking, 1)}
        size = len(self.models)
        return pl.DataFrame(
            {
                "task": [self.task] * (size * len(SCORES)),
                "model": np.repeat(self.models, len(SCORES)),
                "rank": np.repeat([ranks[name] for name in self.models], len(SCORES)),
                "score": SCORES * size,
                "value": self.scores.ravel(),
                "skill": self.skill.ravel(),
                "difference": self.difference.ravel(),
                "low": self.low.ravel(),
                "high": self.high.ravel(),
            }
        ).with_columns(pl.col(pl.Float64).fill_nan(None), quality=pl.lit(str(self.quality)))

    def by_years_ahead(self) -> pl.DataFrame:
        """One row per model and horizon with its scores and cells."""
        rows = []
        for ahead in np.unique(self.years_ahead):
            held = self.years_ahead == ahead
            for name, predicted in zip(self.models, self.predicted, strict=True):
                values = scores_of_sums(contributions(self.observed[held], predicted[held]).sum(axis=0))
                rows.append(
                    {"model": name, "years_ahead": int(ahead), "cells": int(held.sum())}
                    | dict(zip(SCORES, values.tolist(), strict=True))
                )
        return pl.DataFrame(rows).with_columns(quality=pl.lit(str(self.quality)))


def compare_models(
    panel: FlowPanel,
    models: Sequence[FlowModel],
    design: Design,
    *,
    reference: str | None = None,
    ranked_by: str = "deviance",
    resample: Resample = "regions",
    draws: int = 1000,
    seed: int = 1,
) -> ComparisonTable:
    """Fit each model to the known cells of each fold, predict the others, score all predictions together.

    Parameters
    ----------
    panel
        All cells. What models get of held-out cells has no flows and, for held-out years, no covariate of
        those years.
    models
        With different names. One that cannot predict in this design is reported, not scored.
    design
        ``HeldOutYears`` or ``HeldOutRegions``.
    reference
        Name of the model that skill and differences refer to; by default the first one that can predict.
    ranked_by
        A name of ``scores.SCORES``. The deviance is least in expectation for the true expected flows; the
        CPC and the mean absolute error are not, and favour medians (Gneiting 2011, Journal of the American
        Statistical Association 106, 746-762).
    resample, draws, seed
        Bootstrap of the differences.

    Raises
    ------
    ModelError
        ``MODEL-222``, ``MODEL-223`` from the design; ``MODEL-224``: a name stands twice, or is none of the
        models'; ``MODEL-225``: a setting is impossible; ``MODEL-226``: no model can predict here.

    Notes
    -----
    Source of the bootstrap of regions: Owen & Eckles (2012), Annals of Applied Statistics 6, 895-927 (product
    of weights): flows of one region share what is wrong with its prediction.
    """
    check_settings([model.name for model in models], ranked_by, resample, draws)
    folds = list(design.folds(panel))
    predicted, reasons = predictions(models, folds)
    found = tuple(predicted)
    base = reference_number(found, reference, reasons)
    rows = np.concatenate([fold.rows for fold in folds])
    observed, values = panel.flow[rows], np.stack(list(predicted.values()))
    parts = np.stack([contributions(observed, value) for value in values])
    scores = scores_of_sums(parts.sum(axis=1))
    drawn = scores_of_sums(resampled(panel, rows, parts, resample, draws, seed))
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.nanquantile(drawn - drawn[:, [base]], ends, axis=0)
    return ComparisonTable(
        task=design.task,
        models=found,
        not_applicable=reasons,
        reference=found[base],
        scores=scores,
        skill=skill(scores, scores[[base]]),
        difference=scores - scores[base],
        low=low,
        high=high,
        ranked_by=ranked_by,
        resample=resample,
        observed=observed,
        predicted=values,
        rows=rows,
        fold=np.concatenate([np.full(fold.rows.size, n) for n, fold in enumerate(folds)]),
        years_ahead=np.concatenate([fold.years_ahead for fold in folds]),
        left_out=sum(fold.left_out for fold in folds),
    )


def reference_number(found: tuple[str, ...], reference: str | None, reasons: Mapping[str, str]) -> int:
    """Number of the reference among the models that could predict, by default the first."""
    if not found:
        raise ModelError(
            226,
            f"none of the models can predict in this design; the first says: {next(iter(reasons.values()))}",
            "Use models that need nothing of the places held out.",
            ("models",),
        )
    if reference is None:
        return 0
    if reference not in found:
        raise ModelError(
            224,
            f"{reference!r} is no model that can predict here.",
            f"Name one of them as the reference{nearest(reference, found)}.",
            ("reference",),
        )
    return found.index(reference)


def predictions(
    models: Sequence[FlowModel], folds: Sequence[Fold]
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Predictions (K,) of each model that can, and the reason of each that cannot."""
    predicted, reasons = {}, {}
    for model in models:
        try:
            parts = [model.fit(fold.known).predict(fold.cells, fold.margins) for fold in folds]
        except ModelError as error:
            reasons[model.name] = str(error)
        else:
            predicted[model.name] = np.concatenate(parts)
    return predicted, reasons


def oriented(scores: Floats, name: str) -> Floats:
    """A score of each model, smaller being better."""
    values = scores[:, SCORES.index(name)]
    return -values if name in HIGHER_IS_BETTER else values


def check_settings(names: Sequence[str], ranked_by: str, resample: str, draws: int) -> None:
    if len(set(names)) < len(names) or not names:
        raise ModelError(
            224, "two models have the same name, or there is none.", "Name each one differently.", ("models",)
        )
    if ranked_by not in SCORES:
        raise ModelError(
            225,
            f"{ranked_by!r} is no score.",
            f"Use one of them{nearest(ranked_by, SCORES)}.",
            ("ranked_by",),
        )
    if resample not in ("regions", "pairs") or draws < 100:
        raise ModelError(
            225,
            f"a bootstrap of {draws} draws of {resample!r} is not possible.",
            "Draw regions or pairs, 100 times or more.",
            ("resample", "draws"),
        )


def resampled(
    panel: FlowPanel, rows: Rows, parts: Floats, resample: Resample, draws: int, seed: int
) -> Floats:
    """Sums of contributions under drawn weights, shape (draws, M, 8), from contributions (M, K, 8).

    A draw without any migrant is left out by giving it the weights of the panel.
    """
    generator = np.random.default_rng(seed)
    names = tuple(sorted({*panel.origins, *panel.destinations}))
    origin = positions(panel.origins, names)[panel.origin[rows]]
    destination = positions(panel.destinations, names)[panel.destination[rows]]
    cell = origin * len(names) + destination
    if resample == "pairs":
        unit = np.unique(cell, return_inverse=True)[1]
        count = int(unit.max()) + 1
    else:
        unit, count = cell, len(names)
    weights = generator.multinomial(count, np.full(count, 1 / count), draws).astype(np.float64)
    sums = np.empty((draws, parts.shape[0], parts.shape[2]))
    for model, columns in enumerate(parts):
        for number, column in enumerate(columns.T):
            if resample == "pairs":
                sums[:, model, number] = weights @ np.bincount(unit, column, count)
            else:
                table = np.bincount(unit, column, count * count).reshape(count, count)
                sums[:, model, number] = ((weights @ table) * weights).sum(axis=1)
    empty = ~(sums[:, 0, 1] > 0)
    sums[empty] = parts.sum(axis=1)
    return sums
