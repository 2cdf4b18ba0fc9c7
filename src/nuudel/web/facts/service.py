"""The account in whose name the system itself works; nobody can sign in with it."""

from typing import TYPE_CHECKING

from nuudel.base.errors import WebError
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
        raise WebError(
            194, "the database has no account for the system's own work.", "Run `nuudel serve` once as owner."
        )
    return user
