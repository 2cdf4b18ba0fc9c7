"""``nuudel node``: an office that works without a link, and the centre to which its work goes."""

from typing import Annotated

import typer

app = typer.Typer(help="Edge nodes: offices that work without a link.", no_args_is_help=True)


@app.callback()
def node() -> None:
    """Edge nodes: offices that work without a link."""


@app.command()
def register(
    place: Annotated[str, typer.Option(help="Code of the place that the node works for, such as MN18101.")],
    name: Annotated[str, typer.Option(help="What people call the office.")],
) -> None:
    """At the centre: register a node and print the code with which it joins, once."""
    from nuudel.cli.admin import open_platform

    open_platform()
    from nuudel.web.nodes.registry import VALID
    from nuudel.web.nodes.registry import register as make

    made, code = make(place, name)
    typer.echo(f"Node {made} is registered. On its machine: nuudel node join URL-OF-THIS-CENTRE {code}")
    typer.echo(
        f"The code works once, within {VALID.total_seconds() / 3600:.0f} hours. It cannot be shown again."
    )


@app.command("list")
def list_nodes() -> None:
    """At the centre: the nodes, and when each was heard of last."""
    from nuudel.cli.admin import open_platform

    open_platform()
    from nuudel.web.nodes.models import Node

    for row in Node.objects.order_by("place", "made_at"):
        state = "revoked" if row.ended_at else "joined" if row.joined_at else "not joined yet"
        seen = f", heard of {row.seen_at:%Y-%m-%d %H:%M} UTC" if row.seen_at else ""
        typer.echo(f"{row}  {row.name}: {state}{seen}")


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="NODE", help="The node, as `nuudel node list` shows it.")],
) -> None:
    """At the centre: end a node, such as one that was stolen; nothing more is taken from it or sent to it."""
    from nuudel.cli.admin import open_platform

    open_platform()
    from nuudel.web.nodes.registry import revoke as end

    typer.echo(f"Node {end(name)} is revoked. Change the passwords of the people who worked on it.")


@app.command()
def join(
    url: Annotated[str, typer.Argument(help="Address of the centre, with https://.")],
    code: Annotated[str, typer.Argument(help="The code that `nuudel node register` has printed.")],
) -> None:
    """On a new installation: become a node of a centre, and fetch what its place needs."""
    from nuudel.cli.admin import open_platform

    open_platform()
    from nuudel.web.facts.service import make_service
    from nuudel.web.nodes.syncing import join as become_node

    make_service("owner")
    link = become_node(url, code)
    typer.echo(f"This is now the node of {link.place} ({link.name}).")
    do_round()


@app.command()
def sync() -> None:
    """On a node: send what waits and fetch what has changed, once."""
    from nuudel.cli.admin import open_platform

    open_platform()
    do_round()


def do_round() -> None:
    """One round, with its progress; status 1 where the centre did not answer."""
    from nuudel.cli.ledger import progress
    from nuudel.web.nodes.syncing import state_of
    from nuudel.web.nodes.syncing import sync as round_with_centre

    with progress("working with the centre") as advance:
        counted = 0

        def count(rows: int) -> None:
            nonlocal counted
            counted += rows
            advance(counted, counted)

        done = round_with_centre(count)
    typer.echo(
        f"Sent {done.sent:,} operations, settled {done.settled:,}, received {done.received:,} records."
    )
    if undecided := state_of()["undecided"]:
        typer.echo(f"To be decided by a person: {undecided:,}. Open the page desk/nodes/.")


@app.command()
def status() -> None:
    """On a node: the last contact, what waits, what has to be decided."""
    from nuudel.cli.admin import open_platform

    open_platform()
    from nuudel.web.nodes.syncing import state_of

    told = state_of()
    link = told["link"]
    contact = f"{link.contacted_at:%Y-%m-%d %H:%M} UTC" if link.contacted_at else "never"
    typer.echo(f"Node of {link.place} ({link.name}), centre {link.address}")
    typer.echo(f"last contact     {contact}{f', since then {link.fault}' if link.fault else ''}")
    typer.echo(f"waiting          {told['waiting']:,} operations")
    typer.echo(f"to be decided    {told['undecided']:,} operations")
    typer.echo(f"may sign in      {told['people']:,} people")


@app.command()
def serve(
    address: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 for a network behind TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the web server.")] = 1,
) -> None:
    """On a node: serve the pages, and keep in step with the centre whenever there is a link."""
    from rich.console import Console

    from nuudel.web.nodes.serving import run
    from nuudel.web.operations.service import Service

    console = Console(stderr=True, highlight=False)
    service = Service(address, port, workers, demo=False, pack="mongolia")
    run(
        service,
        lambda step: console.print(f"  {step} …"),
        lambda: console.print(
            f"The node serves at [bold]{service.url}[/bold] (Ctrl-C stops it; nothing is lost)."
        ),
    )
