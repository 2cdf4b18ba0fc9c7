"""Who may do what: the application's decisions and the database's, and that nobody acts in nobody's name."""

import pytest
from django.db import connection

from nuudel.base.errors import WebError
from nuudel.web.access import context
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('nuudel.user', true)")
        return str(cursor.fetchone()[0] or "")


def test_the_user_is_set_for_the_transaction_and_no_longer(database: Addresses) -> None:
    user = user_with()
    with acting(user, "test"):
        assert setting() == str(user.pk)
    assert setting() == ""


def test_inside_another_context_the_outer_one_returns(database: Addresses) -> None:
    outer, inner = user_with(), user_with()
    with acting(outer, "test"):
        with acting(inner, "test"):
            assert setting() == str(inner.pk)
        assert setting() == str(outer.pk)


def test_outside_of_a_context_personal_data_is_refused(database: Addresses) -> None:
    with pytest.raises(WebError, match="WEB-101"):
        context.current()


def test_the_application_is_neither_owner_nor_superuser(database: Addresses) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("nuudel_app", False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)
