"""``nuudel fit``: what moves people, estimated from a country's figures, in plain words."""

from pathlib import Path
from typing import TYPE_CHECKING

from nuudel.cli.run import LangOption, OutOption, PackOption, SeedOption, run_job

if TYPE_CHECKING:
    from rich.console import Console

    from nuudel.publication.report.document import TextTable


def fit(
    pack: PackOption = "mongolia", out: OutOption = Path("out"), seed: SeedOption = 1, lang: LangOption = "en"
) -> None:
    """Estimate why people move and who goes where; print the findings with their ranges."""
    from rich.console import Console

    from nuudel.publication.report.chapters.distance import write_distance
    from nuudel.publication.report.chapters.estimated_routes import write_estimated_routes
    from nuudel.publication.report.chapters.why import write_why
    from nuudel.publication.report.document import TextTable

    job = run_job(pack, out, seed, lang, until="gravity")
    console = Console(highlight=False)
    for write in (write_why, write_distance, write_estimated_routes):
        chapter = write(job.material)
        if chapter is None:
            continue
        console.print(f"\n{chapter.title}", style="bold", markup=False)
        for paragraph in chapter.paragraphs:
            console.print(f"\n{paragraph}", markup=False)
        for block in chapter.blocks:
            if isinstance(block, TextTable):
                print_block(console, block)
    for problem in job.material.problems:
        console.print(f"\nNot estimated. {problem}", markup=False, style="bold")
    console.print(f"\n{out / 'model'}", markup=False)


def print_block(console: "Console", block: "TextTable") -> None:
    """A table of the report in the terminal, with its caveats."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, title=block.title, title_justify="left")
    for title, numeric in zip(block.header, block.numeric, strict=True):
        table.add_column(title, justify="right" if numeric else "left", overflow="fold")
    for row in block.rows:
        table.add_row(*row)
    console.print()
    console.print(table, markup=False)
    for caveat in block.caveats:
        console.print(caveat, markup=False, style="dim")
