"""``nuudel fit``: what moves people, estimated from a country's figures, in plain words."""

from pathlib import Path

from nuudel.cli.output import print_chapter
from nuudel.cli.run import LangOption, OutOption, PackOption, SeedOption, run_job


def fit(
    pack: PackOption = "mongolia", out: OutOption = Path("out"), seed: SeedOption = 1, lang: LangOption = "en"
) -> None:
    """Estimate why people move and who goes where; print the findings with their ranges."""
    from rich.console import Console

    from nuudel.publication.report.chapters.distance import write_distance
    from nuudel.publication.report.chapters.estimated_routes import write_estimated_routes
    from nuudel.publication.report.chapters.why import write_why

    job = run_job(pack, out, seed, lang, until="gravity")
    console = Console(highlight=False)
    for write in (write_why, write_distance, write_estimated_routes):
        chapter = write(job.material)
        if chapter is not None:
            print_chapter(console, chapter)
    for problem in job.material.problems:
        console.print(f"\nNot estimated. {problem}", markup=False, style="bold")
    console.print(f"\n{out / 'model'}", markup=False)
