"""The page of a unit below the level of migration: what there is of it, and what is missing said plainly."""

from statistics import median

from nuudel.publication.charts.style import number
from nuudel.publication.explorer.documents import Section, Tile
from nuudel.publication.explorer.page_units import before, latest, titled
from nuudel.publication.explorer.teller import Teller
from nuudel.publication.report.document import TextTable

# Tiles of a unit, in this order.
TILES = ("residents", "young_children", "herders", "livestock", "livestock_per_herder")
FEWEST = 3


def resident_tile(teller: Teller, code: str) -> Tile | None:
    """Residents of the last year, with the change since the year before."""
    level = teller.bundle.place(code).level
    found = latest(teller, "residents", level, code)
    if found is None:
        return people_tile(teller, code)
    earlier = before(teller, "residents", level, code, found[0])
    note = ""
    if earlier is not None:
        change = number(found[1] - earlier[1], sign=True)
        same_year = teller.moves(code) is not None
        note = teller.say(
            "tiles.residents_note" if same_year else "tiles.change_note", n=change, year=earlier[0]
        )
    return Tile("residents", teller.say("tiles.residents", year=found[0]), number(found[1]), note)


def people_tile(teller: Teller, code: str) -> Tile | None:
    """People of any series that the bundle has of the place."""
    population = teller.bundle.series.get(code, {}).get("population", {})
    if not population:
        return None
    year = max(population)
    return Tile("residents", teller.say("tiles.residents", year=year), number(population[year]))


def herder_tile(teller: Teller, code: str) -> Tile | None:
    """Herder households, with their livestock each."""
    level = teller.bundle.place(code).level
    found = latest(teller, "herders", level, code)
    if found is None:
        return None
    each = latest(teller, "livestock_per_herder", level, code)
    note = teller.say("tiles.herders_note", n=number(each[1])) if each else ""
    return Tile("herders", teller.say("tiles.herders", year=found[0]), number(found[1]), note)


def unit_tiles(teller: Teller, code: str) -> list[Tile]:
    level = teller.bundle.place(code).level
    tiles = [resident_tile(teller, code)]
    for key in TILES[1:]:
        found = latest(teller, key, level, code)
        if found is not None:
            entry = teller.bundle.indicators[key]
            label = teller.say("tiles.indicator", title=teller.text(entry["title"]), year=found[0])
            tiles.append(Tile(key, label, number(found[1], entry["decimals"])))
    return [tile for tile in tiles if tile is not None]


def unit_lead(teller: Teller, code: str) -> str:
    """How large the unit is among those of the place above, and which of its figures stand out."""
    place = teller.bundle.place(code)
    siblings = [p.code for p in teller.bundle.units(place.level) if p.parent == place.parent]
    above = teller.name(place.parent) if place.parent and place.parent in teller.bundle.places else ""
    found = latest(teller, "residents", place.level, code)
    said = []
    if found is not None:
        known = [v[1] for c in siblings if (v := latest(teller, "residents", place.level, c))]
        rank = 1 + sum(value > found[1] for value in known)
        said.append(
            teller.say("unit.residents", name=place.name(teller.lang), n=number(found[1]), year=found[0])
        )
        if len(known) >= FEWEST and above:
            said.append(teller.say("unit.rank", rank=rank, of=len(known), above=above))
    said.append(teller.say("unit.no_moves", above=above) if above else teller.say("unit.no_moves_at_all"))
    return " ".join(said)


def facts_section(teller: Teller, code: str) -> Section | None:
    """Every indicator of the unit beside the middle of its neighbours and its rank among them."""
    place = teller.bundle.place(code)
    siblings = [p.code for p in teller.bundle.units(place.level) if p.parent == place.parent]
    rows = []
    sources: dict[str, None] = {}
    for key in teller.bundle.indicators:
        entry = teller.bundle.indicators[key]
        found = latest(teller, key, place.level, code)
        if found is None:
            continue
        others = sorted(v[1] for c in siblings if (v := latest(teller, key, place.level, c)))
        middle = median(others)
        rank = 1 + sum(value > found[1] for value in others)
        year = found[0] if found[0].isdigit() else "–"
        rows.append(
            (
                titled(teller, entry),
                year,
                number(found[1], entry["decimals"]),
                number(middle, entry["decimals"]),
                teller.say("unit.rank_cell", rank=rank, of=len(others)),
            )
        )
        sources[teller.text(entry["source"])] = None
    if not rows:
        return None
    table = TextTable(
        title=teller.say("unit.facts_title", n=len(siblings)),
        header=tuple(teller.say(f"columns.{c}") for c in ("indicator", "year", "value", "middle", "rank")),
        rows=tuple(rows),
        source=teller.say("page.source", sources="; ".join(sources)),
        table="indicators",
        text_columns=frozenset({0, 4}),
    )
    return Section("facts", teller.say("unit.facts"), (), (table,))


def missing_section(teller: Teller, code: str, shown: set[str]) -> Section | None:
    """What a page of this kind would have, and this place lacks, in sentences."""
    lacks = [key for key in ("people", "climate") if key not in shown]
    said = [teller.say(f"unit.lacks_{key}") for key in lacks]
    place = teller.bundle.place(code)
    if latest(teller, "herders", place.level, code) is None and "herders" in teller.bundle.indicators:
        said.append(teller.say("unit.lacks_herders"))
    said.append(teller.say("unit.lacks_forecast"))
    return Section("missing", teller.say("unit.missing"), tuple(said))
