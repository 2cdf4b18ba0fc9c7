"""Writing a bundle: every file of the explorer's content, named by the content of all."""

import hashlib
import json
from pathlib import Path

from nuudel.base.provenance import Effect
from nuudel.places.boundaries import Boundaries
from nuudel.publication.explorer.frame import Frame, frame_of, pixels_of, shapes_of
from nuudel.publication.explorer.indicators import Indicator, indicators_of
from nuudel.publication.explorer.place_data import USED, listed_places, place_files
from nuudel.publication.explorer.read import FORMAT
from nuudel.publication.explorer.routes import flows_of
from nuudel.publication.explorer.series import people_by_place, series_of
from nuudel.publication.explorer.words import in_all_languages, languages, say, source_line
from nuudel.publication.formats.files import write_atomically
from nuudel.publication.report.material import Material

HASH_LETTERS = 12
KINDS = {"policy": "rule"}


def write_bundle(material: Material, folder: Path) -> str:
    """Write the bundle of a run into a folder and return its build: the hash of its content.

    Parameters
    ----------
    folder
        Made where it does not exist; files of an older bundle in it are removed.

    Raises
    ------
    PublicationError
        ``PUBLICATION-191``: a file cannot be written.
    """
    files = compose_bundle(material)
    build = json.loads(files["index.json"])["build"]
    for old in folder.glob("*.json"):
        if old.name not in files:
            old.unlink()
    for name, content in files.items():
        write_atomically(folder / name, content)
    return str(build)


def compose_bundle(material: Material) -> dict[str, bytes]:
    """The bundle's files by name, in UTF-8; the same material gives the same bytes."""
    drawn = {level: bounds for level in levels_of(material) if (bounds := material.boundaries_of(level))}
    frame = frame_of(material, drawn.get(material.unit_level))
    indicators = indicators_of(material, people_by_place(material))
    flows = flows_of(material)
    contents: dict[str, object] = {
        **{f"shapes-{level}.json": shapes_of(frame, bounds) for level, bounds in drawn.items()},
        "series.json": series_of(material),
        **{f"flows-{year}.json": file for year, file in flows.items()},
        **{f"indicator-{found.key}.json": found.values for found in indicators},
        **{f"place-{code}.json": file for code, file in place_files(material, indicators, flows).items()},
    }
    files = {name: as_json(content) for name, content in contents.items()}
    index = index_of(material, frame, drawn, indicators, flows)
    build = hash_of({**files, "index.json": as_json(index)})
    return {"index.json": as_json({"build": build, **index}), **files}


def levels_of(material: Material) -> tuple[str, ...]:
    """The levels that have places in the bundle, the one of migration first."""
    return tuple(dict.fromkeys(place.level for place in listed_places(material)))


def as_json(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def hash_of(files: dict[str, bytes]) -> str:
    """The first letters of the SHA-256 over names and contents."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:HASH_LETTERS]


def index_of(
    material: Material,
    frame: Frame,
    drawn: dict[str, Boundaries],
    indicators: list[Indicator],
    flows: dict[int, dict[str, object]],
) -> dict[str, object]:
    """The content of ``index.json`` but for the build."""
    pack, moves = material.pack, material.internal
    return {
        "format": FORMAT,
        "version": material.version,
        "pack": pack.name,
        "country": in_all_languages(pack.title),
        "country_code": pack.country,
        "capital": material.capital,
        "languages": list(languages()),
        "years": moves.years.tolist() if moves is not None else [],
        "moves_source": material.migration_table.source.key,
        "frame": {"width": frame.width, "height": frame.height},
        "levels": [level_entry(material, level, drawn.get(level)) for level in levels_of(material)],
        "places": places_of(material, frame),
        "events": events_of(material),
        "indicators": [found.entry() for found in indicators],
        "sources": sources_of(material, indicators, drawn),
        "flows": flows_entry(material, flows),
        "caveats": caveats_of(material),
    }


def level_entry(material: Material, level: str, bounds: Boundaries | None) -> dict[str, object]:
    known = material.gazetteer.level(level)
    caveats = bounds.caveats if bounds is not None else ()
    return {
        "key": level,
        "one": in_all_languages(known.title),
        "plural": in_all_languages(known.plural),
        "shapes": bounds is not None,
        "approximate": bounds is not None and bounds.approximate,
        "caveats": [{"text": in_all_languages(c.text), "places": list(c.places)} for c in caveats],
    }


def places_of(material: Material, frame: Frame) -> list[dict[str, object]]:
    places = listed_places(material)
    codes = [place.code for place in places]
    latitudes, longitudes = material.gazetteer.coordinates(codes)
    pixels = pixels_of(frame, zip(longitudes.tolist(), latitudes.tolist(), strict=True))
    return [
        {
            "code": place.code,
            "level": place.level,
            "parent": place.parent,
            "name": {lang: place.name(lang) for lang in languages()},
            "xy": xy,
            "lat": round(float(lat), 4),
            "lon": round(float(lon), 4),
        }
        for place, xy, lat, lon in zip(places, pixels, latitudes, longitudes, strict=True)
    ]


def events_of(material: Material) -> list[dict[str, object]]:
    """Rules, dzuds and epidemics of the pack; an event of the whole country names no places."""
    if not material.pack.has("events"):
        return []
    return [
        {
            "key": row["event"],
            "kind": KINDS.get(row["kind"], row["kind"]),
            "from": row["start_year"],
            "to": row["end_year"],
            "label": {lang: row.get(f"title_{lang}") or row["title_en"] for lang in languages()},
            "short": short_label(row["kind"]),
            "places": [] if row["place"] == material.pack.country else [row["place"]],
        }
        for row in material.pack.table("events").frame.sort("start_year", "event").iter_rows(named=True)
    ]


def short_label(kind: str) -> dict[str, str]:
    """The words that stand beside an event in a chart."""
    return dict(say(f"events.{kind}"))


def sources_of(
    material: Material, indicators: list[Indicator], drawn: dict[str, Boundaries]
) -> list[dict[str, object]]:
    """Every source of a figure or shape of the bundle."""
    found = [] if material.internal is None else [material.migration_table.source]
    found += [material.pack.table(name).source for name in USED if material.pack.has(name)]
    found += [source for indicator in indicators for source in indicator.sources]
    found += [bounds.source for bounds in drawn.values()]
    unique = {source.key: source for source in found}
    return [
        {
            "key": source.key,
            "institution": in_all_languages(source.institution),
            "title": in_all_languages(source.title),
            "identifier": source.identifier,
            "licence": source.licence,
            "line": source_line(source),
        }
        for source in unique.values()
    ]


def flows_entry(material: Material, flows: dict[int, dict[str, object]]) -> dict[str, object]:
    """Years of routes, how they came about, and what their ranges cover."""
    observed = material.flows is not None
    if not flows:
        return {"years": [], "quality": None, "coverage_note": say("flows.none")}
    if observed:
        return {"years": sorted(flows), "quality": "observed", "coverage_note": say("flows.counted")}
    learnt = material.routes.flows.learnt_from if material.routes is not None else ()
    return {
        "years": sorted(flows),
        "quality": "estimated",
        "range_percent": 80,
        "coverage_note": say("flows.coverage", n=len(learnt)),
    }


def caveats_of(material: Material) -> list[dict[str, object]]:
    """What is known against the registered moves, whole series first."""
    if material.internal is None:
        return []
    kept = list(material.migration_table.caveats)
    kept.sort(key=lambda c: (c.years is not None, list(Effect).index(c.effect)))
    return [
        {
            "key": caveat.key,
            "text": in_all_languages(caveat.text),
            "effect": str(caveat.effect),
            "places": list(caveat.places),
            "years": list(caveat.years) if caveat.years else None,
        }
        for caveat in kept
    ]
