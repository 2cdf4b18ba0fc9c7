"""The pages of the explorer, composed from a bundle: places, two places beside each other, the timeline."""

from collections.abc import Mapping
from typing import Any

from nuudel.publication.explorer.documents import PlacePage, Section, Tile
from nuudel.publication.explorer.page_ahead import forecast_section, scenarios_section
from nuudel.publication.explorer.page_moves import move_tiles, moves_lead, moves_section
from nuudel.publication.explorer.page_partners import partners_section
from nuudel.publication.explorer.page_people import climate_section, people_section
from nuudel.publication.explorer.page_unit import (
    facts_section,
    herder_tile,
    missing_section,
    resident_tile,
    unit_lead,
    unit_tiles,
)
from nuudel.publication.explorer.page_units import units_section
from nuudel.publication.explorer.read import Bundle
from nuudel.publication.explorer.teller import Moves, Teller

# Order of caveats: what the figures count, then what is wrong with single ones.
EFFECTS = ("concept", "not_comparable", "missing", "doubtful")


def compose_place(bundle: Bundle, code: str, lang: str, year: int | None = None) -> PlacePage:
    """The page of a place in one language; nothing is drawn (see ``themed.draw``).

    Parameters
    ----------
    year
        The year of the large numbers and of the partners; the last one with figures by default.

    Raises
    ------
    PublicationError
        ``PUBLICATION-321`` an unknown language, ``PUBLICATION-323`` an unknown place, ``PUBLICATION-322`` a
        broken bundle.
    """
    teller = Teller(bundle, lang)
    place = bundle.place(code)
    moves = teller.moves(code)
    last = moves.last_year(year) if moves is not None else None
    if moves is None or last is None:
        lead, tiles, sections = unit_lead(teller, code), unit_tiles(teller, code), unit_sections(teller, code)
    else:
        lead = moves_lead(teller, moves, last)
        tiles = place_tiles(teller, code, moves, last)
        sections = place_sections(teller, code, moves, last)
    other = next((name for key, name in place.names.items() if key != lang), "")
    return PlacePage(
        title=place.name(lang),
        lead=lead,
        sections=sections,
        caveats=caveats_of(teller, code),
        code=code,
        level=place.level,
        other_name=other if other != place.name(lang) else "",
        above=line_above(teller, code),
        key_figures=tuple(tiles),
    )


def place_tiles(teller: Teller, code: str, moves: Moves, year: int) -> list[Tile]:
    tiles = [resident_tile(teller, code), *move_tiles(teller, code, moves, year), herder_tile(teller, code)]
    return [tile for tile in tiles if tile is not None]


def place_sections(teller: Teller, code: str, moves: Moves, year: int) -> tuple[Section, ...]:
    found = (
        moves_section(teller, code, moves),
        partners_section(teller, code, year),
        people_section(teller, code),
        forecast_section(teller, code),
        scenarios_section(teller, code),
        units_section(teller, code),
    )
    return tuple(section for section in found if section is not None)


def unit_sections(teller: Teller, code: str) -> tuple[Section, ...]:
    found = (
        facts_section(teller, code),
        people_section(teller, code),
        climate_section(teller, code),
        units_section(teller, code),
    )
    shown = [section for section in found if section is not None]
    missing = missing_section(teller, code, {section.key for section in shown})
    return (*shown, *((missing,) if missing else ()))


def line_above(teller: Teller, code: str) -> tuple[tuple[str, str], ...]:
    """The country and the places in which one lies, from the country down."""
    line: list[tuple[str, str]] = []
    parent = teller.bundle.place(code).parent
    while parent is not None and parent in teller.bundle.places:
        line.insert(0, (parent, teller.name(parent)))
        parent = teller.bundle.place(parent).parent
    country = teller.bundle.country_code
    return ((country, teller.name(country)), *line)


def caveats_of(teller: Teller, code: str) -> tuple[str, ...]:
    """What is to be known before the page's figures are used, each once."""
    told = sorted(
        teller.bundle.details(code)["caveats"], key=lambda c: (c["own"], EFFECTS.index(c["effect"]))
    )
    return tuple(dict.fromkeys(caveat_text(teller, caveat) for caveat in told))


def caveat_text(teller: Teller, caveat: Mapping[str, Any]) -> str:
    text = teller.text(caveat["text"])
    if not caveat["years"]:
        return text
    first, last = caveat["years"]
    years = str(first) if first == last else f"{first}–{last}"
    return teller.say("page.years_reason", years=years, reason=text)
