"""``nuudel policy``: the mix of levers that serves a goal best, and how sure that is."""

from pathlib import Path
from typing import Annotated

import typer

from nuudel.cli.output import print_chapter
from nuudel.cli.project import ground_of
from nuudel.cli.run import LangOption, OutOption, PackOption, SeedOption, run_job, with_progress


def policy(
    goal: Annotated[
        list[str] | None,
        typer.Argument(metavar="GOAL", help="Names of the pack's goals, or YAML files; all if none."),
    ] = None,
    *,
    pack: PackOption = "mongolia",
    out: OutOption = Path("out"),
    seed: SeedOption = 1,
    lang: LangOption = "en",
) -> None:
    """Search the mix of levers that reaches a goal within its budget and limits; explain the answer."""
    from dataclasses import replace

    from rich.console import Console

    from nuudel.base.packs import load_pack
    from nuudel.model.scenarios.catalogue import read_catalogue
    from nuudel.pipeline.futures import answer_goal, find_goals
    from nuudel.publication.report.chapters.policy import write_policy

    wanted = find_goals(load_pack(pack), goal or [])
    job = run_job(pack, out, seed, lang, until="routes")
    ground, catalogue, answers = ground_of(job), read_catalogue(job.pack), []
    for one in wanted:
        with with_progress(f"searching: {one.name}") as progress:
            answers.append(answer_goal(job.pack, one, catalogue, ground, seed, progress))
    console = Console(highlight=False)
    for chapter in write_policy(replace(job.material, policy=tuple(answers))):
        print_chapter(console, chapter)
