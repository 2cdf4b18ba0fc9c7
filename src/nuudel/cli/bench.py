"""``nuudel bench``: how fast it is on this machine."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from nuudel.bench.harness import Figure


def bench(
    groups: Annotated[
        list[str] | None,
        typer.Argument(metavar="GROUP", help="Groups to measure; all when none is named."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object: name, then value, unit, rival, ratio, floor."),
    ] = False,
    scale: Annotated[
        float | None,
        typer.Option(help="Share of the country that `registration` and `dtm` measure.", min=0.0003, max=1.0),
    ] = None,
) -> None:
    """Measure how fast Nuudel is on this machine, beside its rivals in the same run."""
    import json

    from rich.console import Console

    figures = measured(groups or [], scale)
    if as_json:
        print(json.dumps({name: figure.entry() for name, figure in figures.items()}, indent=2))
    else:
        Console().print(as_table(figures))


def measured(groups: list[str], scale: float | None = None) -> dict[str, "Figure"]:
    """All figures of the groups, with progress on standard error."""
    from rich.console import Console

    from nuudel.bench.harness import measure_groups, modules_of

    total, done = len(modules_of(groups)), 0
    figures: dict[str, Figure] = {}
    with Console(stderr=True).status("measuring") as status:
        for module, found in measure_groups(groups, scale):
            if not found:
                done += 1
                status.update(f"measuring {done} of {total}: {module.rpartition('.')[2]}")
            figures |= found
    return figures


def as_table(figures: dict[str, "Figure"]) -> "Table":
    from rich.table import Table

    from nuudel.bench.harness import TARGETS, reached

    table = Table("figure", "value", "unit", "target", "rival", "ours / rival", "floor")
    for column in (1, 3, 5, 6):
        table.columns[column].justify = "right"
    for name, figure in figures.items():
        side, target = TARGETS.get(name, ("", 0.0))
        mark = {True: "", False: " [bold]missed[/bold]", None: ""}[reached(name, figure.value)]
        table.add_row(
            name,
            number(figure.value),
            figure.unit,
            f"{side} {number(target)}{mark}" if side else "",
            figure.rival,
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            "" if figure.floor is None else number(figure.floor),
        )
    return table


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
