"""``nuudel simulate``: what levers and shocks would change, beside the baseline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuudel.cli.output import print_chapter, write_table
from nuudel.cli.project import ground_of
from nuudel.cli.run import LangOption, OutOption, PackOption, SeedOption, run_job, with_progress

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table


def simulate(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO", help="Names of the pack's scenarios, or YAML files; all if none."),
    ] = None,
    *,
    pack: PackOption = "mongolia",
    out: OutOption = Path("out"),
    seed: SeedOption = 1,
    lang: LangOption = "en",
    draws: Annotated[int, typer.Option(min=2, max=10_000, help="Number of draws.")] = 200,
    save: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file: differences by indicator, place and year.")
    ] = None,
    people: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Also simulate this share of all people one by one (1 is everybody)."
        ),
    ] = None,
    save_people: Annotated[
        Path | None, typer.Option(help="Parquet file of the synthetic people at the start.")
    ] = None,
) -> None:
    """Carry scenarios and the baseline along the same draws; print what differs, with intervals and cost."""
    from dataclasses import replace

    from polars import selectors
    from rich.console import Console

    from nuudel.base.packs import load_pack
    from nuudel.model.microsimulation.population_file import write_population
    from nuudel.pipeline.futures import compare_scenarios, find_scenarios
    from nuudel.pipeline.individuals import live_through, people_of
    from nuudel.publication.report.chapters.scenarios import write_scenarios

    if people is not None and not people > 0:
        raise typer.BadParameter("a share of people is above 0 and at most 1", param_hint="--people")
    wanted = find_scenarios(load_pack(pack), scenario or [])
    job = run_job(pack, out, seed, lang, until="routes")
    ground = ground_of(job)
    with with_progress("carrying scenarios forward") as progress:
        found = compare_scenarios(job.pack, ground, seed, progress, scenarios=wanted, draws=draws)
    console = Console(highlight=False)
    chapter = write_scenarios(replace(job.material, scenarios=found))
    if chapter is not None:
        print_chapter(console, chapter)
    if found is not None and found.expectations.height:
        console.print(expected(found.expectations))
    if save is not None and found is not None:
        # What depends on the number of threads is far behind the sixth decimal.
        write_table(found.differences.with_columns(selectors.float().round(6)), save)
    if people is None and save_people is None:
        return
    population = people_of(ground, 1.0 if people is None else people, seed)
    if save_people is not None:
        write_population(population, save_people)
    if people is not None:
        with with_progress("living through scenarios") as progress:
            lived = live_through(job.pack, ground, population, wanted, seed, progress)
        console.print(as_table(lived))


def expected(told: "pl.DataFrame") -> "Table":
    """What the authors of the scenarios expected, and what came out: differences to the baseline."""
    from rich.table import Table

    table = Table("scenario", "indicator", "place", "year", "expected", "difference, 80 %", "found", box=None)
    table.title, table.title_justify = "What was expected (scenario)", "left"
    for row in told.iter_rows(named=True):
        change = f"{row['median']:+,.2f} ({row['low80']:+,.2f} to {row['high80']:+,.2f})"
        found = row["found"].replace("_", " ")
        table.add_row(
            *(row["scenario"], row["indicator"].replace("_", " "), row["place"], str(row["year"])),
            *(row["direction"], change, found),
        )
    return table


def as_table(lived: "pl.DataFrame") -> "Table":
    """People of the capital by simulation and by projection along the same path."""
    from rich.table import Table

    table = Table("scenario", "place", "year", "projected", "simulated", "standard error", box=None)
    for column in table.columns[3:]:
        column.justify = "right"
    for row in lived.iter_rows(named=True):
        figures = (f"{row[name]:,.0f}" for name in ("projected", "simulated", "error"))
        table.add_row(row["scenario"], row["place"], str(row["year"]), *figures)
    return table
