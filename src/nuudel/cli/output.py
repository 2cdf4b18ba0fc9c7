"""What commands print and write: chapters of the report in the terminal, tables as files, JSON."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from nuudel.publication.report.document import Chapter, TextTable


def print_json(told: dict[str, Any]) -> None:
    """One JSON object; what is no number, or infinite, is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [plain(entry) for entry in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    print(json.dumps(plain(told), indent=2, allow_nan=False))


def write_table(table: "pl.DataFrame", file: Path) -> None:
    """A table as Parquet where the file is named so, else as CSV; ``MODEL-603`` if it cannot be written."""
    from nuudel.base.errors import ModelError

    try:
        with file.open("wb") as stream:
            if file.suffix == ".parquet":
                table.write_parquet(stream)
            else:
                table.write_csv(stream)
    except OSError as error:
        raise ModelError(
            603,
            f"{file} cannot be written: {error.strerror or type(error).__name__}.",
            "Name another file.",
            ("file",),
        ) from None


def print_chapter(console: "Console", chapter: "Chapter") -> None:
    """The texts of a chapter, and its tables; the figures are in the report."""
    from nuudel.publication.report.document import TextTable

    console.print(f"\n{chapter.title}", style="bold", markup=False)
    for paragraph in chapter.paragraphs:
        console.print(f"\n{paragraph}", markup=False)
    for block in chapter.blocks:
        if isinstance(block, TextTable):
            print_block(console, block)


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
