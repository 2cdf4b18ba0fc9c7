"""``nuudel register``: load a register or make one, search it, take notices, erase what its time is over."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nuudel.domains.registration.notices.receive import Reject
    from nuudel.web.accounts.models import Institution

app = typer.Typer(
    help="The register of residence: load, search for duplicates, take civil notices, erase.",
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


@app.command("notices")
def notices(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Notices of civil registration, one JSON object a line.")
    ],
    institution: Annotated[
        str, typer.Option("--institution", help="Code of the institution that answers for the notices.")
    ],
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines are listed; FILE.rejects.csv if not given.")
    ] = None,
) -> None:
    """Take notices into the register; each line for itself, and a line that came before only once."""
    from nuudel.cli.audit import open_database
    from nuudel.cli.ledger import progress

    lines = lines_of(file)
    open_database()
    from nuudel.domains.registration.notices.receive import receive
    from nuudel.web.facts.service import service_user

    office = institution_named(institution)
    with progress(f"taking {file.name}") as advance:
        received = receive(service_user(), told(lines, advance), institution=office)
    for name in ("applied", "held", "repeated", "rejected", "released"):
        typer.echo(f"{name:<12}{getattr(received, name):>12,}")
    if received.rejects:
        listed = rejects or file.with_name(f"{file.name}.rejects.csv")
        write_rejects(received.rejects, listed)
        typer.echo(f"refused lines are listed in {listed}")
    if received.rejected and received.rejected == sum(bool(line.strip()) for line in lines):
        raise typer.Exit(1)


def lines_of(file: Path) -> list[str]:
    """The lines of a file; ``RUN-145`` where it is no text in UTF-8."""
    from nuudel.base.errors import RunError

    try:
        return file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        raise RunError(
            145, f"{file.name} is missing or no text in UTF-8.", "Name a file with a JSON object a line."
        ) from None


def institution_named(code: str) -> "Institution":
    """``RUN-146`` where there is none of the code."""
    from nuudel.base.errors import RunError
    from nuudel.base.packs import nearest
    from nuudel.web.accounts.models import Institution

    known = {row.code: row for row in Institution.objects.all()}
    if code not in known:
        raise RunError(
            146, f"there is no institution {code!r}.", f"Name one there is{nearest(code, known)}.",
            ("--institution",),
        )  # fmt: skip
    return known[code]


def told(lines: Sequence[str], advance: Callable[[int, int], None]) -> Iterator[str]:
    """The lines, each told to the bar when it is asked for."""
    for number, line in enumerate(lines, start=1):
        advance(number, len(lines))
        yield line


def write_rejects(rejects: "Sequence[Reject]", file: Path) -> None:
    """Line, code, reason and field of each; ``RUN-147`` where the file cannot be written."""
    import csv

    from nuudel.base.errors import RunError

    try:
        with file.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(["line", "code", "reason", "field"])
            table.writerows([one.line, one.code, one.reason, one.field] for one in rejects)
    except OSError:
        raise RunError(
            147, "the list of refused lines cannot be written; what was accepted is in the register.",
            "Name another file with --rejects and run it again.",
        ) from None  # fmt: skip


@app.command("erase")
def erase(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; nothing is erased.")] = False,
) -> None:
    """Erase personal data whose time is over by the rules of retention; events and counts stay."""
    from nuudel.cli.audit import open_database

    open_database()
    from nuudel.domains.registration.retention.erase import erase_due

    erased = erase_due(dry_run=dry_run)
    for name, count in erased.records.items():
        typer.echo(f"{name:<24}{count:>12,}")
    typer.echo(f"{'kept by a legal hold':<24}{erased.held:>12,}")
    if dry_run:
        typer.echo("nothing was erased (--dry-run)")
        return
    typer.echo(f"{'facts made coarse':<24}{erased.facts:>12,}")
    typer.echo(f"{'files removed':<24}{erased.files:>12,}")
    typer.echo(f"{'comments and reasons':<24}{erased.words:>12,}")
