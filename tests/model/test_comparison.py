"""Comparison on held-out years and regions: nothing of the target is used, intervals are what they say."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.comparison.comparison import compare_models
from nuudel.model.comparison.designs import Design, HeldOutRegions, HeldOutYears
from nuudel.model.comparison.determinants import drop_one, gravity_effects
from nuudel.model.comparison.scores import SCORES, flow_scores
from nuudel.model.gravity.boosting import GradientBoosting
from nuudel.model.gravity.geography import with_intervening_population
from nuudel.model.gravity.naive import FittedToMargins, LastFlow, MeanFlow, RandomMixing
from nuudel.model.gravity.pair_effects import PairEffects
from nuudel.model.gravity.protocol import FlowModel
from nuudel.model.gravity.radiation import Radiation
from nuudel.model.gravity.shrunk_pairs import ShrunkPairs
from nuudel.model.gravity.spatial_interaction import competing_destinations, gravity

from .gravity_panels import austria, changed, random_panel, usa

FORECASTS: list[FlowModel] = [
    LastFlow(),
    MeanFlow(),
    PairEffects(),
    ShrunkPairs(gravity("doubly")),
    gravity("none"),
    gravity("production"),
    gravity("attraction", deterrence="exponential"),
    gravity("doubly"),
    competing_destinations(),
    Radiation(),
    GradientBoosting(rounds=20),
]
STRUCTURAL: list[FlowModel] = [
    RandomMixing(),
    gravity("none"),
    gravity("doubly"),
    Radiation("original"),
    GradientBoosting(rounds=20, history=False),
]


ROUNDING = 1e-10  # sums of the same numbers at other places in memory differ in the last digits


def refuses(code: int) -> pytest.RaisesExc[ModelError]:
    return pytest.raises(ModelError, match=f"^MODEL-{code}: .*\\.$")


# --- nothing of the target is used --------------------------------------------------------------------


def test_forecasts_use_neither_flows_nor_covariates_of_the_target_year() -> None:
    panel = random_panel(1, years=5)
    target = panel.period == 4
    generator = np.random.default_rng(0)
    flow = np.where(target, generator.permutation(panel.flow) * 3 + 1, panel.flow)
    covariates = {
        name: np.where(target, values * generator.uniform(0.5, 2, values.shape), values)
        for name, values in panel.covariates.items()
    }
    design = HeldOutYears(2004)
    one = compare_models(panel, FORECASTS, design, draws=100)
    other = compare_models(changed(panel, flow, **covariates), FORECASTS, design, draws=100)
    assert one.not_applicable == {}
    assert one.predicted == pytest.approx(other.predicted, rel=ROUNDING)
    assert (one.observed != other.observed).any()


def test_held_out_regions_use_no_flow_to_or_from_them() -> None:
    panel = random_panel(2)
    for fold in HeldOutRegions(3).folds(panel):
        held = np.isin(np.arange(panel.flow.size), fold.rows)
        perturbed = changed(panel, np.where(held, panel.flow[::-1] + 5, panel.flow))
        same = next(f for f in HeldOutRegions(3).folds(perturbed) if (f.rows == fold.rows).all())
        for model in STRUCTURAL:
            one, other = (model.fit(f.known).predict(f.cells) for f in (fold, same))
            assert one == pytest.approx(other, rel=ROUNDING)


def test_with_margins_known_nothing_else_of_the_target_year_is_used() -> None:
    panel = random_panel(3, years=4)
    flow = panel.flow.copy()
    a, b, c, d = (
        np.flatnonzero((panel.period == 3) & (panel.origin == i) & (panel.destination == j))[0]
        for i, j in ((0, 2), (0, 3), (1, 2), (1, 3))
    )
    flow[[a, d]] += 5  # the same margins, other cells
    flow[[b, c]] -= np.minimum(flow[[b, c]].min(), 5)
    flow[[a, d]] = panel.flow[[a, d]] + (panel.flow[b] - flow[b])
    models = [FittedToMargins(LastFlow()), gravity("doubly"), Radiation()]
    design = HeldOutYears(2003, margins_known=True)
    one = compare_models(panel, models, design, draws=100)
    other = compare_models(changed(panel, flow), models, design, draws=100)
    assert one.task == "years ahead, margins known"
    assert (flow != panel.flow).sum() == 4
    assert one.predicted == pytest.approx(other.predicted, rel=1e-9)


# --- designs ------------------------------------------------------------------------------------------


def test_rolling_origins() -> None:
    panel = random_panel(4, years=5)
    folds = list(HeldOutYears(2003, horizon=2).folds(panel))
    assert [fold.known.periods[fold.known.period.max()] for fold in folds] == [2003, 2004]
    assert [sorted(set(fold.years_ahead.tolist())) for fold in folds] == [[1, 2], [1]]
    assert all((fold.cells.flow == 0).all() for fold in folds)
    new = panel.keep((panel.period == 4) | (panel.origin != 0))  # a place that appears in the last year
    fold = next(iter(HeldOutYears(2004).folds(new)))
    assert fold.left_out == len(panel.destinations) - 1
    assert not (new.origin[fold.rows] == 0).any()


def test_each_region_is_held_out_once() -> None:
    panel = random_panel(5)
    held = [
        set(panel.origin[fold.rows]) & set(panel.destination[fold.rows])
        for fold in HeldOutRegions().folds(panel)
    ]
    assert len(held) == 6
    for region, fold in enumerate(HeldOutRegions().folds(panel)):
        wanted = (panel.origin == region) | (panel.destination == region)
        assert (fold.rows == np.flatnonzero(wanted)).all()
    groups = list(HeldOutRegions(3, seed=7).folds(panel))
    again = list(HeldOutRegions(3, seed=7).folds(panel))
    assert all((one.rows == other.rows).all() for one, other in zip(groups, again, strict=True))


@pytest.mark.parametrize(
    ("design", "code"),
    [
        (HeldOutYears(2009), 222),
        (HeldOutYears(2001, horizon=0), 222),
        (HeldOutRegions(1), 223),
        (HeldOutRegions(99), 223),
    ],
)
def test_impossible_designs_are_refused(design: Design, code: int) -> None:
    with refuses(code):
        list(design.folds(random_panel(6)))


# --- the table ----------------------------------------------------------------------------------------


def test_scores_skill_and_ranking_of_a_table() -> None:
    panel = random_panel(7, years=4)
    table = compare_models(panel, FORECASTS, HeldOutYears(2002, horizon=2), reference="mean flow", draws=200)
    for name, predicted, scores in zip(table.models, table.predicted, table.scores, strict=True):
        direct = flow_scores(table.observed, predicted)
        assert scores.tolist() == pytest.approx([getattr(direct, score) for score in SCORES]), name
    reference = table.models.index("mean flow")
    assert (table.skill[reference] == 0).all()
    assert (table.low[reference] == 0).all()
    assert (table.high[reference] == 0).all()
    rmse = SCORES.index("rmse")
    assert table.skill[:, rmse] == pytest.approx(1 - table.scores[:, rmse] / table.scores[reference, rmse])
    deviances = dict(zip(table.models, table.scores[:, SCORES.index("deviance")], strict=True))
    assert [deviances[name] for name in table.ranking] == sorted(deviances.values())
    assert table.observed == pytest.approx(panel.flow[table.rows])
    frame = table.to_frame()
    assert frame.height == len(FORECASTS) * len(SCORES)
    assert frame["quality"].unique().to_list() == ["estimated"]
    by_horizon = table.by_years_ahead()
    assert by_horizon["years_ahead"].unique().sort().to_list() == [1, 2]
    assert by_horizon.filter(model="last flow")["cells"].sum() == table.observed.size


@pytest.mark.parametrize("resample", ["regions", "pairs"])
def test_intervals_are_quantiles_of_the_scores_of_drawn_cells(resample: str) -> None:
    panel = random_panel(8, years=3)
    models = [LastFlow(), gravity("doubly")]
    table = compare_models(panel, models, HeldOutYears(2002), resample=resample, draws=100, seed=5)
    origin, destination = panel.origin[table.rows], panel.destination[table.rows]
    generator = np.random.default_rng(5)
    differences = []
    if resample == "regions":
        weights = generator.multinomial(6, np.full(6, 1 / 6), 100)
        weights = weights[:, origin] * weights[:, destination]
    else:
        unit = np.unique(origin * 6 + destination, return_inverse=True)[1]
        size = int(unit.max()) + 1
        weights = generator.multinomial(size, np.full(size, 1 / size), 100)[:, unit]
    for weight in weights:
        cells = np.repeat(np.arange(weight.size), weight)
        last, grav = (flow_scores(table.observed[cells], predicted[cells]) for predicted in table.predicted)
        differences.append([getattr(grav, score) - getattr(last, score) for score in SCORES])
    low, high = np.quantile(differences, [0.025, 0.975], axis=0)
    assert table.low[1] == pytest.approx(low)
    assert table.high[1] == pytest.approx(high)


def test_a_model_that_cannot_predict_is_reported_and_not_scored() -> None:
    panel = random_panel(9)
    table = compare_models(panel, [LastFlow(), RandomMixing()], HeldOutRegions(), draws=100)
    assert table.models == ("random mixing",)
    assert table.not_applicable["last flow"].startswith("MODEL-203: ")
    with refuses(226):
        compare_models(panel, [LastFlow()], HeldOutRegions())


@pytest.mark.parametrize(
    ("code", "options"),
    [
        (224, {"models": [LastFlow(), LastFlow()]}),
        (224, {"models": []}),
        (224, {"reference": "naive"}),
        (225, {"ranked_by": "r2"}),
        (225, {"resample": "years"}),
        (225, {"draws": 10}),
    ],
)
def test_impossible_settings_are_refused(code: int, options: dict) -> None:
    panel = random_panel(10)
    models = options.pop("models", [LastFlow()])
    with refuses(code):
        compare_models(panel, models, HeldOutYears(2002), **options)


# --- determinants -------------------------------------------------------------------------------------


def test_what_a_determinant_is_worth_and_what_goes_with_it() -> None:
    panel = random_panel(13, places=9)
    noise = np.random.default_rng(1).normal(size=(9, 9))[panel.origin, panel.destination]
    model = gravity("none", others=())
    model = type(model)(
        "whole", "none", (*model.terms, type(model.terms[0])("noise", "level")), *model.terms[:0]
    )
    table = drop_one(panel.with_covariates(noise=noise), model, HeldOutRegions(3), draws=200)
    assert table.reference == "whole"
    lost = dict(zip(table.models, table.difference[:, SCORES.index("deviance")], strict=True))
    assert lost["without distance_km"] > 10 * abs(lost["without noise"])
    fitted = gravity("none").fit(panel)
    farther, larger = gravity_effects(
        fitted, {"distance_km": (10.0, "per cent"), "origin_population": (100.0, "per cent")}
    )
    assert farther.low < farther.percent < farther.high < 0
    assert larger.percent == pytest.approx(100 * (2 ** fitted.coefficient["origin_population"] - 1))
    assert farther.cluster == "origin and destination"
    with refuses(201):
        gravity_effects(fitted, {"rain": (1.0, "mm")})


# --- real tables --------------------------------------------------------------------------------------


def test_the_figures_of_the_method_page_are_those_of_its_program(repository: Path) -> None:
    page = (repository / "docs/methods/gravity.md").read_text("utf-8")
    program = re.search(r"```python\n(.*?)```", page, re.S)
    assert program
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program[1], names)
    table = names["table"]
    assert pl.read_csv(io.StringIO(printed.getvalue().strip())).height == len(table.models) * len(SCORES)
    rows = re.findall(r"^\| \d+ \| .*$", page, re.M)
    assert len(rows) == len(table.models)
    for row, name in zip(rows, table.ranking, strict=True):
        number = table.models.index(name)
        cpc, rmse, _, deviance, _ = table.scores[number]
        shown = [cell.strip().replace("−", "-") for cell in row.strip("|").split("|")][2:]
        skill = table.skill[number, SCORES.index("deviance")]
        assert shown[:3] == [f"{cpc:.3f}", f"{rmse:.0f}", f"{deviance:.0f}"], name
        if name != "last flow":
            ends = (table.difference[number, 0], table.low[number, 0], table.high[number, 0])
            assert shown[3:] == [f"{skill:.2f}", "{:+.3f} ({:+.3f} to {:+.3f})".format(*ends)], name


def test_american_states_one_year_ahead() -> None:
    """Last year's flow beats every gravity model, and loses to models that also look at earlier years."""
    models = [LastFlow(), PairEffects(), ShrunkPairs(gravity("doubly")), gravity("doubly"), gravity("none")]
    table = compare_models(usa(), models, HeldOutYears(2016), draws=300)
    frame = table.to_frame()
    assert table.observed.size == 3 * 50 * 49
    cpc = {row["model"]: row for row in frame.filter(pl.col("score") == "cpc").iter_rows(named=True)}
    dev = {row["model"]: row for row in frame.filter(pl.col("score") == "deviance").iter_rows(named=True)}
    for model in models[1:3]:
        assert cpc[model.name]["low"] > 0.01
        assert dev[model.name]["high"] < -100
    for model in models[3:]:
        assert cpc[model.name]["high"] < -0.02
    assert table.ranking[0] == models[2].name
    assert cpc["last flow"]["value"] == pytest.approx(0.87, abs=0.01)


def test_austrian_states_never_observed() -> None:
    """With nine states the distance helps, and little can be told apart."""
    panel = with_intervening_population(austria())
    models = [RandomMixing(), gravity("none"), gravity("production"), Radiation()]
    table = compare_models(panel, models, HeldOutRegions())
    cpc = dict(zip(table.models, table.scores[:, 0], strict=True))
    assert table.observed.size == 144  # each flow is held out with its origin and with its destination
    assert cpc["gravity, unconstrained, power"] == pytest.approx(0.793, abs=5e-4)
    assert cpc["random mixing"] == pytest.approx(0.709, abs=5e-4)
    assert (table.low[1, 0], table.high[1, 0]) == pytest.approx((-0.081, 0.167), abs=5e-4)
    assert cpc["gravity, unconstrained, power"] > cpc["radiation, finite"] + 0.05
