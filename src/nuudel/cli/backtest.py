"""``nuudel backtest``: how well forecasts would have told the years that came."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuudel.cli.run import OutOption, PackOption, SeedOption, run_job

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
    import json
    from dataclasses import asdict

    from rich.console import Console

    from nuudel.model.backtests.choice import choose_model
    from nuudel.model.backtests.differences import score_table

    job = run_job(pack, out, seed, "en", until="ledger")
    tested = tested_with_progress(job, first, last, horizons, model)
    choice, table = choose_model(tested), score_table(tested)
    if scores is not None:
        write_scores(tested, scores)
    if as_json:
        told = {"origins": tested.origins, "scores": table.to_dicts(), "choice": asdict(choice)}
        print(json.dumps(told, indent=2))
        return
    console = Console(highlight=False)
    console.print(as_table(table, choice))
    for line in verdict(tested, choice):
        console.print(line, markup=False)


def tested_with_progress(
    job: "Run", first: int | None, last: int | None, horizons: int, models: list[str] | None
) -> "Backtest":
    """The backtest of the years and models asked for; ``last_value`` is always among them."""
    from rich.console import Console
    from rich.progress import Progress

    from nuudel.model.backtests.models import NAIVE
    from nuudel.pipeline.ahead import score_forecasts

    years = job.internal.years.tolist()
    origins = None
    if first is not None or last is not None:
        begin = years[0] if first is None else first
        origins = list(range(begin, (years[-1] - horizons if last is None else last) + 1))
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("testing forecasts on the past", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return score_forecasts(
            job.pack,
            job.internal,
            job.seed,
            progress,
            origins=origins,
            horizons=horizons,
            models=list(dict.fromkeys([NAIVE, *models])) if models else None,
        )


def write_scores(tested: "Backtest", file: Path) -> None:
    from nuudel.base.errors import ModelError

    try:
        tested.to_frame().write_csv(file)
    except OSError as error:
        raise ModelError(
            603, f"{file.name} cannot be written: {error.strerror}.", "Name another file.", ("scores",)
        ) from None


def as_table(scores: "pl.DataFrame", choice: "Choice") -> "Table":
    """Models by CRPS; the one that is used is bold."""
    from rich.table import Table

    columns = ("model", "MAE", "CRPS", "in 50 %", "in 80 %", "in 95 %", "CRPS against last value (95 %)")
    table = Table(*columns, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for row in scores.iter_rows(named=True):
        table.add_row(
            row["model"],
            *(f"{row[name]:,.0f}" for name in ("mae", "crps", "coverage50", "coverage80", "coverage95")),
            against(row),
            style="bold" if row["model"] == choice.model else None,
        )
    return table


def against(row: dict[str, Any]) -> str:
    if row["crps_difference"] == 0:
        return ""
    return f"{row['crps_difference']:+,.0f} ({row['crps_low']:+,.0f} to {row['crps_high']:+,.0f})"


def verdict(tested: "Backtest", choice: "Choice") -> list[str]:
    """What the scores are, which model the main job uses, and the honest score of choosing."""
    won, honest = choice.against_naive, choice.prequential.against_naive
    sure = "surely better than" if choice.beats_naive else "not surely better than"
    return [
        f"{tested.origins[0]} to {tested.origins[-1]}, {tested.horizons} years ahead; persons for a place, "
        "direction and year; smaller is better.",
        f"Used: {choice.model} ({sure} last value: {won.percent:+.1f} % CRPS). Best: {choice.best}.",
        f"Choosing at each year by earlier years only: {honest.percent:+.1f} % CRPS against last value "
        f"({honest.low:+,.0f} to {honest.high:+,.0f} persons).",
    ]
