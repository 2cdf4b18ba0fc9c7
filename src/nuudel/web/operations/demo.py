"""The demonstration: one person per role and synthetic records, each marked as such."""

import importlib
import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

from nuudel.base import settings
from nuudel.domains import DOMAINS
from nuudel.web.access.roles import Role

PLACES = {Role.REGISTRAR: "MN81", Role.FIELD_ENUMERATOR: "MN81", Role.CASE_WORKER: "MN11"}
"""Where a role of the demonstration works, if not everywhere."""


def password_file() -> Path:
    return settings.data_folder() / "demo-password"


def demo_password() -> str:
    """The one password of all demonstration people, made at the first start."""
    path = password_file()
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(12))
    return path.read_text("ascii")


def people() -> list[Role]:
    return [role for role in Role if role is not Role.SERVICE]


def address_of(role: Role) -> str:
    return f"{role.value.replace('_', '-')}@example.org"


def sign_in_table() -> list[str]:
    """Lines that say how to sign in as each role."""
    return [f"{address_of(role):<32} {demo_password()}" for role in people()]


def make_demo() -> None:
    """Make people and records where there are none yet."""
    from nuudel.web.accounts.models import Institution, User

    if User.objects.filter(synthetic=True).exists():
        return
    office, _ = Institution.objects.get_or_create(
        code="demo-office",
        defaults={"name_mn": "Жишээ газар", "name_en": "Example office", "synthetic": True},
    )
    users = {role: make_person(role, office) for role in people()}
    for name in DOMAINS:
        if importlib.util.find_spec(f"nuudel.domains.{name}.demo"):
            importlib.import_module(f"nuudel.domains.{name}.demo").make_demo(users, office)


def make_person(role: Role, office: Any) -> Any:
    from allauth.account.models import EmailAddress

    from nuudel.web.accounts.models import Posting, User

    title = role.value.replace("_", " ").capitalize()
    user = User.objects.create_user(
        address_of(role), demo_password(), name=f"{title} (жишээ)", synthetic=True
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    # As the owner: in the application's own name nobody is given a role (accounts, migration 0003).
    named = {"user_id": user.pk, "institution_id": office.pk, "place": PLACES.get(role, "")}
    Posting.objects.using("owner").create(role=role, **named)
    return user
