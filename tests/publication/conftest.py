"""A table with everything that makes formats stumble, and material with results put in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from nuudel.base.packs import load_pack
from nuudel.base.provenance import Caveat, Effect, Quality, Source
from nuudel.places.gazetteer import read_gazetteer
from nuudel.publication.report.material import Material
from nuudel.publication.report.words import load_words
from nuudel.publication.tables import STATUSES, Dimension, Measure, Status, Table

PLACES = ("MN11", "MN46", "01", "65+", "a b/в")
PLACE_LABELS = {
    "en": ("Ulaanbaatar", 'Ömnögovi "South; Gobi"', "It's 1,5", "65 & <over>", "trailing "),
    "mn": ("Улаанбаатар", "Өмнөговь", "Үүр, 100 ₮", "65-аас дээш", "«Цэг»"),
}
YEARS = ("1983", "2021", "2022")


def build_table(**changed: Any) -> Table:
    places = Dimension("place", {"en": "Place", "mn": "Газар"}, PLACES, PLACE_LABELS)
    sexes = Dimension("sex", {"en": "Sex", "mn": "Хүйс"}, ("t",), {"en": ("Both",), "mn": ("Бүгд",)})
    years = Dimension("year", {"en": "Year", "mn": "Он"}, YEARS, {"en": YEARS, "mn": YEARS}, is_time=True)
    values = np.array(
        [
            [[32150.0, 0.0, -17.0]],
            [[np.nan, 12.5, 1 / 3]],
            [[1e15, 123456789012.125, 4e-7]],
            [[np.nan, np.nan, 1e22]],
            [[0.1 + 0.2, 7.0, 8.0]],
        ]
    )
    status = np.zeros(values.shape, dtype=np.int8)
    special = {(1, 0): "suppressed", (3, 0): "missing", (3, 1): "not_applicable", (0, 2): "doubtful"}
    special |= {(4, 0): "estimated", (4, 1): "provisional", (4, 2): "not_comparable"}
    for (place, year), name in special.items():
        status[place, 0, year] = STATUSES.index(Status(name))
    parts: dict[str, Any] = {
        "key": "in_migrants",
        "title": {"en": 'In-migrants; "registered"', "mn": "Шилжин ирэгчид, ₮"},
        "dimensions": (places, sexes, years),
        "measure": Measure(
            "in_migrants", {"en": "In-migrants", "mn": "Ирэгчид"}, {"en": "persons", "mn": "хүн"}, 1
        ),
        "values": values,
        "quality": Quality.OBSERVED,
        "sources": (
            Source(
                "nso",
                {"en": "National Statistics Office", "mn": "Үндэсний статистикийн хороо"},
                {"en": "Internal migration", "mn": "Дотоод шилжилт"},
                "DT_NSO_0300_040V1",
                "open data",
            ),
        ),
        "disclosure": {"en": "Cells below 5 suppressed.", "mn": "5-аас бага нүдийг нуусан."},
        "as_of": date(2026, 3, 1),
        "caveats": (
            Caveat(
                "refused_registration",
                Effect.NOT_COMPARABLE,
                {"en": 'The capital "refused" newcomers;\nit\'s <not> comparable.', "mn": "Бүртгээгүй."},
                ("in_migrants",),
                ("MN11",),
                (2017, 2019),
            ),
            Caveat("concept", Effect.CONCEPT, {"en": "Registered moves only.", "mn": "Зөвхөн бүртгэсэн."}),
        ),
        "status": status,
    }
    return Table(**{**parts, **changed})


@pytest.fixture
def make_table() -> Callable[..., Table]:
    """A function that builds the table, with parts changed."""
    return build_table


@pytest.fixture
def table() -> Table:
    return build_table()


@pytest.fixture(scope="session")
def make() -> Callable[..., Material]:
    """A function that makes the material of Mongolia with results put in."""
    pack = load_pack("mongolia")
    gazetteer = read_gazetteer(pack)

    def build(lang: str = "en", **results: object) -> Material:
        words = replace(load_words(lang), units=gazetteer.level("aimag").plural[lang])
        return Material(pack, gazetteer, words, "0", None, None, **results)  # type: ignore[arg-type]

    return build
