"""Which determinant matters: what a gravity model loses without it, and what goes with more of it."""

from collections.abc import Mapping
from dataclasses import replace

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.comparison.comparison import ComparisonTable, Resample, compare_models
from nuudel.model.comparison.designs import Design
from nuudel.model.comparison.marginal_effects import MarginalEffect, marginal_effect
from nuudel.model.gravity.spatial_interaction import FittedGravity, Gravity
from nuudel.model.panel import FlowPanel


def drop_one(
    panel: FlowPanel,
    model: Gravity,
    design: Design,
    *,
    resample: Resample = "regions",
    draws: int = 1000,
    seed: int = 1,
) -> ComparisonTable:
    """The model against itself without each of its terms, on held-out cells.

    The reference is the whole model, the others are called ``without`` and the covariate: a positive
    difference of deviance, or a negative one of CPC, is what the covariate is worth. Covariates that say the
    same replace each other, so that each may be worth little while both together are worth much.

    Raises
    ------
    ModelError
        As ``compare_models``.
    """
    variants = [
        replace(model, name=f"without {term.covariate}", terms=tuple(t for t in model.terms if t is not term))
        for term in model.terms
    ]
    return compare_models(
        panel,
        [model, *variants],
        design,
        reference=model.name,
        resample=resample,
        draws=draws,
        seed=seed,
    )


def gravity_effects(
    fitted: FittedGravity, changes: Mapping[str, tuple[float, str]], *, level: float = 0.95
) -> tuple[MarginalEffect, ...]:
    """Marginal effects of a gravity model, with intervals clustered by origins and by destinations.

    Parameters
    ----------
    fitted
        The estimated model.
    changes
        Covariate to the change considered and its unit: ``{"distance_km": (10.0, "per cent")}`` where the
        model has its logarithm, ``(100.0, "km")`` where it has the covariate itself.
    level
        Of the intervals.

    Raises
    ------
    ModelError
        ``MODEL-201``: the model has no such covariate; ``MODEL-231`` as in ``marginal_effect``.
    """
    forms = {term.covariate: term.form for term in fitted.model.terms}
    for name in changes:
        if name not in forms:
            raise ModelError(
                201,
                f"the model has no covariate {name!r}.",
                f"Name one of its terms{nearest(name, forms)}.",
                (name,),
            )
    return tuple(
        marginal_effect(
            fitted.coefficient[name],
            fitted.standard_error[name],
            covariate=name,
            change=change,
            unit=unit,
            cluster="origin and destination",
            form=forms[name],
            level=level,
            degrees_of_freedom=fitted.estimate.degrees_of_freedom,
        )
        for name, (change, unit) in changes.items()
    )
