"""Tables of a release on years to come: the outlook, scenarios, and the answers of policy searches.

All of them are estimates. Those of scenarios and of policy say so in their titles: they hold what would
follow if, not what will be.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nuudel.base.provenance import Quality
from nuudel.publication.releases import (
    languages_of,
    place_dimension,
    release,
    texts,
    word_dimension,
    year_dimension,
)
from nuudel.publication.report.chapters.outlook import USED
from nuudel.publication.report.material import Material
from nuudel.publication.report.words import load_words
from nuudel.publication.tables import STATUSES, Dimension, Status, Table

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer
    from nuudel.model.projection.outlook import Outlook
    from nuudel.model.scenarios.comparison import ScenarioComparison

Values = NDArray[np.float64]
# Names of the figures, and where they stand among the five quantiles.
FIGURES = ("estimate", "low80", "high80", "low95", "high95")
ORDER = [2, 1, 3, 0, 4]
COUNTED = "observed"
MILLION, BILLION = 1e6, 1e9


def prospect_tables(material: Material) -> list[Table]:
    """Tables of everything that looks ahead, where the material has it."""
    tables: list[Table] = []
    if material.outlook is not None:
        tables += outlook_tables(material, material.outlook)
    if material.scenarios is not None:
        tables += scenario_tables(material, material.scenarios)
    if material.policy:
        tables += policy_tables(material, material.policy)
    return tables


def ahead_table(
    material: Material,
    key: str,
    dimensions: tuple[Dimension, ...],
    unit: str,
    values: Values,
    decimals: int = 0,
) -> Table:
    """A table of estimates, or of scenarios; a figure that does not exist is marked as not applicable."""
    status = np.where(np.isnan(values), STATUSES.index(Status.NOT_APPLICABLE), 0)
    used = [material.pack.table(name) for name in USED if material.pack.has(name)]
    return release(
        material,
        key,
        dimensions,
        unit,
        values,
        used or [material.migration_table],
        decimals=decimals,
        status=status,
        quality=Quality.ESTIMATED if key.startswith("outlook") else Quality.SCENARIO,
    )


def said_dimension(
    material: Material, key: str, codes: Sequence[str], say: Callable[[str, str], str]
) -> Dimension:
    """Categories with a label for each language, as ``say`` writes them of a language and a code."""
    labels = {lang: tuple(say(lang, code) for code in codes) for lang in languages_of(material)}
    return Dimension(key, texts(material, f"tables.{key}"), tuple(codes), labels)


def message_or_code(group: str) -> Callable[[str, str], str]:
    """The words of a code in a group of messages; the code itself where there are none."""

    def say(lang: str, code: str) -> str:
        return load_words(lang).messages.get(f"{group}.{code}", "") or code.replace("_", " ")

    return say


def outlook_tables(material: Material, outlook: "Outlook") -> list[Table]:
    """People by place, of the country, by age and group; shares; the past; assumptions."""
    places, years = (
        place_dimension(material, outlook.places),
        year_dimension(material, outlook.years.tolist()),
    )
    figures = word_dimension(material, "figure", FIGURES)
    persons = outlook.persons[ORDER].transpose(2, 1, 0)
    groups = said_dimension(material, "group", outlook.groups, message_or_code("tables"))
    grouped = outlook.grouped[ORDER].transpose(3, 2, 1, 0)
    tables = [
        ahead_table(material, "outlook_population", (places, years, figures), "persons", persons),
        ahead_table(material, "outlook_groups", (places, groups, years, figures), "persons", grouped),
        country_table(material, outlook),
        age_table(material, outlook),
    ]
    if outlook.capital:
        share = 100 * outlook.capital_share[ORDER].T
        tables.append(ahead_table(material, "outlook_share", (years, figures), "percent", share, 1))
    if outlook.wpp_reasons.height:
        names = tuple(outlook.wpp_reasons["component"])
        parts = said_dimension(material, "component", names, message_or_code("components"))
        when = year_dimension(material, [outlook.wpp_year])
        values = outlook.wpp_reasons["difference_persons"].to_numpy()[:, None]
        tables.append(ahead_table(material, "outlook_reasons", (parts, when), "persons", values))
    if outlook.back.height:
        tables += [back_table(material, outlook), back_error_table(material, outlook)]
    if outlook.sensitivity.height:
        tables.append(sensitivity_table(material, outlook))
    return tables


def country_table(material: Material, outlook: "Outlook") -> Table:
    """The country's people beside the United Nations' median and 80 per cent range."""
    ours = outlook.country[ORDER].T
    theirs = np.full_like(ours, np.nan)
    columns = ("wpp_median", "wpp_low80", "wpp_high80")
    for year, *values in outlook.wpp.select("year", *columns).iter_rows():
        at = outlook.at(year)
        if 0 <= at < len(theirs):
            theirs[at, :3] = [np.nan if value is None else value for value in values]
    dimensions = (
        said_dimension(material, "model", ("ours", "united_nations"), message_or_code("outlook")),
        year_dimension(material, outlook.years.tolist()),
        word_dimension(material, "figure", FIGURES),
    )
    return ahead_table(material, "outlook_country", dimensions, "persons", np.stack([ours, theirs]))


def age_table(material: Material, outlook: "Outlook") -> Table:
    """The country's people by sex and age in the first and the last year."""
    ages = tuple(str(age) for age in range(outlook.pyramid.shape[3]))
    dimensions = (
        word_dimension(material, "sex", ("female", "male")),
        said_dimension(material, "age", ages, lambda _, code: code),
        year_dimension(material, [int(outlook.years[0]), int(outlook.years[-1])]),
        word_dimension(material, "figure", FIGURES),
    )
    values = outlook.pyramid[ORDER][:, [0, -1]].transpose(2, 3, 1, 0)
    return ahead_table(material, "outlook_ages", dimensions, "persons", values)


def back_table(material: Material, outlook: "Outlook") -> Table:
    """What was counted after the year of the test, and what the method would have told."""
    frame = outlook.back
    names, places = (tuple(frame[key].unique(maintain_order=True)) for key in ("indicator", "place"))
    years = sorted(frame["year"].unique().to_list())
    columns = (COUNTED, "median", "low80", "high80", "low95", "high95")
    values = np.full((len(names), len(places), len(years), len(columns)), np.nan)
    for name, place, year, *told in frame.select("indicator", "place", "year", *columns).iter_rows():
        values[names.index(name), places.index(place), years.index(year)] = told
    dimensions = (
        said_dimension(material, "indicator", names, message_or_code("indicators")),
        place_dimension(material, places),
        year_dimension(material, years),
        word_dimension(material, "figure", (COUNTED, *FIGURES)),
    )
    return ahead_table(material, "outlook_back", dimensions, "persons", values)


def back_error_table(material: Material, outlook: "Outlook") -> Table:
    """How often ranges held, by how far ahead, and mean errors beside simpler ways, in per cent."""
    names = tuple(outlook.back_coverage["indicator"].unique(maintain_order=True))
    methods = tuple(outlook.back_errors["method"].unique(maintain_order=True))
    scores = ("coverage80", "coverage95", *(f"model_{method}" for method in methods))
    sets = tuple(outlook.back_coverage["years"].unique(maintain_order=True))
    values = np.full((len(names), len(sets), len(scores), 1), np.nan)
    whole = outlook.back_coverage.filter(pl.col("horizon") == 0)
    for name, years, *held in whole.select("indicator", "years", "covered80", "covered95").iter_rows():
        values[names.index(name), sets.index(years), :2, 0] = 100 * np.array(held)
    errors = outlook.back_errors.select("indicator", "years", "method", "percent")
    for name, years, method, percent in errors.iter_rows():
        if name in names and years in sets:
            values[names.index(name), sets.index(years), scores.index(f"model_{method}"), 0] = percent
    dimensions = (
        said_dimension(material, "indicator", names, message_or_code("indicators")),
        said_dimension(material, "counts", sets, message_or_code("tables")),
        said_dimension(material, "score", scores, message_or_code("tables")),
        year_dimension(material, [outlook.back_year]),
    )
    return ahead_table(material, "outlook_back_errors", dimensions, "percent", values, 1)


def sensitivity_table(material: Material, outlook: "Outlook") -> Table:
    """The capital's share with one assumption exchanged, each case a row."""
    frame = outlook.sensitivity
    pairs = [(str(a), str(c)) for a, c in frame.select("assumption", "choice").iter_rows()]
    codes = [f"{a}-{c}" if c else a for a, c in pairs]

    def say(lang: str, code: str) -> str:
        assumption, _, choice = code.partition("-")
        name = message_or_code("assumptions")(lang, assumption)
        return f"{name}: {message_or_code('choices')(lang, choice)}" if choice else name

    columns = ("capital_share", "capital_share_low80", "capital_share_high80")
    by_share = bool(outlook.capital)
    values = frame.select(columns if by_share else [c.replace("capital_share", "country") for c in columns])
    dimensions = (
        said_dimension(material, "case", codes, say),
        word_dimension(material, "figure", FIGURES[:3]),
        year_dimension(material, [outlook.sensitivity_year]),
    )
    unit, factor, decimals = ("percent", 100, 1) if by_share else ("persons", 1, 0)
    figures = factor * values.to_numpy().astype(float)[:, :, None]
    return ahead_table(material, "outlook_sensitivity", dimensions, unit, figures, decimals)


def scenario_tables(material: Material, found: "ScenarioComparison") -> list[Table]:
    """Differences by indicator, place and year; the capital's share; cost."""
    titles = {
        lang: dict(zip(found.names, found.titles[lang], strict=True)) for lang in languages_of(material)
    }
    scenarios = said_dimension(material, "scenario", found.names, lambda lang, code: titles[lang][code])
    tables = [difference_table(material, found, lambda lang, code: titles[lang][code])]
    if found.capital:
        share = 100 * found.capital_share[:, ORDER].transpose(0, 2, 1)
        years = year_dimension(material, found.years.tolist())
        figures = word_dimension(material, "figure", FIGURES)
        change = 100 * found.capital_share_difference[:, ORDER].transpose(0, 2, 1)
        shape = (scenarios, years, figures)
        tables.append(ahead_table(material, "scenario_share", shape, "percent", share, 1))
        tables.append(ahead_table(material, "scenario_share_change", shape, "points", change, 2))
    if found.cost.height:
        columns = ("median", "low80", "high80")
        money = found.cost.select([*columns, *(f"per_person_{c}" for c in columns)]).to_numpy().astype(float)
        spending = said_dimension(
            material, "scenario", found.cost["scenario"].to_list(), lambda lang, code: titles[lang][code]
        )
        dimensions = (
            spending,
            word_dimension(material, "score", ("all_cost", "cost_per_person")),
            word_dimension(material, "figure", FIGURES[:3]),
            year_dimension(material, [int(found.cost["year"][0])]),
        )
        values = money.reshape(-1, 2, 3, 1)
        tables.append(ahead_table(material, "scenario_cost", dimensions, "million_mnt", values, 1))
    return tables


def difference_table(
    material: Material, found: "ScenarioComparison", say: Callable[[str, str], str]
) -> Table:
    """Persons more or fewer than in the baseline, beside the baseline itself."""
    frame = found.differences.filter(pl.col("indicator") != "capital_share")
    keys = [
        tuple(frame[key].unique(maintain_order=True)) for key in ("scenario", "indicator", "place", "year")
    ]
    columns = ("baseline", "median", "low80", "high80")
    values = np.full((*map(len, keys), len(columns)), np.nan)
    at = [{code: place for place, code in enumerate(codes)} for codes in keys]
    for scenario, indicator, place, year, *told in frame.select(
        "scenario", "indicator", "place", "year", *columns
    ).iter_rows():
        values[at[0][scenario], at[1][indicator], at[2][place], at[3][year]] = told
    dimensions = (
        said_dimension(material, "scenario", keys[0], say),
        said_dimension(
            material, "indicator", keys[1], lambda lang, code: say_indicator(material, lang, code)
        ),
        place_dimension(material, keys[2]),
        year_dimension(material, keys[3]),
        word_dimension(material, "figure", ("baseline", "difference", "low80", "high80")),
    )
    return ahead_table(material, "scenario_differences", dimensions, "persons", values)


def say_indicator(material: Material, lang: str, code: str) -> str:
    """An indicator in words: people, moves, or users and those without room of a capacity."""
    for ending in ("needed", "lacking"):
        if code.endswith(f"_{ending}"):
            capacity = code.removesuffix(f"_{ending}")
            return load_words(lang)(f"tables.{ending}", capacity=material.capacity(capacity, lang))
    return message_or_code("tables")(lang, code)


def policy_tables(material: Material, answers: "Sequence[PolicyAnswer]") -> list[Table]:
    """Money by goal, lever, place and block of years; levers; budgets and what they buy."""
    goals = {answer.goal.name: answer for answer in answers}
    by_goal = said_dimension(material, "goal", tuple(goals), lambda lang, code: goals[code].goal.title[lang])
    mixes = [answer for answer in answers if answer.mix.height]
    tables = [mix_table(material, by_goal, mixes)] if mixes else []
    levers = tuple(dict.fromkeys(name for answer in answers for name in answer.levers["lever"]))
    columns = ("shapley", "low80", "high80")
    effects = np.full((len(goals), len(levers), 3, 1), np.nan)
    for g, answer in enumerate(answers):
        factor = 100 if answer.unit == "share" else 1
        for name, *told in answer.levers.select("lever", *columns).iter_rows():
            effects[g, levers.index(name), :, 0] = factor * np.array(told, dtype=float)
    figures = word_dimension(material, "figure", FIGURES[:3])
    year = year_dimension(material, [max(answer.goal.objective.last for answer in answers)])
    named = said_dimension(material, "lever", levers, lambda lang, code: material.act(code, lang))
    tables.append(ahead_table(material, "policy_levers", (by_goal, named, figures, year), "goal", effects, 2))
    return [*tables, front_table(material, by_goal, answers, year)]


def mix_table(material: Material, by_goal: Dimension, answers: "Sequence[PolicyAnswer]") -> Table:
    """Billions spent on each lever in each place, by the first year of a block of years."""
    rows = [
        (answer.goal.name, *row)
        for answer in answers
        for row in answer.mix.select("lever", "place", "from", "cost").iter_rows()
    ]
    levers, places = (tuple(dict.fromkeys(row[k] for row in rows)) for k in (1, 2))
    years = sorted({row[3] for row in rows})
    values = np.zeros((len(by_goal.codes), len(levers), len(places), len(years)))
    for goal, lever, place, year, cost in rows:
        at = by_goal.codes.index(goal), levers.index(lever), places.index(place), years.index(year)
        values[at] += cost / BILLION
    dimensions = (
        by_goal,
        said_dimension(material, "lever", levers, lambda lang, code: material.act(code, lang)),
        place_dimension(material, places),
        year_dimension(material, years),
    )
    return ahead_table(material, "policy_mix", dimensions, "billion_mnt", values, 2)


def front_table(
    material: Material, by_goal: Dimension, answers: "Sequence[PolicyAnswer]", year: Dimension
) -> Table:
    """Cost and effect of the best mix of each budget, from nothing to the whole."""
    steps = max((answer.front.height for answer in answers), default=0)
    columns = ("cost", "effect", "low80", "high80")
    values = np.full((len(answers), max(steps, 1), len(columns), 1), np.nan)
    for g, answer in enumerate(answers):
        factor = 100 if answer.unit == "share" else 1
        scale = np.array([1 / BILLION, factor, factor, factor])
        told = answer.front.sort("budget").select(columns).to_numpy().astype(float) * scale
        values[g, : len(told), :, 0] = told
    dimensions = (
        by_goal,
        said_dimension(
            material, "budget", tuple(str(k) for k in range(1, max(steps, 1) + 1)), lambda _, code: code
        ),
        word_dimension(material, "figure", ("money", "effect", "low80", "high80")),
        year,
    )
    return ahead_table(material, "policy_front", dimensions, "goal", values, 2)
