"""``nuudel ledger``: load facts, look at them, freeze them, make synthetic ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nuudel.ledger.store import LoadResult

app = typer.Typer(help="The movement ledger: load, show and freeze facts.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--ledger", metavar="DIR", help="The ledger's folder.")]
FactName = Annotated[str, typer.Option("--fact", help="Kind of fact: movement, presence or event.")]
DEFAULT_FOLDER = Path("ledger")


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file of facts.")],
    ledger: Folder = DEFAULT_FOLDER,
    fact: FactName = "movement",
    pack: Annotated[
        str, typer.Option(help="The pack whose places facts may name, besides countries; 'any': every code.")
    ] = "mongolia",
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; FILE.rejects.csv when not given.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the reasons: en or mn.")] = "en",
) -> None:
    """Append a file of facts; a row that is no fact goes to the rejects file with its line and reason."""
    from nuudel.ledger.store import Ledger

    opened = Ledger.open(ledger, places=None if pack == "any" else known_places(pack))
    with progress(f"loading {file.name}") as advance:
        result = opened.load_file(file, fact, rejects=rejects, advance=advance, lang=lang)
    report(result)
    if result.rejected and not result.accepted and not result.already_there:
        raise typer.Exit(1)


def known_places(pack: str) -> set[str]:
    """The places and settlements of a pack, and every country code."""
    from itertools import product
    from string import ascii_uppercase

    from nuudel.base.packs import load_pack

    opened = load_pack(pack)
    tables = [opened.table(name) for name in ("places", "settlements") if opened.has(name)]
    countries = {"".join(pair) for pair in product(ascii_uppercase, repeat=2)}
    return countries | {code for table in tables for code in table.frame["code"]}


def report(result: "LoadResult") -> None:
    typer.echo(f"accepted       {result.accepted:>12,}")
    typer.echo(f"rejected       {result.rejected:>12,}")
    typer.echo(f"already there  {result.already_there:>12,}")
    for (code,), rows in result.rejects.group_by("code", maintain_order=True):
        typer.echo(f"  {code}  {len(rows):>12,}  {rows['reason'][0]}")
    if result.rejects_file:
        typer.echo(f"rejected rows are listed in {result.rejects_file}")
    typer.echo(f"ledger content {result.name}")


@app.command("erase")
def erase(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file with one pseudonym a line.")],
    ledger: Folder = DEFAULT_FOLDER,
    pack: Annotated[str, typer.Option(help="The pack whose places the facts name.")] = "mongolia",
    level: Annotated[str, typer.Option(help="The level to which places become coarse.")] = "aimag",
) -> None:
    """Remove pseudonyms: their facts stay, coarse in place and date; snapshots are removed."""
    from nuudel.base.errors import LedgerError
    from nuudel.base.packs import load_pack
    from nuudel.ledger.store import Ledger
    from nuudel.places.gazetteer import read_gazetteer

    try:
        pseudonyms = {line.strip() for line in file.read_text("utf-8").splitlines()} - {""}
    except (OSError, UnicodeDecodeError):
        raise LedgerError(
            209, f"{file.name!r} cannot be read.", "Name a UTF-8 text file.", ("file",)
        ) from None
    gazetteer = read_gazetteer(load_pack(pack))
    gazetteer.level(level)

    def coarsen(code: str) -> str:
        upper = gazetteer.at_level(code, level) if code in gazetteer.places else None
        return upper.code if upper else code[:2]

    opened = Ledger.open(ledger, create=False)
    typer.echo(f"facts made coarse {opened.erase(pseudonyms, coarsen):>9,}")
    typer.echo(f"ledger content {opened.name}")


@app.command("snapshot")
def snapshot(ledger: Folder = DEFAULT_FOLDER) -> None:
    """Freeze the content as Parquet files that are named by what they say."""
    from nuudel.ledger.store import Ledger

    opened = Ledger.open(ledger, create=False)
    with progress("writing the snapshot") as advance:
        typer.echo(opened.snapshot(advance))


@app.command("export")
def export(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where; the platform's own folder when not given.")
    ] = None,
) -> None:
    """Freeze the facts of the platform's database as Parquet files, for `nuudel ledger show` and analysis."""
    from nuudel.web.operations.install import start_django
    from nuudel.web.operations.service import start_database

    start_database(lambda step: None)
    start_django()
    from nuudel.web.facts.snapshot import write_snapshot

    typer.echo(write_snapshot(folder))


@app.command("show")
def show(ledger: Folder = DEFAULT_FOLDER) -> None:
    """Show the series of a ledger: facts, years, quality, and what they count."""
    from rich.console import Console
    from rich.table import Table

    from nuudel.ledger.overview import overview
    from nuudel.ledger.store import Ledger

    opened = Ledger.open(ledger, create=False)
    table = Table("series", "kind of fact", "facts", "years", "quality", "source", "counts")
    table.columns[0].overflow = "fold"  # a series is asked for by its whole name
    table.columns[2].justify = "right"
    for row in overview(opened.manifest):
        table.add_row(
            row.series,
            row.fact,
            f"{row.facts:,}",
            row.years,
            ", ".join(row.qualities),
            row.source,
            row.concept,
        )
    Console().print(table)
    typer.echo(f"ledger content {opened.name}")


@app.command("generate")
def generate(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The Parquet file to write.")],
    facts: Annotated[int, typer.Option(min=0, help="Number of facts.")] = 1_000_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same facts.")] = 0,
    pack: Annotated[str, typer.Option(help="The pack between whose soums people move.")] = "mongolia",
) -> None:
    """Write synthetic movements, marked as such, to a file for ``nuudel ledger load``."""
    from nuudel.base.packs import load_pack
    from nuudel.ledger.synthetic import write_synthetic

    places = load_pack(pack).table("places").frame
    deepest = places.filter(places["level"] == places["level"][-1])["code"].to_list()
    with progress(f"writing {out.name}") as advance:
        write_synthetic(out, facts, deepest, seed=seed, advance=advance)
    typer.echo(f"{facts:,} synthetic movements in {out}")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; what it gives is told what is done, and of how much."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
