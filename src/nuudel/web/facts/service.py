"""The account in whose name the system itself works; nobody can sign in with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from nuudel.base.errors import WebError
from nuudel.web.access.context import Context, acting, current, set_user
from nuudel.web.access.prepared import look_up
from nuudel.web.access.roles import Role

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

ADDRESS = "service@nuudel.invalid"
INSTITUTION = "nuudel"


def make_service(using: str) -> "User":
    """The account, made where it is missing."""
    from nuudel.web.accounts.models import Institution, Posting, User

    names = {"name_mn": "Нүүдэл", "name_en": "Nuudel"}
    place, _ = Institution.objects.using(using).get_or_create(code=INSTITUTION, defaults=names)
    # No password is valid: the field holds what no password gives.
    defaults = {"name": "Nuudel", "password": "!"}
    user, _ = User.objects.using(using).get_or_create(email=ADDRESS, defaults=defaults)
    Posting.objects.using(using).get_or_create(user=user, role=Role.SERVICE, institution=place)
    return user


def service_user() -> "User":
    """The account; ``WEB-194`` where the installation has not made it."""
    from nuudel.web.accounts.models import User

    user = User.objects.filter(email=ADDRESS, is_active=True).first()
    if user is None:
        raise without_account()
    return user


def without_account() -> WebError:
    return WebError(
        194, "the database has no account for the system's own work.", "Run `nuudel serve` once as owner."
    )


def become_service() -> "User":
    """Tell the database that the account acts, in one statement; ``WEB-194`` as ``service_user``."""
    from nuudel.web.accounts.models import User

    rows = look_up(BECOME, [ADDRESS])
    if not rows:
        raise without_account()
    return User(pk=rows[0][0], email=ADDRESS)


BECOME = """
SELECT id, set_config('nuudel.user', id::text, true) FROM accounts_user WHERE email = %s AND is_active
"""


@contextmanager
def acting_for_nobody(purpose: str) -> Iterator[Context]:
    """A transaction of its own in which nobody acts and the database is used with the service's rights."""
    with acting(None, purpose) as context:
        context.held |= {"service_rights": 1, "service": become_service()}
        yield context


@contextmanager
def service_rights() -> Iterator[None]:
    """Reach rows beyond the acting person's, for what the system itself looks up or keeps in step.

    Only the database's check changes: history and audit name the person. Whoever uses it has decided before
    that the person may cause exactly this, and hands on no more of what was read than that needs.
    """
    context = current()
    inside = context.held.get("service_rights", 0)
    context.held["service_rights"] = inside + 1
    if "service" not in context.held:
        context.held["service"] = become_service()
    elif not inside:
        set_user(context.held["service"])
    try:
        yield
    finally:
        context.held["service_rights"] = inside
        if not inside and not connection.needs_rollback:
            set_user(context.user)
