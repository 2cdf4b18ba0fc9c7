"""``nuudel flow``: passages at flow monitoring points, from the hours observed to days and periods."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuudel.cli.output import print_json, write_table
from nuudel.cli.rounds import MOST_ROWS, print_rows, whole
from nuudel.cli.run import SeedOption

if TYPE_CHECKING:
    from rich.console import Console

    from nuudel.statistics.flow_points import Flows, Weighted

app = typer.Typer(
    help="Flow monitoring: passages from observed hours to days.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
WHY = {
    "few_days": "watched on too few days (three are needed)",
    "few_hours": "less than a third of its hours was watched on two days",
    "one_direction": "one direction was watched on too few days or hours",
    "nothing_counted": "nobody was counted",
}
FirstOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; that of the watches.")
]
LastOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; that of the watches.")
]
OutOption = Annotated[Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file for the table.")]


@app.command("estimate")
def estimate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Passings in watches: .csv or .parquet.")],
    *,
    survey: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Interviews, to be weighted to the passages.")
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option(help="A column of the survey to show; may be repeated.")
    ] = None,
    first: FirstOption = None,
    last: LastOption = None,
    seed: SeedOption = 1,
    out: OutOption = None,
    days: OutOption = None,
    weights: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Estimate passages of days and a period from the hours observed, each with its interval."""
    from rich.console import Console

    from nuudel.statistics import flow_points
    from nuudel.statistics.flow_points.tables import read_registry, read_survey

    watches, rows, points = read_registry(file)
    period = period_of(watches["day"].to_list(), first, last)
    found = flow_points.estimate(watches, rows, points=points, period=period, seed=seed)
    weighted = None if survey is None else flow_points.weigh(read_survey(survey), found.strata)
    asked = {} if weighted is None else {name: flow_points.shares(weighted, name) for name in question or []}
    for table, target in ((found.totals, out), (found.days, days)):
        if target is not None:
            write_table(table, target)
    if weights is not None and weighted is not None:
        write_table(weighted.interviews, weights)
    if as_json:
        told = {name: getattr(found, name).to_dicts() for name in ("totals", "designs")}
        shares = {name: table.to_dicts() for name, table in asked.items()}
        print_json({"period": [str(day) for day in period], **told, "survey": shares})
        return
    console = Console(highlight=False)
    print_flows(console, found)
    if weighted is not None:
        print_survey(console, weighted)
    for name, table in asked.items():
        shown = [
            [r["key"], str(r["interviews"]), f"{r['share']:.0%}", f"{r['low_95']:.0%} to {r['high_95']:.0%}"]
            for r in table.to_dicts()
        ]
        print_rows(console, name, ("answer", "interviews", "of passages", "95 % interval"), shown)


def period_of(watched: list[date], first: datetime | None, last: datetime | None) -> tuple[date, date]:
    """The days asked for, else those of the watches; ``STATISTICS-509`` where there is none."""
    from nuudel.base.errors import StatisticsError

    start = first.date() if first else min(watched, default=None)
    end = last.date() if last else max(watched, default=None)
    if start is None or end is None or end < start:
        raise StatisticsError(
            509, "the period has no day.", "Give watches, or a first day before the last.", ("first", "last")
        )
    return start, end


def print_flows(console: "Console", found: "Flows") -> None:
    """The totals of each point, and by direction; then what the design does not allow."""
    shown = found.totals.filter(mode="").to_dicts()
    days = shown[0]["days"] if shown else 0
    console.print(f"Passages in {days} days. One person may pass often: no migrants.", markup=False)
    rows = [
        [
            row["point"] if not row["direction"] else "",
            row["direction"] or "all",
            whole(row["observed"]),
            "not known" if row["passages"] is None else whole(row["passages"]),
            band(row, "80"),
            band(row, "95"),
        ]
        for row in shown[: MOST_ROWS * 3]
    ]
    titles = ("point", "way", "counted", "estimated", "80 % interval", "95 % interval")
    print_rows(console, "By point and direction", titles, rows, left=2)
    console.print("By vehicle too: --out FILE. By day: --days FILE.", style="dim")
    if len(shown) > len(rows):
        console.print(f"{len(shown) - len(rows)} more rows: --out FILE.", markup=False)
    for row in found.designs.to_dicts():
        if row["why"]:
            console.print(f"{row['point']}: no estimate, {WHY[row['why']]}.", markup=False)
        if row["of_hours"]:
            console.print(f"{row['point']}: of the hours {row['of_hours']} only.", markup=False)
        if row["left_out"]:
            left = whole(row["left_out"])
            console.print(f"{row['point']}: {left} passages left out, many were missed.", markup=False)


def band(row: dict[str, object], level: str) -> str:
    if row[f"low_{level}"] is None:
        return "counted" if row["passages"] is not None else ""
    return f"{whole(row[f'low_{level}'])} to {whole(row[f'high_{level}'])}"


def print_survey(console: "Console", weighted: "Weighted") -> None:
    told = weighted.interviews["weight"].drop_nulls().len()
    console.print(
        f"\n{told} interviews weighted, worth {weighted.effective:.0f} (design effect "
        f"{weighted.design_effect:.2f}); {weighted.unweighted} without a weight: nobody counted there, or "
        f"too few of their kind were asked. Shares are of {weighted.reached:.0%} of the passages; "
        f"{weighted.not_reached:,.0f} passages without an interview. Weights cut: {weighted.trimmed}, which "
        f"moved {weighted.moved:,.0f} passages to others.",
        markup=False,
    )
