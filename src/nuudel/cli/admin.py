"""``nuudel admin``: the first administrator of an installation."""

from typing import Annotated

import typer

app = typer.Typer(help="People who administer the installation.", no_args_is_help=True)


@app.callback()
def admin() -> None:
    """People who administer the installation."""


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="The administrator's e-mail address.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")],
    lang: Annotated[str, typer.Option(help="Language of the pages: mn or en.")] = "mn",
    address: Annotated[str, typer.Option(help="Address of the web server.")] = "http://localhost:8000",
) -> None:
    """Make the first administrator and print a link that sets the password, once."""
    from nuudel.base.errors import WebError
    from nuudel.web.words import LANGUAGES

    if lang not in LANGUAGES:
        raise WebError(123, f"the language {lang!r} is not one of ours.", "Use mn or en.", ("lang",))
    open_platform()
    from nuudel.web.accounts.first_administrator import make_administrator
    from nuudel.web.accounts.invitations import VALID_DAYS

    path = make_administrator(email, name, lang)
    print(f"{address.rstrip('/')}{path}")
    print(f"The link works once, within {VALID_DAYS} days. It cannot be shown again.")


def open_platform() -> None:
    """Reach the database, the embedded one included, and bring it up to date."""
    import os

    from nuudel.web.operations import database
    from nuudel.web.operations.install import install, start_django
    from nuudel.web.operations.keys import keys_folder, make_keys

    addresses = database.configured()
    if addresses is None:
        make_keys(keys_folder())
        addresses = database.start_embedded(database.embedded_folder())
        os.environ["DATABASE_URL"] = addresses.app
        os.environ["NUUDEL_OWNER_DATABASE_URL"] = addresses.owner
    start_django()
    if addresses.owner:
        install()
