"""``nuudel rounds``: rounds of assessments compared, with the areas that were missed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuudel.cli.output import print_json, write_table
from nuudel.cli.run import SeedOption

if TYPE_CHECKING:
    from rich.console import Console

    from nuudel.statistics.assessment_rounds.comparing import Comparison

app = typer.Typer(
    help="Rounds of assessments: what changed, and areas that were missed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
MOST_ROWS = 12
WHY = {
    "no_base": "some areas have neither a figure of the last round nor a population",
    "few_ratios": "fewer than five covered areas have a figure of the last round, or a population",
    "empty_before": "some areas had nobody in the last round and were not covered",
    "few_parents": "some parents have no covered area, and too few others have any",
    "too_wide": "the interval is too wide for a figure",
}


@app.command("compare")
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Submissions of rounds: .csv or .parquet.")],
    *,
    frame: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Areas to be covered; else those of FILE.")
    ] = None,
    number: Annotated[int | None, typer.Option("--round", help="The round; else the last one.")] = None,
    seed: SeedOption = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file for the areas of the round.")
    ] = None,
    totals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file for the totals by parent.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare a round with the one before: change, coverage, and estimates of what was missed."""
    from rich.console import Console

    from nuudel.statistics.assessment_rounds.comparing import compare_round, read_frame, read_rounds

    told = read_rounds(file)
    found = compare_round(told, None if frame is None else read_frame(frame), number, seed=seed)
    if out is not None:
        write_table(found.areas, out)
    if totals is not None:
        write_table(found.totals, totals)
    if as_json:
        rounds = {"round": found.number, "before": found.before}
        print_json(rounds | {"totals": found.totals.to_dicts(), "areas": found.areas.to_dicts()})
        return
    print_comparison(Console(highlight=False), found)


def print_comparison(console: "Console", found: "Comparison") -> None:
    """Change, coverage and estimates, the whole first."""
    before = "no round before it" if found.before is None else f"compared with round {found.before}"
    console.print(f"Round {found.number}, {before}.", markup=False)
    rows = found.totals
    most = rows.head(MOST_ROWS + 1).to_dicts()
    titles: tuple[str, ...]
    names: tuple[str, ...]
    if found.before is not None:
        names = ("before", "now", "change", "both", "new", "lost")
        titles = ("place", "before", "now", "change", "in both", "new", "lost")
        print_rows(console, "Observed persons", titles, [cells(row, names) for row in most])
        console.print("change = in both + new − lost: areas covered twice, now only, then only.", style="dim")
    titles = ("place", "areas", "done", "refused", "unreach.", "missing", "share")
    names = ("areas", "done", "refused", "unreachable", "missing")
    shown = [[*cells(row, names), f"{row['share']:.0%}"] for row in most]
    print_rows(console, "Coverage", titles, shown)
    titles = ("place", "observed", "estimated", "in all", "80 % interval", "95 % interval")
    filled = [estimated(row) for row in most if row["label"] != "left"]
    print_rows(console, "With areas that were missed", titles, filled)
    worst = rows["persons_if_worst"][0]
    if worst is not None:
        console.print(f"If the missed areas had fared like the worst tenth of those covered: {whole(worst)}.")
    console.print(
        "Estimated as if missed areas had moved like those covered; where that is not so, no interval tells.",
        style="dim",
    )
    for why in dict.fromkeys(rows["why"].to_list()):
        if why:
            console.print(f"No figure in all: {WHY[why]}.", markup=False)
    if rows.height > len(most):
        console.print(f"{rows.height - len(most)} more places: --totals FILE.", markup=False)


def cells(row: dict[str, object], names: tuple[str, ...]) -> list[str]:
    return [place(row), *(whole(row[name]) for name in names)]


def estimated(row: dict[str, object]) -> list[str]:
    bands = [
        "" if row[low] is None else f"{whole(row[low])} to {whole(row[high])}"
        for low, high in (("low_80", "high_80"), ("low_95", "high_95"))
    ]
    told = "not known" if row["persons"] is None else whole(row["persons"])
    return [place(row), whole(row["observed"]), whole(row["estimated"]), told, *bands]


def place(row: dict[str, object]) -> str:
    return str(row["parent"]) or "all"


def whole(value: object) -> str:
    return "" if value is None else f"{value:,.0f}"


def print_rows(
    console: "Console", title: str, titles: tuple[str, ...], rows: list[list[str]], left: int = 1
) -> None:
    """A table whose first columns are words, and the others numbers."""
    from rich.table import Table

    table = Table(*titles, box=None, title=title, title_justify="left", pad_edge=False, header_style="bold")
    for column in table.columns[left:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table, markup=False)
