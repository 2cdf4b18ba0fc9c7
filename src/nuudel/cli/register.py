"""``nuudel register``: load a whole register, make a synthetic one, search it for duplicates."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The register of residence: load it whole, make a synthetic one, search for duplicates.",
    no_args_is_help=True,
)
MOST_SYNTHETIC = 10_000_000


@app.command("load")
def load(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="register.json, persons and households (Parquet or CSV).")
    ],
    institution: Annotated[
        str, typer.Option("--institution", help="Code of the institution whose register it is.")
    ],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rows with faults are listed; FOLDER/rejects.csv if not given.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that encrypt.", min=1, max=64)] = 2,
) -> None:
    """Load a register into an empty database: all of it, or nothing where a row has a fault."""
    from nuudel.cli.audit import open_database
    from nuudel.cli.ledger import progress

    open_database()
    from nuudel.domains.registration.load.register import load_register

    with progress(f"loading {folder.name}") as advance:
        loaded = load_register(folder, institution, rejects_file=rejects, workers=workers, advance=advance)
    typer.echo(f"persons     {loaded.persons:>12,}")
    typer.echo(f"households  {loaded.households:>12,}")
    typer.echo(f"facts       {loaded.facts:>12,}")
    typer.echo(f"seconds     {sum(loaded.seconds.values()):>12,.1f}")


@app.command("synthetic")
def synthetic(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files are written.")],
    persons: Annotated[
        int, typer.Option("--persons", help="How many persons.", min=4, max=MOST_SYNTHETIC)
    ] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed draws the same register.", min=0)] = 1,
    pack: Annotated[str, typer.Option(help="The pack whose soums people live in.")] = "mongolia",
) -> None:
    """Write a synthetic register, marked as such, in the form that `nuudel register load` takes."""
    from datetime import date

    from nuudel.base.packs import load_pack
    from nuudel.domains.registration.load.synthetic import weights, write_synthetic

    drawn = write_synthetic(out, persons, seed, weights(load_pack(pack)), date.today())
    typer.echo(f"{len(drawn.persons):,} synthetic persons in {len(drawn.households):,} households")
    typer.echo(f"written to {out}")


@app.command("duplicates")
def duplicates(
    threshold: Annotated[
        float | None,
        typer.Option(help="Probability from which on a pair is noted; the parameter in force if not given."),
    ] = None,
) -> None:
    """Search the register for records of one person and note the pairs for review; nothing is merged."""
    from datetime import date

    from nuudel.cli.audit import open_database
    from nuudel.cli.ledger import progress

    open_database()
    from nuudel.domains.registration.duplicates import batch, parameters

    least = parameters.threshold(date.today()) if threshold is None else threshold
    with progress("searching for duplicates") as advance:
        found = batch.search(least, advance)
    typer.echo(f"records         {found.records:>12,}")
    typer.echo(f"pairs           {found.pairs:>12,}")
    typer.echo(f"new, to review  {found.new:>12,}")
