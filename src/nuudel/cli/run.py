"""``nuudel run``: the main job, from places to report."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from nuudel.base.steps import StepResult
    from nuudel.pipeline import Run


@contextmanager
def interruptible(console: "Console") -> Iterator[None]:
    """Say what becomes of the work when a person stops it."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Interrupted. Finished steps are kept; run the command again to go on.")
        raise typer.Exit(130) from None


PackOption = Annotated[str, typer.Option(help="Name of a pack, or a folder with a pack.toml.")]
OutOption = Annotated[Path, typer.Option(help="Folder of the results; made when missing.")]
SeedOption = Annotated[
    int, typer.Option(min=0, help="Seed of all random numbers; the same seed gives the same figures.")
]
LangOption = Annotated[str, typer.Option(help="Language of the report: en or mn.")]


def run(
    pack: PackOption = "mongolia", out: OutOption = Path("out"), seed: SeedOption = 1, lang: LangOption = "en"
) -> None:
    """Turn a country's figures into tables, figures and a migration report."""
    run_job(pack, out, seed, lang)
    print(out / "report.html")
    print(out / "report.pdf")


def run_job(pack: str, out: Path, seed: int, lang: str, *, until: str | None = None) -> "Run":
    """Run the main job, or its steps up to one, with progress on standard error."""
    from rich.console import Console

    from nuudel.base.packs import load_pack
    from nuudel.pipeline import Run, run_pipeline
    from nuudel.publication.report.words import load_words

    console = Console(stderr=True, highlight=False)
    load_words(lang)
    with interruptible(console), console.status("") as status:
        step = ""

        def progress(done: int, total: int) -> None:
            status.update(f"{step} {100 * done // total} %")

        def watch(name: str, result: "StepResult | None") -> None:
            nonlocal step
            step = name
            if result is None:
                status.update(f"{name} …")
            else:
                mark = "[dim]= kept[/dim]" if result.kept else "[green]✓[/green] done"
                files = f"{len(result.outputs)} files"
                console.print(f"  {mark}  {name:<9} {files:>10}  {result.seconds:5.1f} s")

        job = Run(load_pack(pack), out, lang, seed, progress)
        job.check()
        title = f"Nuudel: {job.pack.title[lang]}, report in {lang}, seed {seed}"
        console.print(title, markup=False, style="bold")
        run_pipeline(job, watch, until=until)
    return job


@contextmanager
def with_progress(title: str) -> Iterator["Callable[[int, int], None]"]:
    """A bar on standard error; what it yields is told how much is done, and of how much."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with interruptible(console), Bar(console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
