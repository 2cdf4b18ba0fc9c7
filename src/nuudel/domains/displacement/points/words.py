"""Codes of the shipped forms in words: modes, reasons, symptoms, kinds of emergencies, countries."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from nuudel.base.packs import load_pack
from nuudel.domains.displacement.country import PACK
from nuudel.surveys import instruments
from nuudel.surveys.instruments.lookups import countries, units
from nuudel.web.words import language

FORMS = ("flow_registry", "flow_survey", "emergency_tracking", "baseline_area")
COLUMNS = {"mn": "label::Монгол (mn)", "en": "label::English (en)"}


@lru_cache(maxsize=2)
def lists(lang: str) -> Mapping[str, Mapping[str, str]]:
    """All lists of choices of the shipped forms: name -> code -> label."""
    found: dict[str, dict[str, str]] = {}
    for key in FORMS:
        head, *rows = instruments.sheets(key)["choices"]
        name, code, label = (head.index(column) for column in ("list_name", "name", COLUMNS[lang]))
        for row in rows:
            found.setdefault(row[name], {})[row[code]] = row[label]
    pairs = ((one.code, one.name_mn if lang == "mn" else one.name_en) for one in countries(load_pack(PACK)))
    return found | {"citizenship": {**dict(pairs), **dict(own_country(lang))}}


def own_country(lang: str) -> Iterator[tuple[str, str]]:
    """The pack's own country, which its table of other countries leaves out."""
    pack = load_pack(PACK)
    for unit in units(pack):
        if unit.code == pack.country:
            yield unit.code, unit.name_mn if lang == "mn" else unit.name_en


def labels(name: str) -> Mapping[str, str]:
    """The codes of a list with their labels, in the reader's language."""
    return lists(language())[name]


def label(name: str, code: str) -> str:
    """A code in words; a code that the shipped forms do not have stays as it is."""
    return labels(name).get(code, code)
