"""Django is loaded before the modules of the tests import the domain's models; and the two sides of otor."""

from typing import TYPE_CHECKING

import pytest

from nuudel.web.operations.database import Addresses
from nuudel.web.testing import start_platform

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

start_platform()


@pytest.fixture(scope="module")
def home(database: Addresses) -> "User":
    """A registrar of the soum from which households go."""
    from nuudel.domains.otor.tests.given import HOME, person
    from nuudel.web.access.roles import Role

    return person(Role.REGISTRAR, HOME)


@pytest.fixture(scope="module")
def host(database: Addresses) -> "User":
    """A registrar of the soum to which they come."""
    from nuudel.domains.otor.tests.given import HOST, person
    from nuudel.web.access.roles import Role

    return person(Role.REGISTRAR, HOST)
