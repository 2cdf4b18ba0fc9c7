"""``nuudel pack``: what can be done with a pack as a whole."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Packs: read their tables anew from the source.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def packs() -> None:
    """Keep ``update`` a command of its own, so that others can join it."""


@app.command("update")
def update(
    pack: Annotated[str, typer.Argument(help="Name of a pack, or a folder with a pack.toml.")],
    table: Annotated[
        str | None, typer.Option(help="Only this table: its name in the pack or at the source.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--from", help="Address of the interface, instead of the declared one.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder of the updated copy; without it, one in your data folder.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Let figures go that the source has no more.")
    ] = False,
) -> None:
    """Read the tables of a pack anew from their source, into a copy of the pack."""
    from datetime import UTC, datetime

    from rich.console import Console

    from nuudel.cli.run import with_progress
    from nuudel.pipeline.pxweb.changes import describe
    from nuudel.pipeline.pxweb.client import Client
    from nuudel.pipeline.pxweb.update import update_pack

    console = Console(stderr=True, highlight=False)
    with with_progress("Reading") as progress:
        outcomes = update_pack(
            pack,
            Client(say=lambda text: console.print(text, markup=False)),
            datetime.now(UTC),
            table=table,
            base=address,
            into=into,
            dry_run=dry_run,
            allow_loss=allow_loss,
            progress=progress,
        )
    for outcome in outcomes:
        print(f"{outcome.update.table} ({outcome.update.remote}):")
        for sentence in describe(outcome.changes):
            print(f"  {sentence}")
    if dry_run:
        print("Nothing was written (--dry-run).")
    elif any(not outcome.changes.none for outcome in outcomes):
        print(f"Written to {outcomes[0].folder}. Use it: nuudel run --pack {outcomes[0].folder}")
