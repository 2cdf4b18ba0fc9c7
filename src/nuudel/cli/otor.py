"""``nuudel otor``: hosts for the herds of a dzud, and the chance of one, from the pack's figures alone."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuudel.cli.output import print_json, write_table
from nuudel.cli.run import PackOption, SeedOption

if TYPE_CHECKING:
    from nuudel.base.packs import Pack
    from nuudel.model.dzud.risk import Risk
    from nuudel.model.pasture.ground import Ground
    from nuudel.model.pasture.hosts import Proposal

app = typer.Typer(help="Otor: hosts for herds in a dzud, and its chance.", no_args_is_help=True)

DayOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day whose season and values count; today.")
]
OutFile = Annotated[
    Path | None, typer.Option("--out", help="CSV or Parquet file for the whole table.", metavar="FILE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
MOST_ROWS = 20


@app.command("hosts")
def hosts(
    hit: Annotated[list[str], typer.Argument(metavar="PLACE...", help="Aimags or soums that are hit.")],
    *,
    households: Annotated[int, typer.Option(min=1, help="How many households leave.")] = 8000,
    day: DayOption = None,
    ceiling: Annotated[
        float | None, typer.Option(help="Load up to which hosts take herds, times their capacity.")
    ] = None,
    reach: Annotated[float | None, typer.Option(help="How far herds can walk, in km.")] = None,
    pack: PackOption = "mongolia",
    out: OutFile = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a host soum for each of the average herds of an area that is hit."""
    from nuudel.model.pasture.ground import season_of
    from nuudel.model.pasture.hosts import HostRules, propose
    from nuudel.model.pasture.parameters import parameters_of
    from nuudel.model.pasture.wave import wave_of

    on = day.date() if day else date.today()
    ground = ground_for(pack, on)
    values = parameters_of(pack_of(pack))
    places = soums_of(ground, hit)
    rules = HostRules(
        season=season_of(on),
        ceiling=values.number("load_ceiling", on) if ceiling is None else ceiling,
        reach_km=values.number("reach_km", on) if reach is None else reach,
        load_km=values.number("load_km", on),
        risk_km=0,
        closed=frozenset(places),
    )
    proposal = propose(ground, wave_of(ground, places, households), rules)
    if out is not None:
        write_table(proposal.by_route(), out)
    if as_json:
        print_json(told(proposal))
    else:
        print_proposal(proposal)


@app.command("risk")
def risk(
    *, pack: PackOption = "mongolia", seed: SeedOption = 1, out: OutFile = None, as_json: JsonOption = False
) -> None:
    """Chance of a dzud by soum for the next winter, with its range and the skill of the method."""
    from nuudel.model.dzud.risk import risk_of

    found = risk_of(pack_of(pack), ground_for(pack, date.today()), seed)
    if out is not None:
        write_table(found.to_frame(), out)
    if as_json:
        print_json({"risk": found.to_frame().to_dicts(), **skill_told(found)})
    else:
        print_risk(found)


def pack_of(name: str) -> "Pack":
    from nuudel.base.packs import load_pack

    return load_pack(name)


def ground_for(name: str, on: date) -> "Ground":
    """The ground of a pack, with the sheep units of the register of otor."""
    from nuudel.domains.otor.parameters import value
    from nuudel.model.pasture.ground import ground_of
    from nuudel.model.pasture.units import SPECIES

    factors = {species: value(f"sheep_units_{species}", on) for species in SPECIES}
    return ground_of(pack_of(name), factors, on)


def soums_of(ground: "Ground", chosen: list[str]) -> list[str]:
    """The soums that are named, and those of the aimags that are; ``RUN-144`` for an unknown code."""
    from nuudel.base.errors import RunError
    from nuudel.base.packs import nearest

    known = {*ground.places, *ground.above}
    for code in chosen:
        if code not in known:
            raise RunError(
                144, f"{code!r} is no aimag and no soum.", f"Name a place code{nearest(code, known)}."
            )
    pairs = zip(ground.places, ground.above, strict=True)
    return [place for place, above in pairs if place in chosen or above in chosen]


def told(proposal: "Proposal") -> dict[str, object]:
    """The proposal as plain values."""
    from dataclasses import asdict

    return {
        "households": len(proposal.herds),
        "placed": int(proposal.placed.sum()),
        "sheep_units_without_host": proposal.unplaced_units,
        "method": proposal.method,
        "relaxation": asdict(proposal.relaxation) if proposal.relaxation else None,
        "routes": proposal.by_route().to_dicts(),
        "quality": str(proposal.quality),
    }


def print_proposal(proposal: "Proposal") -> None:
    """The largest routes, and what must give where not all find a host."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    titles = ("from", "to", "households", "sheep units", "km", "load before", "after", "why")
    table = Table(*titles, box=None)
    routes = proposal.by_route().sort("sheep_units", descending=True)
    for row in routes.head(MOST_ROWS).iter_rows(named=True):
        numbers = [f"{row[name]:,}" for name in ("herds", "sheep_units")]
        known = [
            "" if row[name] is None else f"{row[name]:,.{digits}f}"
            for name, digits in (("kilometres", 0), ("load_before", 2), ("load_after", 2))
        ]
        table.add_row(row["home"], row["host"] or "none", *numbers, *known, row["reason"].replace("_", " "))
    console.print(table)
    placed = int(proposal.placed.sum())
    console.print(f"{placed:,} of {len(proposal.herds):,} households have a host; estimated.", markup=False)
    give = proposal.relaxation
    if give is not None:
        ceiling = "no load is enough" if give.ceiling is None else f"a load up to {give.ceiling:.2f}"
        reach = "no distance is enough" if give.reach_km is None else f"a way of {give.reach_km:,.0f} km"
        console.print(
            f"Room for {give.lacking:,} sheep units is lacking. Alone it would take at least: {ceiling}; "
            f"{reach}.",
            markup=False,
        )


def skill_told(found: "Risk") -> dict[str, object]:
    """The skill as plain values."""
    from dataclasses import asdict

    skill = found.skill
    return {
        "year": found.year,
        "method": found.method,
        "tells_more_than_frequency": found.tells_more,
        "tested": list(skill.years),
        "brier": skill.brier,
        "skill_against": {name: asdict(score) for name, score in skill.against.items()},
        "roc_area": asdict(skill.area),
        "dzuds": {name: asdict(dzud) for name, dzud in skill.dzuds.items()},
    }


def print_risk(found: "Risk") -> None:
    """The verdict first, then the highest chances."""
    from rich.console import Console
    from rich.table import Table

    console, versus = Console(highlight=False), found.skill.against["climatology"]
    verdict = (
        "better than the long-run frequency"
        if found.tells_more
        else "explains little beyond the long-run frequency, which is shown"
    )
    console.print(
        f"Winter {found.year - 1}-{found.year}; {verdict}. Brier skill {versus.value:+.2f} "
        f"({versus.low:+.2f} to {versus.high:+.2f}), {found.skill.years[0]} to {found.skill.years[1]}.",
        markup=False,
    )
    table = Table("soum", "chance", "low", "high", "against the country", box=None)
    ordered = found.to_frame().drop_nulls("chance").sort(["chance", "place"], descending=[True, False])
    for row in ordered.head(MOST_ROWS).iter_rows(named=True):
        table.add_row(row["place"], *(f"{row[n]:.2f}" for n in ("chance", "low", "high")), row["standing"])
    console.print(table)
