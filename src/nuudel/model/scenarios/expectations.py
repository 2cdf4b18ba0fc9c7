"""What the authors of scenarios expect, beside what came out."""

from collections.abc import Sequence

import polars as pl

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.scenarios.scenario import Expected, Scenario


def expectation_frame(scenarios: Sequence[Scenario], differences: pl.DataFrame) -> pl.DataFrame:
    """``ScenarioComparison.expectations``.

    Raises
    ------
    ModelError
        ``MODEL-750``: an indicator, place or year is expected that the comparison does not tell.
    """
    found = []
    for scenario in scenarios:
        for expected in scenario.expected:
            where = {"indicator": expected.indicator, "place": expected.place, "year": expected.year}
            told = differences.filter(scenario=scenario.name, **where)
            if told.height != 1:
                raise not_told(scenario.name, expected, differences)
            ends = {name: float(told[name].item()) for name in ("low80", "median", "high80")}
            found.append({"scenario": scenario.name, **where, "direction": expected.direction, **ends})
    columns = {"scenario": str, "indicator": str, "place": str, "year": int, "direction": str}
    frame = pl.DataFrame(found, schema={**columns, "low80": float, "median": float, "high80": float})
    up = pl.col("direction") == "up"
    toward, against = (
        pl.when(up == wanted).then("low80").otherwise(-pl.col("high80")) for wanted in (True, False)
    )
    return frame.with_columns(
        pl.when(toward > 0)
        .then(pl.lit("as_expected"))
        .when(against > 0)
        .then(pl.lit("against"))
        .otherwise(pl.lit("unsure"))
        .alias("found")
    )


def not_told(scenario: str, expected: Expected, differences: pl.DataFrame) -> ModelError:
    known = {
        "indicator": differences["indicator"].unique().sort().to_list(),
        "year": differences["year"].unique().sort().to_list(),
    }
    if expected.indicator not in known["indicator"]:
        next_step = f"Use an indicator{nearest(expected.indicator, known['indicator'])}."
    else:
        next_step = f"Use a stated year ({', '.join(map(str, known['year']))}) and a place of the projection."
    return ModelError(
        750,
        f"The scenario {scenario!r} expects {expected.indicator!r} of {expected.place!r} in {expected.year}, "
        "which is not told.",
        next_step,
        ("expected",),
    )
