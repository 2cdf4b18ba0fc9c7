"""A small release for the tests of the API: two places, two years, one table."""

import json
from datetime import date
from pathlib import Path

import numpy as np

from nuudel.base.provenance import Quality, Source
from nuudel.publication.explorer.write import FORMAT
from nuudel.publication.formats import write_all
from nuudel.publication.tables import Dimension, Measure, Table

WORDS = {"en": "Example", "mn": "Жишээ"}


def words(en: str, mn: str) -> dict[str, str]:
    return {"en": en, "mn": mn}


def example_table(key: str = "moves") -> Table:
    """Moves of two places in two years; one figure is missing."""
    return Table(
        key=key,
        title=words("Moves by place and year", "Шилжилт, газар, оноор"),
        dimensions=(
            Dimension(
                "place",
                words("Place", "Газар"),
                ("MN11", "MN81"),
                {"en": ("Ulaanbaatar", "Zavkhan"), "mn": ("Улаанбаатар", "Завхан")},
            ),
            Dimension(
                "year",
                words("Year", "Он"),
                ("2020", "2021"),
                {"en": ("2020", "2021"), "mn": ("2020", "2021")},
                is_time=True,
            ),
        ),
        measure=Measure("migrants", words("Migrants", "Шилжигч"), words("persons", "хүн")),
        values=np.array([[10.0, 20.0], [30.0, np.nan]]),
        quality=Quality.OBSERVED,
        sources=(Source("example", WORDS, WORDS, "EX1", "open data"),),
        disclosure=words("Example figures.", "Жишээ тоо."),
        as_of=date(2021, 12, 31),
    )


def write_release(folder: Path, build: str = "b1") -> Path:
    """The results of a run as far as the API reads them."""
    explorer = folder / "explorer"
    explorer.mkdir(parents=True)
    write(
        explorer / "series.json",
        {
            "MN": {"arrivals": [50, 70], "departures": [50, 70], "doubtful": [], "population": {}},
            "MN11": {
                "arrivals": [30, None],
                "departures": [10, 20],
                "population": {"2020": 1000},
                "doubtful": [{"year": 2020, "effect": "doubtful", "sides": ["in"], "reason": WORDS}],
            },
        },
    )
    write(
        explorer / "flows-2021.json",
        {
            "year": 2021,
            "quality": "estimated",
            "rows": [["MN81", "MN11", 40, 30, 50], ["MN11", "MN81", 20, 10, 30], ["MN82", "MN11", 10, 5, 15]],
        },
    )
    write(
        explorer / "indicator-rate.json", {"aimag": {"2021": {"MN11": 1.5, "MN81": None}, "all": {"MN11": 2}}}
    )
    for code in ("MN11", "MN81", "MN82"):
        write(explorer / f"place-{code}.json", details(code))
    write(explorer / "index.json", index(build))
    write_all(example_table(), folder / "tables")
    return folder


def details(code: str) -> dict[str, object]:
    forecast = {
        "years": [2022, 2023],
        "levels": [0.1, 0.5, 0.9],
        "persons": [[1, 2], [3, 4], [5, 6]],
        "quality": "estimated",
    }
    scenario = {"key": "road", "title": WORDS, "years": [2030], "median": [5], "low": [0], "high": [9]}
    row = {"year": 2020, "value": 1000, "table": "people", "source": "example", "quality": "observed"}
    return {
        "code": code,
        "population": [row],
        "children": [],
        "caveats": [],
        "forecast": forecast if code == "MN11" else None,
        "scenarios": [scenario] if code == "MN11" else [],
    }


def index(build: str) -> dict[str, object]:
    places = [
        {
            "code": code,
            "level": "aimag",
            "parent": "MN",
            "name": words(en, mn),
            "xy": [1, 2],
            "lat": 47.9,
            "lon": 106.8,
        }
        for code, en, mn in (
            ("MN11", "Ulaanbaatar", "Улаанбаатар"),
            ("MN81", "Zavkhan", "Завхан"),
            ("MN82", "Govi-Altai", "Говь-Алтай"),
        )
    ]
    indicator = {
        "key": "rate",
        "title": WORDS,
        "unit": WORDS,
        "levels": ["aimag"],
        "years": [2021],
        "quality": "observed",
        "source": WORDS,
        "caveat": None,
    }
    source = {
        "key": "example",
        "institution": WORDS,
        "title": WORDS,
        "identifier": None,
        "licence": "open data",
    }
    return {
        "build": build,
        "format": FORMAT,
        "version": "0",
        "country": words("Mongolia", "Монгол Улс"),
        "country_code": "MN",
        "capital": "MN11",
        "years": [2020, 2021],
        "languages": ["en", "mn"],
        "levels": [{"key": "aimag", "one": WORDS, "plural": WORDS, "shapes": False}],
        "places": places,
        "indicators": [indicator],
        "sources": [source],
        "caveats": [],
        "flows": {"years": [2021], "quality": "estimated", "range_percent": 80, "coverage_note": WORDS},
    }


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
