"""The first administrator, made on the command line where the database is."""

from nuudel.base.errors import WebError
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.invitations import invite, new_person
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.audit.log import record
from nuudel.web.words import LANGUAGES, say

OFFICE = "administration"


def make_administrator(email: str, name: str, language: str = LANGUAGES[0]) -> str:
    """Make an administrator, or a new link for one who has not signed in yet.

    Returns
    -------
    str
        The path of the link that sets the password, once.

    Raises
    ------
    WebError
        ``WEB-121``: no e-mail address. ``WEB-122``: somebody with this address is here already.
        ``WEB-124``: there is an administrator already.
    """
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(email)
    except ValidationError:
        raise WebError(121, "this is no e-mail address.", "Write it as name@office.mn.", ("email",)) from None
    with acting(None, "nuudel admin create"):
        user = User.objects.filter(email=email.lower()).first()
        if user is not None and (user.has_usable_password() or Role.ADMINISTRATOR not in user.roles):
            raise WebError(
                122,
                "somebody with this address is here already.",
                "Let an administrator give that person the role, on the page of people.",
                ("email",),
            )
        if user is None and Posting.objects.filter(role=Role.ADMINISTRATOR).exists():
            raise WebError(
                124,
                "there is an administrator already.",
                "Let that person invite the next one, on the page of people.",
            )
        user = user or appoint(new_person(email, name, language))
        record("invite", "accounts.user", [user.pk], fields=["email", "name"])
        return invite(user, None)


def appoint(user: User) -> User:
    """Give the role of administrator, at the office of administration."""
    names = {f"name_{lang}": say("accounts.office", lang=lang) for lang in LANGUAGES}
    office, _ = Institution.objects.get_or_create(code=OFFICE, defaults=names)
    posting = Posting.objects.create(user=user, role=Role.ADMINISTRATOR, institution=office)
    record("create", "accounts.posting", [posting.pk])
    return user
