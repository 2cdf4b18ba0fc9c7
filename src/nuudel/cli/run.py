"""``nuudel run``: the main job, from places to report."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from nuudel.base.steps import StepResult


@contextmanager
def interruptible(console: "Console") -> Iterator[None]:
    """Say what becomes of the work when a person stops it."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Interrupted. Finished steps are kept; run the command again to go on.")
        raise typer.Exit(130) from None


def run(
    pack: Annotated[str, typer.Option(help="Name of a pack, or a folder with a pack.toml.")] = "mongolia",
    out: Annotated[Path, typer.Option(help="Folder of the results; made when missing.")] = Path("out"),
    seed: Annotated[
        int, typer.Option(help="Seed of all random numbers; the same seed gives the same figures.")
    ] = 1,
    lang: Annotated[str, typer.Option(help="Language of the report: en or mn.")] = "en",
) -> None:
    """Turn a country's figures into tables, figures and a migration report."""
    from rich.console import Console

    from nuudel.base.packs import load_pack
    from nuudel.pipeline import Run, run_pipeline
    from nuudel.publication.report.words import load_words

    console = Console(stderr=True, highlight=False)
    load_words(lang)
    job = Run(load_pack(pack), out, lang, seed)
    job.check()
    console.print(
        f"Nuudel: {job.pack.title[lang]}, report in {lang}, seed {seed}", markup=False, style="bold"
    )
    with interruptible(console), console.status("") as status:

        def watch(name: str, result: "StepResult | None") -> None:
            if result is None:
                status.update(f"{name} …")
            else:
                mark = "[dim]= kept[/dim]" if result.kept else "[green]✓[/green] done"
                files = f"{len(result.outputs)} files"
                console.print(f"  {mark}  {name:<8} {files:>10}  {result.seconds:5.1f} s")

        run_pipeline(job, watch)
    print(out / "report.html")
    print(out / "report.pdf")
