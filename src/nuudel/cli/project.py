"""``nuudel project``: how many people will live where, and how sure that is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nuudel.cli.output import print_chapter, write_table
from nuudel.cli.run import LangOption, OutOption, PackOption, SeedOption, run_job

if TYPE_CHECKING:
    from nuudel.pipeline import Run
    from nuudel.pipeline.ground import Ground

Engine = Literal["processes", "dask"]


def project(
    *,
    pack: PackOption = "mongolia",
    out: OutOption = Path("out"),
    seed: SeedOption = 1,
    lang: LangOption = "en",
    save: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file: people by place and year, with intervals.")
    ] = None,
    save_draws: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file: people by place, year and draw.")
    ] = None,
    soums: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file: people of soums and districts, with intervals.")
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet file: births, deaths, moves between places and abroad, central path."
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=2, max=10_000, help="Number of draws of --save-draws and --soums.")
    ] = 100,
    engine: Annotated[
        Engine | None, typer.Option(help="Spread the draws of --save-draws over processes or a Dask cluster.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a running Dask cluster; without it one is started here.")
    ] = None,
) -> None:
    """Project people by place, sex and age with intervals; compare with the United Nations and the past."""
    from rich.console import Console

    from nuudel.pipeline.projections import account_frame, draw_frame, soum_frame
    from nuudel.publication.report.chapters.outlook import write_outlook

    job = run_job(pack, out, seed, lang, until="outlook")
    ground, chapter, outlook = ground_of(job), write_outlook(job.material), job.material.outlook
    if chapter is not None:
        print_chapter(Console(highlight=False), chapter)
    if save is not None and outlook is not None:
        write_table(outlook.place_frame(), save)
    if accounts is not None:
        write_table(account_frame(ground), accounts)
    with Console(stderr=True).status(f"{draws} draws"):
        if save_draws is not None:
            write_table(draw_frame(ground, draws, seed, engine, scheduler), save_draws)
        if soums is not None:
            write_table(soum_frame(job.pack, ground, draws, seed), soums)


def ground_of(job: "Run") -> "Ground":
    """People and rates of a country that can be projected.

    Raises
    ------
    RunError
        ``RUN-108``: the pack lacks tables that this needs.
    """
    from nuudel.base.errors import RunError
    from nuudel.model.baseline.tables import NEEDED

    if job.ground is None:
        lacking = [name for name in NEEDED if not job.pack.has(name)]
        raise RunError(
            108,
            f"Nothing can be projected: pack {job.pack.name} has no table {', '.join(lacking)}.",
            "Add it; the documentation says under The starting population what each is used for.",
            ("pack",),
        )
    return job.ground
