"""``nuudel serve``: the web service with all that it needs."""

from typing import Annotated

import typer


def serve(
    address: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 for a network behind TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the web server.")] = 2,
    demo: Annotated[
        bool, typer.Option("--demo", help="A demonstration: synthetic records, one user per role.")
    ] = False,
    pack: Annotated[str, typer.Option(help="Name of a pack, or a folder with a pack.toml.")] = "mongolia",
) -> None:
    """Start the web service: database, migrations, jobs, figures, pages."""
    from rich.console import Console

    from nuudel.base.packs import load_pack
    from nuudel.web.operations.service import Service, run

    load_pack(pack)
    console = Console(stderr=True, highlight=False)
    service = Service(address, port, workers, demo, pack)

    def started() -> None:
        console.print(f"Nuudel serves at [bold]{service.url}[/bold] (Ctrl-C stops it; nothing is lost).")
        if demo:
            from nuudel.web.operations.demo import sign_in_table

            console.print("A demonstration: every record is synthetic. Sign in as:")
            for line in sign_in_table():
                console.print(f"  {line}", markup=False)
        else:
            console.print("Make the first administrator: nuudel admin create EMAIL --name NAME")
        console.print("The figures are computed now if they are not current (first time: about two minutes).")

    run(service, lambda step: console.print(f"  {step} …"), started)
