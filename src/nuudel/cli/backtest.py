"""``nuudel backtest``: how well forecasts would have told the years that came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuudel.cli.output import print_json, write_table
from nuudel.cli.run import OutOption, PackOption, SeedOption, run_job, with_progress

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from nuudel.model.backtests.backtest import Backtest
    from nuudel.model.backtests.choice import Choice
    from nuudel.pipeline import Run


def backtest(
    *,
    pack: PackOption = "mongolia",
    out: OutOption = Path("out"),
    seed: SeedOption = 1,
    first: Annotated[
        int | None, typer.Option("--from", help="First year that forecasts are made from.")
    ] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year that forecasts are made from.")] = None,
    horizons: Annotated[int, typer.Option(min=1, help="How many years ahead.")] = 3,
    model: Annotated[
        list[str] | None, typer.Option(help="Only this model and last_value; may be repeated.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="CSV file for every single forecast with its scores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit every forecaster up to a year, forecast the next ones, and score it on what came."""
    from dataclasses import asdict

    from rich.console import Console

    from nuudel.model.backtests.choice import choose_model
    from nuudel.model.backtests.differences import score_table
    from nuudel.pipeline.ahead import HORIZONS

    job = run_job(pack, out, seed, "en", until="ledger")
    tested = tested_with_progress(job, first, last, horizons, model)
    choice, table = choose_model(tested), score_table(tested)
    if as_json:
        print_json({"origins": tested.origins, "scores": table.to_dicts(), "choice": asdict(choice)})
    else:
        console = Console(highlight=False)
        console.print(as_table(table, choice))
        restricted = any(value is not None for value in (first, last, model)) or horizons != HORIZONS
        for line in verdict(tested, choice, restricted=restricted):
            console.print(line, markup=False)
    if scores is not None:
        write_table(tested.to_frame(), scores)


def tested_with_progress(
    job: "Run", first: int | None, last: int | None, horizons: int, models: list[str] | None
) -> "Backtest":
    """The backtest of the years and models asked for; ``last_value`` is always among them."""
    from nuudel.model.backtests.models import NAIVE
    from nuudel.pipeline.ahead import score_forecasts

    years = job.internal.years.tolist()
    origins = None
    if first is not None or last is not None:
        begin = years[0] if first is None else first
        origins = list(range(begin, (years[-1] - horizons if last is None else last) + 1))
    with with_progress("testing forecasts on the past") as progress:
        return score_forecasts(
            job.pack,
            job.internal,
            job.seed,
            progress,
            origins=origins,
            horizons=horizons,
            models=list(dict.fromkeys([NAIVE, *models])) if models else None,
        )


def as_table(scores: "pl.DataFrame", choice: "Choice") -> "Table":
    """Models by CRPS; the chosen one is bold."""
    from rich.table import Table

    table = Table("model", "MAE", "CRPS", "50 %", "80 %", "95 %", "against last value", box=None)
    table.columns[0].min_width = max(len(name) for name in scores["model"])
    for column in table.columns:
        column.no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for row in scores.iter_rows(named=True):
        table.add_row(
            row["model"],
            *(f"{row[name]:,.0f}" for name in ("mae", "crps", "coverage50", "coverage80", "coverage95")),
            against(row),
            style="bold" if row["model"] == choice.model else None,
        )
    return table


def against(row: dict[str, Any]) -> str:
    """Difference in CRPS with its range, where there are origins enough for one."""
    if row["crps_difference"] == 0:
        return ""
    difference = f"{row['crps_difference']:+,.0f}"
    if row["crps_low"] != row["crps_low"]:
        return difference
    return f"{difference} ({row['crps_low']:+,.0f} to {row['crps_high']:+,.0f})"


def verdict(tested: "Backtest", choice: "Choice", *, restricted: bool) -> list[str]:
    """What the scores are, which model the rule chooses, and the honest score of choosing."""
    won, honest = choice.against_naive, choice.prequential.against_naive
    lines = [
        f"{tested.origins[0]} to {tested.origins[-1]}, {tested.horizons} years ahead; persons for a place, "
        "direction and year; smaller is better. 50, 80, 95 %: counts inside these ranges.",
    ]
    if won.low != won.low:
        return [*lines, "Too few years to forecast from: no range of differences, and no choice."]
    sure = "surely better than" if choice.beats_naive else "not surely better than"
    used = "Best by the rule among these" if restricted else "Used by nuudel run"
    return [
        *lines,
        f"{used}: {choice.model} ({sure} last value: {won.percent:+.1f} % CRPS). Least CRPS: {choice.best}.",
        f"Choosing at each year by earlier years only: {honest.percent:+.1f} % CRPS against last value "
        f"({honest.low:+,.0f} to {honest.high:+,.0f} persons).",
    ]
