"""``nuudel doctor``: is the installation sound, and if not, what is to be mended."""

import typer


def doctor() -> None:
    """Check the installation: files, keys, database, rights, figures; say what to mend."""
    from rich.console import Console

    from nuudel.web.operations.doctor import examine

    console = Console(highlight=False)
    wrong = 0
    for finding in examine():
        wrong += not finding.good
        mark = "[green]✓[/green]" if finding.good else "[red]✗[/red]"
        console.print(f"  {mark} {finding.check:<20} {finding.found}")
        if not finding.good:
            console.print(f"    {'':<20} {finding.mend}")
    console.print("All is well." if not wrong else f"{wrong} to mend.")
    raise typer.Exit(1 if wrong else 0)
