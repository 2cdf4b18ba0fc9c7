"""Why people move where, for countries that count flows: what holds moves back, which model tells it."""

import re

from nuudel.model.comparison.comparison import ComparisonTable
from nuudel.model.comparison.marginal_effects import MarginalEffect
from nuudel.model.comparison.scores import SCORES
from nuudel.model.findings import FlowStudy
from nuudel.publication.charts import ranges
from nuudel.publication.charts.style import number
from nuudel.publication.report.document import Chapter, Figure, TextTable
from nuudel.publication.report.material import Material


def write_distance(material: Material) -> Chapter | None:
    """Effects of distance and borders, and every model on flows that it had not seen."""
    study = material.gravity
    if study is None:
        return None
    return Chapter(
        "why",
        material.words("why.chapter"),
        (effects_text(material, study.effects), models_text(material, study.comparison)),
        (
            effects_figure(material, study),
            worth_table(material, study.worth),
            models_table(material, study.comparison),
        ),
    )


def describe(material: Material, effect: MarginalEffect) -> str:
    return material.words(f"distance.{effect.covariate}", change=number(effect.change))


def effects_text(material: Material, effects: tuple[MarginalEffect, ...]) -> str:
    """One sentence for each effect."""
    return " ".join(
        material.words(
            "distance.effect",
            what=describe(material, effect),
            percent=number(abs(effect.percent)),
            more=material.words("why.more" if effect.percent > 0 else "why.fewer"),
            low=number(effect.low),
            high=number(effect.high),
        )
        for effect in effects
    )


def effects_figure(material: Material, study: FlowStudy) -> Figure:
    words = material.words
    rows = [
        ranges.RangedValue(describe(material, effect), effect.percent, effect.low, effect.high)
        for effect in study.effects
    ]
    first = study.effects[0]
    return Figure(
        key="distance_effects",
        title=words("distance.title", change=number(first.change), percent=number(abs(first.percent))),
        subtitle=words("distance.subtitle"),
        painter=lambda canvas: ranges.paint_ranges(canvas, rows, unit=" %"),
        source=material.source_line(material.migration_table.source),
        table="distance_effects",
        caveats=(words("distance.caveat"),),
        tag=words("report.estimated"),
    )


def model_name(material: Material, model: str) -> str:
    """What a report calls a model."""
    return material.words(model_message(model))


def model_message(model: str) -> str:
    """The message that names a model."""
    return "distance.model_" + re.sub(r"[^a-z]+", "_", model)


def models_text(material: Material, found: ComparisonTable) -> str:
    """Which model told unseen flows best, and whether that is more than chance."""
    words, best = material.words, found.ranking[0]
    at, score = found.models.index(best), SCORES.index("deviance")
    sure = found.high[at, score] < 0
    design = "years" if found.reference == "last flow" else "regions"
    key = "distance.best" if sure else "distance.best_not_sure"
    if best == found.reference:
        key = "distance.naive_best"
    return words(
        key,
        task=words(f"distance.task_{design}"),
        best=model_name(material, best),
        naive=model_name(material, found.reference),
        percent=number(100 * found.skill[at, score]),
    )


def models_table(material: Material, found: ComparisonTable) -> TextTable:
    """Every model with its scores on cells that it had not seen, best first."""
    words = material.words
    at = {name: SCORES.index(name) for name in ("cpc", "rmse", "deviance")}
    base = found.reference

    def row(model: str) -> tuple[str, ...]:
        m, cpc = found.models.index(model), at["cpc"]
        gain, low, high = (number(v[m, cpc], 2, sign=True) for v in (found.difference, found.low, found.high))
        return (
            model_name(material, model),
            number(found.scores[m, cpc], 3),
            number(found.scores[m, at["rmse"]]),
            number(found.scores[m, at["deviance"]]),
            "–" if model == base else f"{gain} ({low} … {high})",
        )

    columns = ("model", "cpc", "rmse", "deviance", "gain")
    return TextTable(
        title=words("distance.table"),
        header=tuple(words(f"distance.column_{name}") for name in columns),
        rows=tuple(row(model) for model in found.ranking),
        source=material.source_line(material.migration_table.source),
        table="flow_models",
        caveats=(words("distance.table_note", naive=model_name(material, base)),),
    )


def worth_table(material: Material, found: ComparisonTable) -> TextTable:
    """How much worse the model does without each determinant, on places that it had not seen."""
    words, score = material.words, SCORES.index("deviance")
    # Sizes are sums of the very flows that are hidden: what they are worth cannot be told this way.
    dropped = [m for m, name in enumerate(found.models) if name in ("without distance_km", "without border")]
    dropped.sort(key=lambda m: -found.difference[m, score])

    return TextTable(
        title=words("distance.worth_title"),
        header=tuple(words(f"distance.column_{name}") for name in ("without", "loss", "loss_range")),
        rows=tuple(
            (
                words(f"distance.whole_{found.models[m].removeprefix('without ')}"),
                number(found.difference[m, score], sign=True),
                f"{number(found.low[m, score])} … {number(found.high[m, score])}",
            )
            for m in dropped
        ),
        source=material.source_line(material.migration_table.source),
        caveats=(words("distance.worth_note"),),
    )
