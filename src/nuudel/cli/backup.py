"""``nuudel backup`` and ``nuudel restore``: everything but the keys in one file, and back again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from nuudel.web.operations.database import Addresses


def backup(
    file: Annotated[Path, typer.Argument(help="File to write, such as nuudel-2026-11-22.backup.")],
) -> None:
    """Back up the database and the attachments while the service runs; not the secret keys."""
    from nuudel.web.operations.backup import write_backup

    addresses, attachments, say = place()
    made = write_backup(addresses, attachments, file, say)
    counts = f"{sum(made.rows.values()):,} rows in {len(made.rows)} tables, {len(made.sums) - 1} attachments"
    print(f"{file}: {counts}.")
    print("The secret keys are not in it: keep a copy of their folder elsewhere.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `nuudel backup` has written.")],
) -> None:
    """Restore a backup into an empty data folder or database, and check that all has arrived."""
    from nuudel.web.operations.backup import restore_backup

    addresses, attachments, say = place()
    made = restore_backup(file, addresses, attachments, say)
    print(
        f"Restored the state of {made.made_at}: {sum(made.rows.values()):,} rows in {len(made.rows)} tables."
    )
    print("Put the secret keys of that time in their folder, then run: nuudel doctor")


def place() -> "tuple[Addresses, Path, Callable[[str], None]]":
    """The database, the folder of attachments, and how to say what is done."""
    from rich.console import Console

    from nuudel.base import settings
    from nuudel.web.operations.database import configured, embedded_folder, start_embedded

    console = Console(stderr=True, highlight=False)
    addresses = configured() or start_embedded(embedded_folder())
    return addresses, settings.data_folder() / "attachments", lambda step: console.print(f"  {step} …")
