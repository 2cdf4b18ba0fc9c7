"""The model's tables of a release: every figure in them is estimated, and carries its range."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuudel.base.provenance import Quality
from nuudel.model.comparison.scores import SCORES
from nuudel.model.determinants.leavers import Determinants
from nuudel.model.experiments.dzud import DzudEffect
from nuudel.model.experiments.registration_ban import RegistrationBan
from nuudel.model.findings import Ahead, FlowStudy
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.publication.prospects import prospect_tables
from nuudel.publication.releases import (
    languages_of,
    place_dimension,
    release,
    texts,
    word_dimension,
    year_dimension,
)
from nuudel.publication.report.chapters.distance import model_message
from nuudel.publication.report.material import Material
from nuudel.publication.report.words import load_words
from nuudel.publication.tables import STATUSES, Dimension, Status, Table

ENDS = ("estimate", "low95", "high95")
# Where the median and the ends of the ranges stand among the quantiles of a forecast.
QUANTILES = {"estimate": 3, "low80": 1, "high80": 5, "low95": 0, "high95": 6}


def estimate_tables(material: Material) -> list[Table]:
    """Everything that the model found, where the country's figures allow it."""
    tables: list[Table] = []
    if material.routes is not None:
        tables.append(flow_table(material, material.routes.flows))
    if material.ahead is not None:
        tables += [forecast_table(material, material.ahead), *skill_tables(material, material.ahead)]
    if material.gravity is not None:
        tables += gravity_tables(material, material.gravity)
    why = material.why
    if why is not None and why.determinants is not None:
        tables.append(effect_table(material, why.determinants))
    if why is not None and why.dzuds:
        tables.append(dzud_table(material, [dzud for dzud in (why.pooled, *why.dzuds) if dzud is not None]))
    if why is not None and why.ban is not None:
        tables.append(ban_table(material, why.ban))
    return [*tables, *prospect_tables(material)]


def estimated(
    material: Material,
    key: str,
    dimensions: tuple[Dimension, ...],
    unit: str,
    values: NDArray[np.float64],
    *others: str,
    decimals: int = 0,
    status: NDArray[np.int_] | None = None,
) -> Table:
    """A table of estimates that rest on the margins and on the pack's tables ``others``."""
    return release(
        material,
        key,
        dimensions,
        unit,
        values,
        [material.migration_table, *(material.pack.table(name) for name in others)],
        decimals=decimals,
        status=status,
        quality=Quality.ESTIMATED,
    )


def flow_table(material: Material, flows: EstimatedFlows) -> Table:
    """Estimated migrants by origin, destination and year, with 80 % ranges."""
    ends = ("estimate", "low80", "high80")
    values = np.stack([flows.mean, flows.low80, flows.high80], axis=-1).transpose(1, 2, 0, 3).copy()
    own = np.eye(len(flows.places), dtype=bool)
    values[own] = np.nan
    status = np.where(np.isnan(values), STATUSES.index(Status.MISSING), 0)
    status[own] = STATUSES.index(Status.NOT_APPLICABLE)
    dimensions = (
        place_dimension(material, flows.places, "origin"),
        place_dimension(material, flows.places, "destination"),
        year_dimension(material, flows.years),
        word_dimension(material, "figure", ends),
    )
    return estimated(material, "estimated_flows", dimensions, "persons", values, status=status)


def forecast_table(material: Material, ahead: Ahead) -> Table:
    """Expected arrivals and departures by place and year, with 80 and 95 % ranges."""
    told = ahead.forecast
    chosen = told.quantiles[:, :, list(QUANTILES.values())]
    years, places = len(told.years), len(told.places)
    values = chosen.reshape(years, 2, places, len(QUANTILES)).transpose(2, 0, 1, 3)
    dimensions = (
        place_dimension(material, told.places),
        year_dimension(material, told.years),
        word_dimension(material, "direction", ("in", "out")),
        word_dimension(material, "figure", tuple(QUANTILES)),
    )
    return estimated(material, "migration_forecast", dimensions, "persons", values)


def skill_tables(material: Material, ahead: Ahead) -> list[Table]:
    """Errors of every forecaster in the past, and how often its ranges held."""
    models = tuple(ahead.scores["model"].to_list())
    years = year_dimension(material, [ahead.forecast.origin])
    named = word_dimension(material, "model", models, [f"ahead.model_{model}" for model in models])
    tables = []
    for key, unit, columns in (
        ("forecast_skill", "persons", ("mae", "crps", "crps_difference", "crps_low", "crps_high")),
        ("forecast_coverage", "percent", ("coverage50", "coverage80", "coverage95")),
    ):
        values = ahead.scores.select(columns).to_numpy()[:, :, None]
        dimensions = (named, word_dimension(material, "score", columns), years)
        tables.append(estimated(material, key, dimensions, unit, values, decimals=1))
    return tables


def effect_table(material: Material, found: Determinants) -> Table:
    """What goes with leaving and coming, per cent for one unit more."""
    sides = tuple(dict.fromkeys(effect.side for effect in found.effects))
    names = tuple(dict.fromkeys(effect.determinant for effect in found.effects))
    values = np.full((len(sides), len(names), len(ENDS)), np.nan)
    for effect in found.effects:
        at = sides.index(effect.side), names.index(effect.determinant)
        values[at] = effect.percent, effect.low, effect.high
    dimensions = (
        word_dimension(material, "direction", sides),
        word_dimension(material, "determinant", names),
        word_dimension(material, "figure", ENDS),
        last_year(material),
    )
    values = values[..., None]
    key = "migration_effects"
    return estimated(material, key, dimensions, "percent", values, "livestock_losses", decimals=1)


def dzud_table(material: Material, dzuds: Sequence[DzudEffect]) -> Table:
    """Leavers by year before and after each dzud, per cent for one unit of losses."""
    offsets = [f"before{-k}" if k < 0 else f"after{k}" for k in dzuds[0].offsets.tolist()]
    columns = ("percent", "percent_low", "percent_high")
    values = np.stack([dzud.to_frame().select(columns).to_numpy() for dzud in dzuds])
    titles = {row["event"]: row for row in material.pack.table("events").frame.iter_rows(named=True)}
    events = tuple(dzud.event for dzud in dzuds)
    labels = {
        lang: tuple(
            titles[event][f"title_{lang}"] if event in titles else load_words(lang)("tables.all_losses")
            for event in events
        )
        for lang in languages_of(material)
    }
    dimensions = (
        Dimension("event", texts(material, "tables.event"), events, labels),
        word_dimension(material, "offset", offsets),
        word_dimension(material, "figure", ENDS),
        last_year(material),
    )
    values = values[..., None]
    key = "dzud_effects"
    return estimated(material, key, dimensions, "percent", values, "livestock_losses", decimals=1)


def last_year(material: Material) -> Dimension:
    """The last year of the margins, which an estimate over many years rests on."""
    return year_dimension(material, [int(material.internal.years[-1])])  # type: ignore[union-attr]


def gravity_tables(material: Material, study: FlowStudy) -> list[Table]:
    """What holds moves back, and the scores of models on flows that they had not seen."""
    names = tuple(effect.covariate for effect in study.effects)
    effects = np.array([[effect.percent, effect.low, effect.high] for effect in study.effects])
    found = study.comparison
    models = found.ranking
    order = [found.models.index(model) for model in models]
    kept = [SCORES.index(name) for name in ("cpc", "rmse", "deviance")]
    scores = np.column_stack([found.scores[order][:, kept], found.difference[order, SCORES.index("cpc")]])
    codes = tuple(model_message(model).removeprefix("distance.model_") for model in models)
    year = last_year(material)
    covariates = word_dimension(material, "determinant", names)
    compared = (
        word_dimension(material, "model", codes, [model_message(model) for model in models]),
        word_dimension(material, "score", ("cpc", "rmse", "deviance", "cpc_difference")),
        year,
    )
    figures = (covariates, word_dimension(material, "figure", ENDS), year)
    scored = scores[..., None]
    return [
        estimated(material, "distance_effects", figures, "percent", effects[..., None], decimals=1),
        estimated(material, "flow_models", compared, "score", scored, decimals=3),
    ]


def ban_table(material: Material, ban: RegistrationBan) -> Table:
    """Registrations missing in a ban and made up for after it, by each counterfactual."""
    found = {"missing": ban.missing, "largest_placebo": ban.largest_placebo, "made_up": ban.made_up}
    dimensions = (
        word_dimension(material, "model", ban.models, [f"why.model_{model}" for model in ban.models]),
        word_dimension(material, "score", tuple(found)),
        last_year(material),
    )
    values = np.stack(list(found.values()), axis=1)[:, :, None]
    return estimated(material, "registration_ban", dimensions, "persons", values)
