"""Django is loaded before the modules import the models; officers at their desks, and files kept apart."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, start_platform

if TYPE_CHECKING:
    from django.test import Client

    from nuudel.domains.registration.models import Household
    from nuudel.web.accounts.models import User

start_platform()


@pytest.fixture(scope="module")
def officer(database: Addresses) -> "User":
    """A registrar of the soum in which the people of the tests live."""
    from nuudel.domains.registration.tests.made import registrar

    return registrar()


@pytest.fixture(scope="module")
def user(database: Addresses) -> "User":
    """A registrar of the whole country, who reaches everybody."""
    from nuudel.domains.registration.tests.made import registrar

    return registrar("")


@pytest.fixture
def desk(officer: "User") -> "Client":
    return signed_in(officer)


@pytest.fixture
def home(officer: "User") -> "Household":
    from nuudel.domains.registration.tests.made import household

    return household(officer)


@pytest.fixture
def files_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are sent go into the folder of the test."""
    from django.conf import settings

    monkeypatch.setattr(settings, "MEDIA_ROOT", str(tmp_path))


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates are verified as often as a test likes."""
    from nuudel.domains.registration.moves import views_public
    from nuudel.web.api.limits import Limit

    monkeypatch.setattr(views_public, "ASKED", Limit(per_minute=100_000, burst=100_000))
