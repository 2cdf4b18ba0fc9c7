"""Django is loaded before the modules of the tests import the domain's models."""

from nuudel.web.testing import start_platform

start_platform()
