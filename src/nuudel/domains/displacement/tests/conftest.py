"""Django is loaded before the modules of the tests import the domain's models; counters begin anew."""

import pytest

from nuudel.web.testing import start_platform

start_platform()


@pytest.fixture
def unlimited() -> None:
    """Nobody has asked or failed before."""
    from django.core.cache import cache

    from nuudel.domains.displacement.collect import sign_in
    from nuudel.web.api.limits import STRANGERS

    STRANGERS._levels.clear()
    sign_in.SENDING._levels.clear()
    cache.clear()
