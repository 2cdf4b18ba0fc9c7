"""``nuudel places``: look places up, measure between them, locate points, load boundaries."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nuudel.base.packs import Pack
    from nuudel.base.provenance import Caveat
    from nuudel.places.gazetteer import Gazetteer, Place

app = typer.Typer(
    help="Places of a country: search, list, distances, boundaries.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PackOption = Annotated[str, typer.Option("--pack", help="The country: a pack's name or folder.")]
UnitsOption = Annotated[
    Path | None, typer.Option("--units", help="CSV with further units, such as baghs and khoroos.")
]
LevelOption = Annotated[str | None, typer.Option("--level", help="Only this level, such as aimag or soum.")]
WithinOption = Annotated[str | None, typer.Option("--within", help="Only inside this unit (code or name).")]


def open_gazetteer(pack: str, units: Path | None = None) -> "tuple[Pack, Gazetteer]":
    from nuudel.base.packs import load_pack
    from nuudel.places.gazetteer import read_gazetteer
    from nuudel.places.units import read_units

    loaded = load_pack(pack)
    gazetteer = read_gazetteer(loaded)
    return loaded, gazetteer if units is None else read_units(gazetteer, units)


def find(gazetteer: "Gazetteer", text: str) -> "Place":
    """A place by its code, or by a name that only one place bears."""
    from nuudel.places.search import resolve

    return gazetteer.places.get(text) or resolve(gazetteer, text)


def print_table(
    columns: "Sequence[str]", rows: "Sequence[Sequence[Any]]", numbers: "Sequence[str]" = ()
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    Console().print(table)


@app.command("search")
def search_places(
    name: Annotated[str, typer.Argument(help="A name in any script or transliteration.")],
    *,
    pack: PackOption = "mongolia",
    level: LevelOption = None,
    within: WithinOption = None,
    limit: Annotated[int, typer.Option(min=1, help="The most places to show.")] = 10,
    units: UnitsOption = None,
) -> None:
    """Search places by name: Ömnögovi, Umnugovi, South Gobi, Өмнөговь."""
    from nuudel.places.search import search

    _, gazetteer = open_gazetteer(pack, units)
    upper = None if within is None else find(gazetteer, within).code
    hits = search(gazetteer, name, level=level, within=upper, limit=limit)
    rows = [
        (
            hit.place.code,
            *(hit.place.names.get(language) for language in gazetteer.languages),
            hit.place.level,
            upper_names(gazetteer, hit.place),
            f"{hit.score:.0f}",
        )
        for hit in hits
    ]
    print_table(("code", *gazetteer.languages, "level", "in", "score"), rows, ("score",))


def upper_names(gazetteer: "Gazetteer", place: "Place") -> str:
    line = [p.name(gazetteer.languages[0]) for p in gazetteer.ancestors(place.code)]
    return ", ".join(line[:-1] or line)


@app.command("list")
def list_places(
    pack: PackOption = "mongolia",
    level: LevelOption = None,
    within: WithinOption = None,
    on: Annotated[str | None, typer.Option(help="The day, as 1990-06-30; without it, today.")] = None,
    units: UnitsOption = None,
) -> None:
    """List the units of a level, with codes, names and coordinates."""
    from nuudel.places.gazetteer import read_date

    _, gazetteer = open_gazetteer(pack, units)
    wanted = level or gazetteer.levels[min(1, len(gazetteer.levels) - 1)].name
    upper = None if within is None else find(gazetteer, within).code
    found = [
        place
        for place in gazetteer.units(wanted, read_date(on, "on"))
        if upper is None or upper in {p.code for p in gazetteer.ancestors(place.code)}
    ]
    rows = [
        (
            place.code,
            place.iso_3166_2,
            *(place.names.get(language) for language in gazetteer.languages),
            place.latitude,
            place.longitude,
            None if place.elevation_m is None else f"{place.elevation_m:.0f}",
        )
        for place in found
    ]
    numbers = ("latitude", "longitude", "metres")
    print_table(("code", "ISO 3166-2", *gazetteer.languages, *numbers), rows, numbers)


@app.command("show")
def show_place(
    place: Annotated[str, typer.Argument(help="A code or a name.")],
    pack: PackOption = "mongolia",
    units: UnitsOption = None,
) -> None:
    """Show all that is known of one place."""
    _, gazetteer = open_gazetteer(pack, units)
    found = find(gazetteer, place)
    rows: list[tuple[str, Any]] = [("code", found.code)]
    rows += [(f"name ({language})", name) for language, name in found.names.items()]
    rows += [("also", ", ".join(name for name, code in gazetteer.aliases if code == found.code))]
    rows += [("level", f"{found.level} {found.kind}".strip()), ("in", upper_names(gazetteer, found))]
    rows += [("national code", found.national_code), ("ISO 3166-2", found.iso_3166_2)]
    rows += [
        ("latitude", found.latitude),
        ("longitude", found.longitude),
        ("elevation, m", found.elevation_m),
    ]
    rows += [("valid from", found.valid_from), ("valid to", found.valid_to)]
    below: dict[str, int] = {}
    for child in gazetteer.children(found.code):
        below[child.level] = below.get(child.level, 0) + 1
    rows += [(f"{level}s inside", count) for level, count in below.items()]
    print_table(("", ""), [row for row in rows if row[1] not in (None, "")])


@app.command("distance")
def measure_distance(
    origin: Annotated[str, typer.Argument(help="A code or a name.")],
    destination: Annotated[str, typer.Argument(help="A code or a name.")],
    pack: PackOption = "mongolia",
    units: UnitsOption = None,
) -> None:
    """Measure the great-circle distance between two places, in kilometres."""
    from nuudel.places.distances import great_circle

    _, gazetteer = open_gazetteer(pack, units)
    ends = [find(gazetteer, origin), find(gazetteer, destination)]
    lat, lon = gazetteer.coordinates(place.code for place in ends)
    names = [gazetteer.path(place.code, gazetteer.languages[0]) for place in ends]
    typer.echo(f"{names[0]} – {names[1]}: {great_circle(lat, lon)[0, 1]:.1f} km")


@app.command("locate", context_settings={"ignore_unknown_options": True})
def locate_point(
    latitude: Annotated[float, typer.Argument(help="Degrees north.")],
    longitude: Annotated[float, typer.Argument(help="Degrees east.")],
    pack: PackOption = "mongolia",
    level: LevelOption = None,
) -> None:
    """Name the units in which a point lies."""
    from nuudel.places.boundaries import boundaries

    loaded, gazetteer = open_gazetteer(pack)
    levels = [
        entry.name for entry in gazetteer.levels if gazetteer.units(entry.name) and entry.name != "settlement"
    ]
    rows: list[tuple[str | None, ...]] = []
    caveats: dict[str, Caveat] = {}
    for name in [level] if level else levels:
        drawn = boundaries(loaded, name, gazetteer)
        code = drawn.locate([latitude], [longitude])[0]
        if code is not None:
            place = gazetteer.get(code)
            rows.append((name, code, *(place.names.get(language) for language in gazetteer.languages)))
            caveats |= {caveat.key: caveat for caveat in drawn.caveats if caveat.covers(place=code)}
    if not rows:
        typer.echo(f"The point lies outside {gazetteer.get(gazetteer.country).name(gazetteer.languages[0])}.")
        raise typer.Exit(1)
    print_table(("level", "code", *gazetteer.languages), rows)
    for caveat in caveats.values():
        typer.echo(caveat.text.get(gazetteer.languages[0], caveat.text["en"]))


@app.command("boundaries")
def load_own_boundaries(
    file: Annotated[Path | None, typer.Argument(help="GeoJSON with polygons on WGS 84.")] = None,
    pack: PackOption = "mongolia",
    level: LevelOption = None,
    check: Annotated[bool, typer.Option("--check", help="Report only; keep nothing.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Remove what was kept (of --level, or all).")
    ] = False,
) -> None:
    """Load boundaries of your own; from then on they are used everywhere."""
    from nuudel.base.errors import PlacesError
    from nuudel.places import user_boundaries as own

    loaded, gazetteer = open_gazetteer(pack)
    if forget:
        for name in [level] if level else [entry.name for entry in gazetteer.levels]:
            if own.forget(loaded, gazetteer.level(name).name):
                typer.echo(f"The boundaries of level {name} are forgotten.")
        return
    if file is None:
        raise PlacesError(130, "no file is named.", "Name a GeoJSON file, or use --forget.", ("file",))
    read = own.read_boundaries(file, gazetteer, level)
    if not check:
        own.keep(loaded, read, file.name)
    total = read.units + len(read.missing)
    typer.echo(f"{len(read.regions)} polygons for {read.units} of {total} units of level {read.level}.")
    typer.echo(f"Matched by the property {read.property_name}.")
    for region in read.regions:
        if len(region.codes) > 1:
            names = ", ".join(gazetteer.get(code).name(gazetteer.languages[0]) for code in region.codes)
            typer.echo(f"One polygon stands for {names} ({', '.join(region.codes)}).")
    for note in read.notes:
        shown = ", ".join(str(number) for number in note.features[:20])
        more = f" and {len(note.features) - 20} more" if len(note.features) > 20 else ""
        typer.echo(f"{note.code}: features {shown}{more} {note.problem}.")
    if read.missing:
        shown = ", ".join(read.missing[:20])
        typer.echo(f"Without a polygon: {shown}{' …' if len(read.missing) > 20 else ''}")
    typer.echo("Nothing was kept (--check)." if check else f"Kept in {own.store_path(loaded, read.level)}.")
