"""``nuudel admin create``: a link for the first administrator, on the database that the settings name."""

import re

import pytest
from typer.testing import CliRunner

from nuudel.base.errors import WebError
from nuudel.cli.admin import app
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses


def test_the_link_is_printed_once_and_the_person_administers(database: Addresses) -> None:
    command = [
        "create",
        "boss@example.org",
        "--name",
        "Boss",
        "--lang",
        "en",
        "--address",
        "https://n.example.mn/",
    ]
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 0
    assert re.match(r"https://n\.example\.mn/en/account/welcome/[\w-]{40,}/\n", done.stdout)
    assert User.objects.get(email="boss@example.org").roles == {Role.ADMINISTRATOR}


def test_a_language_that_is_not_ours_is_refused(database: Addresses) -> None:
    with pytest.raises(WebError, match="WEB-123"):
        CliRunner().invoke(
            app, ["create", "a@example.org", "--name", "A", "--lang", "fr"], catch_exceptions=False
        )
