"""``nuudel keys``: the keys with which personal data are encrypted, and their rotation."""

from typing import Annotated

import typer

from nuudel.cli.audit import OWNER, open_database

app = typer.Typer(help="The keys of personal data: list and rotate them.", no_args_is_help=True)


@app.command("list")
def show() -> None:
    """Show the data keys: since when, how many values each encrypts, retired or not."""
    open_database()
    from rich.console import Console
    from rich.table import Table

    from nuudel.web.protection.rotation import overview

    table = Table("data key", "made", "values", "state")
    table.columns[2].justify = "right"
    for key in overview(OWNER):
        table.add_row(str(key.number), f"{key.created_at:%Y-%m-%d %H:%M}", f"{key.values:,}", key.state)
    Console().print(table)


@app.command("rotate")
def rotate(
    master: Annotated[
        bool, typer.Option("--master", help="Replace the master key; values are not encrypted anew.")
    ] = False,
) -> None:
    """Make a new data key and encrypt everything with it, while people work; goes on where it was stopped."""
    open_database()
    from nuudel.cli.ledger import progress
    from nuudel.web.protection.master import rotate_master
    from nuudel.web.protection.rotation import rotate_data_key

    if master:
        count = rotate_master(OWNER)
        typer.echo(f"The master key was replaced; {count:,} data keys are wrapped with the new one.")
        typer.echo("Restart the service, and keep a copy of the keys folder where the backups are not.")
        return
    with progress("encrypting anew") as advance:
        result = rotate_data_key(OWNER, advance)
    typer.echo(f"{result.values:,} values are encrypted with the data key {result.number}.")
    for number in result.retired:
        typer.echo(f"The data key {number} is retired: no value uses it.")
