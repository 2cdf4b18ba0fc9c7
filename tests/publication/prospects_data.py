"""An outlook and a comparison of scenarios, made up but of the right shape."""

import numpy as np
import polars as pl

from nuudel.model.projection.outlook import Outlook
from nuudel.model.scenarios.comparison import ScenarioComparison
from nuudel.publication.report.document import Chapter, Figure

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
DEVIATES = np.array([-1.96, -1.2816, 0, 1.2816, 1.96])
CAPITAL = "MN11"
NUMBERS = (11, 21, 22, 23, 41, 42, 43, 44, 45, 46, 48, 61, 62, 63, 64, 65, 67, 81, 82, 83, 84, 85)
AIMAGS = tuple(f"MN{number}" for number in NUMBERS)
YEARS = np.arange(2025, 2051)


def spread(middle: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Quantiles of normal errors: five along the first axis."""
    return np.stack([middle + z * sd for z in DEVIATES])


def make_outlook(growth: float = 0.012) -> Outlook:
    """22 aimags to 2050; the capital grows by ``growth`` a year, the others by what is left."""
    rng = np.random.default_rng(4)
    start = np.r_[1_650_000.0, rng.uniform(18_000, 140_000, len(AIMAGS) - 1)]
    rates = np.r_[growth, rng.uniform(-0.012, 0.008, len(AIMAGS) - 1)]
    time = (YEARS - YEARS[0])[:, None]
    middle = start * (1 + rates) ** time
    persons = spread(middle, 0.007 * middle * np.sqrt(time) * np.linspace(1, 2, len(AIMAGS)))
    country = spread(middle.sum(axis=1), 0.006 * middle.sum(axis=1) * np.sqrt(time[:, 0]))
    share = middle[:, 0] / middle.sum(axis=1)
    ages = np.arange(101)
    now = 30_000 * np.exp(-ages / 45) * (1 + 0.2 * np.sin(ages / 6))
    later = 26_000 * np.exp(-ages / 60) * (1 + 0.2 * np.sin((ages - 25) / 6))
    weight = np.linspace(0, 1, YEARS.size)[:, None, None]
    pyramid = (1 - weight) * np.stack([now, 0.97 * now]) + weight * np.stack([later, 0.97 * later])
    groups = ("all", "preschool", "school", "working", "old", "women_15_49")
    parts = np.array([1, 0.08, 0.22, 0.55, 0.1, 0.25])
    return Outlook(
        years=YEARS,
        places=AIMAGS,
        levels=LEVELS,
        persons=persons,
        country=country,
        capital=CAPITAL,
        capital_share=spread(share, 0.006 * np.sqrt(time[:, 0])),
        net_internal=np.zeros((5, YEARS.size - 1, len(AIMAGS))),
        net_international=np.zeros((5, YEARS.size - 1)),
        groups=groups,
        grouped=persons[:, :, None] * parts[:, None],
        pyramid=spread(pyramid, 0.04 * pyramid * np.sqrt(time[:, :, None])),
        wpp=pl.DataFrame(
            {
                "year": YEARS,
                "median": country[2],
                "low80": country[1],
                "high80": country[3],
                "wpp_median": 1.02 * country[2],
                "wpp_low80": 0.99 * country[2],
                "wpp_high80": 1.05 * country[2],
            }
        ),
        wpp_reasons=pl.DataFrame(
            {
                "component": ["start", "births", "deaths", "migration", "spread", "rounding", "total"],
                "difference_persons": [12_000.0, -61_000.0, 4_000.0, -22_000.0, -1_000.0, 0.0, -68_000.0],
                "explanation": ["start", "births", "deaths", "migration", "spread", "rounding", "total"],
            }
        ),
        wpp_year=2050,
        **make_back(),
        back_year=2010,
        sensitivity=make_sensitivity(),
        sensitivity_year=2050,
        errors=pl.DataFrame({"component": ["fertility"]}),
        correlations=pl.DataFrame({"first": ["fertility"]}),
        problems=(),
        draws=1000,
        seed=1,
    )


def make_back() -> dict[str, pl.DataFrame]:
    """Twelve years of the capital's balance, in the three closed ones far below what was expected."""
    years = np.arange(2010, 2022)
    ranges = spread(24_000 + 0.0 * years, 3_000 * np.sqrt(years - 2009))
    observed = np.array([31, 21, 19, 17, 20, 14, 13, 1, -2, 4, 30, 17]) * 1000.0
    frame = pl.DataFrame(
        {
            "indicator": "net_internal",
            "place": CAPITAL,
            "year": years,
            "observed": observed,
            **dict(zip(("low95", "low80", "median", "high80", "high95"), ranges, strict=True)),
            "distorted": (years > 2016) & (years < 2020),
        }
    )
    coverage = [
        ("net_internal", "all", 0, 264, 0.71, 0.88),
        ("net_internal", "undistorted", 0, 198, 0.79, 0.93),
        ("population", "all", 0, 50, 0.66, 0.84),
        ("population", "undistorted", 0, 50, 0.66, 0.84),
        ("net_internal", "all", 1, 22, 0.81, 0.95),
    ]
    errors = [
        (name, "all", method, 100, 1000.0, percent)
        for name, percents in (("net_internal", (38.0, 41.0, 66.0)), ("population", (2.1, 4.0, 2.9)))
        for method, percent in zip(("outlook", "no_change", "linear"), percents, strict=True)
    ]
    covered = ["indicator", "years", "horizon", "cells", "covered80", "covered95"]
    missed = ["indicator", "years", "method", "cells", "mean_error", "percent"]
    return {
        "back": frame,
        "back_coverage": pl.DataFrame(coverage, schema=covered, orient="row"),
        "back_errors": pl.DataFrame(errors, schema=missed, orient="row"),
    }


def make_sensitivity() -> pl.DataFrame:
    """One row as it is, the others with one assumption exchanged."""
    changes = [
        ("reference", "", 0.0, 0.0),
        ("migration_level", "recent", 0.021, 0.0),
        ("migration_level", "twenty_years", -0.012, 0.0),
        ("migration_level", "reverting", -0.004, 0.0),
        ("fertility_level", "equal", 0.008, 90_000.0),
        ("fertility_level", "half", 0.004, 44_000.0),
        ("international", "balanced", -0.001, 120_000.0),
        ("destinations", "latest", 0.011, 0.0),
        ("destinations", "arrivals", -0.014, 0.0),
        ("population", "midyear", 0.003, 0.0),
        ("age_schedule", "un1992", 0.0005, 3_000.0),
        ("feedback", "none", 0.016, 0.0),
        ("error_source", "past", 0.0, 0.0),
        ("error_places", "half", 0.0, 0.0),
    ]
    widths = [0.05] * 12 + [0.062, 0.031]
    return pl.DataFrame(
        [
            (name, choice, 0.52 + share, 0.52 + share - w / 2, 0.52 + share + w / 2, share, people)
            for (name, choice, share, people), w in zip(changes, widths, strict=True)
        ],
        schema=[
            "assumption",
            "choice",
            "capital_share",
            "capital_share_low80",
            "capital_share_high80",
            "capital_share_change",
            "country_change",
        ],
        orient="row",
    )


SCENARIOS = {
    "baseline": ("Baseline", "Үндсэн зам", 0.0),
    "houses": ("40 000 Houses in three parts", "40 000 айлын орон сууц", 0.4),
    "satellite_towns": ("Satellite towns and roads", "Дагуул хот, зам", -1.6),
    "soft_mortgages": ("Soft mortgages outside the capital", "Орон нутагт зөөлөн зээл", -0.7),
    "golden_triangle": ("Golden Triangle", "Алтан гурвалжин", -0.2),
    "restocking": ("Restocking of herders after a dzud", "Зудын дараа малжуулах", -0.3),
    "dzud_2027": ("A dzud like that of 2010 in 2027", "2010 оных шиг зуд 2027 онд", 0.9),
    "ban": ("The register closed again, 2027 to 2029", "Бүртгэл дахин хаалттай", -2.4),
    "mining_bust": ("Mining boom and bust", "Уул уурхайн өсөлт, уналт", 0.05),
}


def make_scenarios() -> ScenarioComparison:
    """Eight scenarios beside the baseline of ``make_outlook``."""
    outlook = make_outlook()
    names = tuple(SCENARIOS)
    rise = np.linspace(0, 1, YEARS.size)
    change = np.stack(
        [spread(0.01 * size * rise, 0.003 * abs(size) * rise) for *_, size in SCENARIOS.values()]
    )
    differences = [difference for name in names[1:] for difference in differences_of(name, outlook)]
    return ScenarioComparison(
        names=names,
        titles={
            "en": tuple(row[0] for row in SCENARIOS.values()),
            "mn": tuple(row[1] for row in SCENARIOS.values()),
        },
        texts={
            "en": tuple(
                f"What is done under {row[0]}, where and in which years." for row in SCENARIOS.values()
            ),
            "mn": tuple(f"{row[1]}: юу, хаана, хэзээ хийх." for row in SCENARIOS.values()),
        },
        years=YEARS,
        stated_years=(2030, 2040, 2050),
        places=AIMAGS,
        capital=CAPITAL,
        levels=tuple(LEVELS.tolist()),
        capital_share=outlook.capital_share + change,
        capital_share_difference=change,
        differences=pl.DataFrame(differences),
        cost=make_costs(names),
        evidence=make_evidence(names),
        draws=500,
        seed=1,
    )


def differences_of(name: str, outlook: Outlook) -> list[dict[str, object]]:
    """Rows of people by place and of what is lacking in the country."""
    size = SCENARIOS[name][2]
    last = outlook.persons[2, -1]
    rows = []
    for year in (2030, 2040, 2050):
        for i, place in enumerate(AIMAGS):
            middle = (0.015 if i == 0 else -0.02) * size * last[i] * (1 + (i % 3))
            rows.append(
                (name, "population", place, year, "persons", float(last[i]), middle, 0.4 * abs(middle))
            )
        for capacity, weight in (("schools", 2500.0), ("housing", -9000.0), ("clinics", 1200.0)):
            middle = weight * size
            rows.append(
                (name, f"{capacity}_lacking", "MN", year, "users", 50_000.0, middle, 0.6 * abs(middle))
            )
    return [
        {
            "scenario": s,
            "indicator": indicator,
            "place": place,
            "year": year,
            "unit": unit,
            "baseline": base,
            "value": base + middle,
            "low80": middle - half,
            "median": middle,
            "high80": middle + half,
            "concept": "registration" if s == "ban" else "movement",
            "quality": "scenario",
        }
        for s, indicator, place, year, unit, base, middle, half in rows
    ]


def make_costs(names: tuple[str, ...]) -> pl.DataFrame:
    """Money of those that cost something, in million MNT."""
    rows = []
    for name in names[1:]:
        spends = name not in ("dzud_2027", "ban", "mining_bust")
        middle = 2_400_000.0 if spends else 0.0
        each = None if not spends or name == "golden_triangle" else 86.0
        rows.append(
            {
                "scenario": name,
                "low80": 0.8 * middle,
                "median": middle,
                "high80": 1.4 * middle,
                "unit": "million MNT",
                "per_person_low80": each and 0.5 * each,
                "per_person_median": each,
                "per_person_high80": each and 2.6 * each,
                "capital_persons": -24_000.0,
                "year": 2040,
                "quality": "scenario",
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def make_evidence(names: tuple[str, ...]) -> pl.DataFrame:
    """Effects with their sizes, two places for one of them."""
    rows = [
        ("houses", "housing_programme", "lever", "capacity.housing", 1.0, 0.8, 1.2, "assumption", "MN11"),
        ("satellite_towns", "new_homes", "lever", "pull", 0.12, 0.03, 0.21, "literature", "MN21"),
        ("satellite_towns", "new_homes", "lever", "pull", 0.12, 0.03, 0.21, "literature", "MN22"),
        (
            "satellite_towns",
            "new_homes",
            "cost",
            "cost",
            85_000_000.0,
            60_000_000.0,
            120_000_000.0,
            "assumption",
            "MN21",
        ),
        ("dzud_2027", "animals_lost", "shock", "leaving", 0.31, 0.14, 0.47, "estimated", "MN41"),
    ]
    return pl.DataFrame(
        [
            {
                "scenario": scenario,
                "item": item,
                "kind": kind,
                "concept": "movement",
                "acts_on": acts_on,
                "form": "log",
                "place": place,
                "from": 2027,
                "to": 2030,
                "amount": 1000.0,
                "title_en": item.replace("_", " ").capitalize(),
                "title_mn": {"animals_lost": "Мал хорогдох"}.get(item, "Орон сууц барих"),
                "unit_en": "homes",
                "unit_mn": "айл",
                "size": size,
                "low": low,
                "high": high,
                "evidence_en": "From panel estimates of this report for leaving after losses of animals.",
                "evidence_mn": "Энэ тайлангийн малын хорогдлын тооцооноос.",
                "source": "This report",
                "quality": basis,
            }
            for scenario, item, kind, acts_on, size, low, high, basis, place in rows
        ]
    )


def figure_of(chapters: tuple[Chapter, ...], key: str) -> Figure:
    """The figure of some chapters with a key."""
    found = [b for chapter in chapters for b in chapter.blocks if isinstance(b, Figure) and b.key == key]
    return found[0]
