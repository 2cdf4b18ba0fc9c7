"""``nuudel audit``: is the audit as it was written, and where does it stand?"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The audit: verify it, note where it stands.", no_args_is_help=True)

OWNER = "owner"


def open_database() -> None:
    """Reach the platform's database, the embedded one too; what is not there yet is not made.

    Raises
    ------
    WebError
        ``WEB-281`` where there are no keys: nothing was ever served from here; ``WEB-287`` for a database
        that is behind the program.
    """
    import os

    from nuudel.web.operations import database
    from nuudel.web.operations.install import check_installed, start_django
    from nuudel.web.operations.keys import read_key

    read_key("audit")
    addresses = database.configured()
    if addresses is None:
        addresses = database.start_embedded(database.embedded_folder())
        os.environ["DATABASE_URL"] = addresses.app
        os.environ["NUUDEL_OWNER_DATABASE_URL"] = addresses.owner
    start_django()
    check_installed()


@app.command("verify")
def verify(
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option("--checkpoints", metavar="FILE", help="A file of checkpoints; may be repeated."),
    ] = None,
) -> None:
    """Name the first entry of each chain that was changed, removed, put in or reordered; status 1 if any."""
    from nuudel.cli.ledger import progress

    open_database()
    from nuudel.web.audit.checkpoints import read_checkpoints
    from nuudel.web.audit.verify import verify as verify_chains

    marks = read_checkpoints(checkpoints or [])
    with progress("verifying the audit") as advance:
        verdict = verify_chains(OWNER, marks, advance)
    for finding in verdict.findings:
        typer.echo(str(finding))
    for guard in verdict.guards:
        typer.echo(f"the trigger {guard} is missing or switched off: the audit could be changed unnoticed.")
    if not verdict.sound:
        raise typer.Exit(1)
    compared = f", {len(marks):,} checkpoints" if marks else ""
    typer.echo(f"The audit is as it was written: {verdict.entries:,} entries{compared}.")


@app.command("checkpoint")
def checkpoint(
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Add the line to this file."),
    ] = None,
) -> None:
    """Note where the chains stand, in a signed line to be kept where the database is not."""
    open_database()
    from nuudel.web.audit.checkpoints import append_to, take_checkpoint
    from nuudel.web.audit.verify import demand_all

    demand_all(OWNER)
    line = take_checkpoint(OWNER)
    if file is None:
        typer.echo(line)
    else:
        append_to(file, line)
        typer.echo(f"One checkpoint added to {file.name}.")
