"""``nuudel survey``: check a form and its mapping, get the workbook of an instrument."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nuudel.surveys.definition import Definition
    from nuudel.surveys.faults import Fault

app = typer.Typer(
    help="Surveys: check a form and its mapping, get an instrument.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Language = Annotated[str, typer.Option("--lang", help="Language of what is said: en or mn.")]


@app.command("check")
def check(
    form: Annotated[Path, typer.Argument(metavar="FILE", help="A form: .xlsx, .xls, .csv or .md.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its mapping to facts of the ledger, YAML.")
    ] = None,
    lang: Language = "en",
) -> None:
    """Tell every fault of a form at its cell, and of its mapping at its line."""
    from nuudel.surveys.faults import FaultsError
    from nuudel.surveys.mapping import check as check_mapping
    from nuudel.surveys.mapping import read_mapping
    from nuudel.surveys.xlsform import read_xlsform

    check_language(lang)
    try:
        definition = read_xlsform(read(form), form.name)
        show(definition, lang)
        if mapping is None:
            return
        read_one = read_mapping(read(mapping).decode("utf-8", "replace"))
        faults = tuple(check_mapping(read_one, definition))
    except FaultsError as error:
        faults = error.faults
    tell(faults, lang)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"mapping   {len(read_one.facts)} facts in {len(read_one.series)} series, no fault")


@app.command("list")
def list_instruments() -> None:
    """List the instruments that come with Nuudel."""
    from nuudel.surveys.instruments import keys

    for key in keys():
        typer.echo(key)


@app.command("instrument")
def instrument(
    key: Annotated[str, typer.Argument(metavar="KEY", help="An instrument of `nuudel survey list`.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where; KEY.xlsx when not given.")] = None,
) -> None:
    """Write the workbook of an instrument, to be changed or uploaded as it is."""
    from nuudel.base.errors import SurveyError
    from nuudel.surveys.instruments import workbook

    target = out or Path(f"{key}.xlsx")
    content = workbook(key)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise SurveyError(
            131, f"{target.name!r} cannot be written: {error.strerror}.", "Name another file.", ("out",)
        ) from None
    typer.echo(f"{target}  {len(content):,} bytes")


def read(file: Path) -> bytes:
    """The content of a file; ``SURVEY-130`` where it cannot be read."""
    from nuudel.base.errors import SurveyError

    try:
        return file.read_bytes()
    except OSError as error:
        raise SurveyError(
            130, f"{file.name!r} cannot be read: {error.strerror}.", "Name a file that is there.", ("file",)
        ) from None


def check_language(lang: str) -> None:
    from nuudel.base.errors import SurveyError
    from nuudel.base.tables import nearest
    from nuudel.surveys.faults import LANGUAGES

    if lang not in LANGUAGES:
        raise SurveyError(
            132, f"there are no words in {lang!r}.", f"Choose one{nearest(lang, LANGUAGES)}.", ("lang",)
        )


def show(definition: "Definition", lang: str) -> None:
    """What a form is, in a few lines."""
    typer.echo(f"form      {definition.form_id}, version {definition.version or '(none)'}")
    typer.echo(f"languages {', '.join(definition.languages)}")
    typer.echo(f"questions {len(definition.questions)}, repeats {len(definition.repeats)}")
    if definition.files:
        typer.echo(f"files     {', '.join(definition.files)}")


def tell(faults: "tuple[Fault, ...]", lang: str) -> None:
    for fault in faults:
        typer.echo(fault.sentence(lang), err=True)
