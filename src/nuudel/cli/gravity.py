"""``nuudel gravity``: a Poisson gravity model of any country's flows, from a table of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuudel.cli.output import print_json, write_table

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from nuudel.model.ppml.result import PpmlFit


def gravity(
    file: Annotated[Path, typer.Argument(help="Flows, one row each: a .csv or .parquet file.")],
    *,
    covariate: Annotated[
        list[str] | None, typer.Option(help="A column that explains flows; may be repeated.")
    ] = None,
    log: Annotated[
        list[str] | None, typer.Option(help="A covariate whose logarithm is taken; may be repeated.")
    ] = None,
    effect: Annotated[
        list[str] | None,
        typer.Option(
            help="A free level for each origin, destination, pair, year, origin-year or destination-year; "
            "may be repeated."
        ),
    ] = None,
    cluster: Annotated[
        list[str] | None,
        typer.Option(
            help="Standard errors allow dependence within it; the names of effects; may be repeated."
        ),
    ] = None,
    correct_bias: Annotated[
        bool,
        typer.Option(help="Correct the bias of three-way effects (origin-year, destination-year, pair)."),
    ] = False,
    origin: Annotated[str, typer.Option(help="Column of the origin.")] = "origin",
    destination: Annotated[str, typer.Option(help="Column of the destination.")] = "destination",
    year: Annotated[str, typer.Option(help="Column of the year; - where there is none.")] = "year",
    flow: Annotated[str, typer.Option(help="Column of the flow.")] = "migrants",
    out: Annotated[Path | None, typer.Option(help="CSV file for the coefficients.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Estimate what goes with larger flows between places, and how sure that is (PPML)."""
    from rich.console import Console

    from nuudel.model.panel import FlowPanel
    from nuudel.model.ppml.estimate import fit_ppml

    logged = log or []
    table = with_logarithms(read_flows(file), logged)
    names = [*(covariate or []), *(f"log_{name}" for name in logged)]
    with Console(stderr=True).status("estimating …"):
        panel = FlowPanel.from_table(
            table,
            origin=origin,
            destination=destination,
            period=None if year == "-" else year,
            flow=flow,
            covariates=names,
        )
        fit = fit_ppml(
            panel,
            names,
            effects=effect or [],  # type: ignore[arg-type]  # fit_ppml names the nearest where one is unknown
            cluster=cluster or "robust",  # type: ignore[arg-type]
            bias_correction=correct_bias,
        )
    if as_json:
        print_json(summary(fit) | {"coefficients": fit.to_frame().to_dicts()})
    else:
        console = Console(highlight=False)
        console.print(coefficient_table(fit))
        for line in remarks(fit):
            console.print(line, markup=False)
    if out is not None:
        write_table(fit.to_frame(), out)


def read_flows(file: Path) -> "pl.DataFrame":
    """A table of a person's own.

    Raises
    ------
    ModelError
        ``MODEL-601``: the file is missing, damaged, or neither CSV in UTF-8 nor Parquet.
    """
    import polars as pl

    from nuudel.base.errors import ModelError

    readers = {
        ".csv": lambda: pl.read_csv(file, infer_schema_length=None, glob=False),
        ".parquet": lambda: pl.read_parquet(file, glob=False),
    }
    why = "it ends neither in .csv nor in .parquet"
    if file.suffix.lower() in readers:
        try:
            return readers[file.suffix.lower()]()
        except OSError as error:
            why = error.strerror or "there is no such file"
        except pl.exceptions.PolarsError:
            why = f"it is empty, damaged or no {file.suffix[1:].lower()} file in UTF-8"
    raise ModelError(
        601, f"{file.name} cannot be read: {why}.", "Name another file, or repair it.", ("file",)
    )


def with_logarithms(table: "pl.DataFrame", names: list[str]) -> "pl.DataFrame":
    """The table with a column ``log_NAME`` for each name.

    Raises
    ------
    ModelError
        ``MODEL-106`` there is no such column; ``MODEL-602`` it has values of 0 or less.
    """
    import polars as pl

    from nuudel.base.errors import ModelError
    from nuudel.model.panel import require_columns

    require_columns(table, names)
    for name in names:
        if not table[name].dtype.is_numeric() or not (table[name] > 0).all():
            raise ModelError(
                602,
                f"column {name!r} has values that have no logarithm: 0, less, or no number.",
                "Use it as it is, with --covariate, or leave those rows out.",
                (name,),
            )
    return table.with_columns(pl.col(name).log().alias(f"log_{name}") for name in names)


def coefficient_table(fit: "PpmlFit") -> "Table":
    from rich.table import Table

    table = Table("covariate", "coefficient", "s.e.", "p", "95 % interval", "one unit more", box=None)
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for row in fit.to_frame().iter_rows(named=True):
        if row["note"]:
            table.add_row(row["covariate"], "left out")
            continue
        change = "" if row["covariate"] == "intercept" else f"{row['change_percent']:+.3g} %"
        table.add_row(
            row["covariate"],
            f"{row['coefficient']:.6g}",
            f"{row['standard_error']:.4g}",
            f"{row['p']:.3f}",
            f"{row['low95']:.4g} to {row['high95']:.4g}",
            change,
        )
    return table


def summary(fit: "PpmlFit") -> dict[str, object]:
    return {
        "observations": fit.observations,
        "separated": int(fit.separated.rows.size),
        "effects": list(fit.effects),
        "cluster": list(fit.cluster) or "robust",
        "clusters": dict(fit.clusters),
        "deviance": fit.deviance,
        "pseudo_r2": fit.pseudo_r2,
        "iterations": fit.iterations,
    }


def remarks(fit: "PpmlFit") -> list[str]:
    """What was used, what was left out and why."""
    lines = [
        f"{fit.observations:,} flows used; deviance {fit.deviance:,.3f}; pseudo R² {fit.pseudo_r2:.4f}; "
        f"{fit.iterations} iterations."
    ]
    if fit.separated.rows.size:
        found = ", ".join(f"{name} {count}" for name, count in fit.separated.found_by.items() if count)
        lines.append(
            f"{fit.separated.rows.size:,} flows of 0 left out, which no finite estimate fits "
            f"(separation: {found})."
        )
    lines += [f"{name} has no coefficient: {why}" for name, why in fit.dropped.items()]
    kind = ", ".join(f"{name} ({count} clusters)" for name, count in fit.clusters.items()) or "robust"
    lines.append(f"Standard errors: {kind}. A coefficient says what goes together, not what causes what.")
    return lines
