"""The people of a place, with which a node lets them sign in; and what it makes of them.

Only postings at the place or below go to a node: of somebody who works elsewhere too nothing of that goes.
Passkeys do not go: they hold for the centre's address alone.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils.timezone import localdate

from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.accounts.secrets import hide, show
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.changes import institutions, places_below
from nuudel.web.nodes.models import KnownPerson, Node
from nuudel.web.nodes.wire import digest_of

OWNER = "owner"
NO_PASSWORD = "!"  # noqa: S105  no password gives this hash
TOTP = Authenticator.Type.TOTP


def people_of(node: Node, have: str) -> dict[str, Any]:
    """Who works at a node's place; without them where the node has the same ones already."""
    below = places_below(node.place)
    rows = Posting.objects.filter(place__in=below, user__is_active=True).select_related("user", "institution")
    today = localdate()
    found: dict[int, dict[str, Any]] = {}
    for posting in rows.order_by("pk"):
        if posting.holds(today):
            told = found.setdefault(posting.user_id, person_told(posting.user))
            told["postings"].append(posting_told(posting))
    people = list(found.values())
    digest = digest_of(people)
    if digest == have:
        return {"digest": digest, "people": None, "institutions": []}
    note_audit("export", "accounts.user", list(found), ["password"], f"node {node}")
    return {"digest": digest, "people": people, "institutions": institutions()}


def person_told(user: User) -> dict[str, Any]:
    factor = Authenticator.objects.filter(user=user, type=TOTP).first()
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "synthetic": user.synthetic,
        "password": user.password,
        "verified": EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists(),
        "totp": show(factor.data["secret"]) if factor is not None else None,
        "postings": [],
    }


def posting_told(posting: Posting) -> dict[str, Any]:
    return {
        "role": posting.role,
        "institution": posting.institution.code,
        "place": posting.place,
        "valid_from": posting.valid_from,
        "valid_to": posting.valid_to,
    }


def take_institutions(rows: list[dict[str, Any]]) -> None:
    """On a node: the centre's institutions, as the owner."""
    for row in rows:
        named = {name: row[name] for name in ("name_mn", "name_en", "place", "synthetic")}
        Institution.objects.using(OWNER).update_or_create(code=row["code"], defaults=named)


def take_people(rows: list[dict[str, Any]]) -> None:
    """On a node: these people and no others sign in here, as the owner."""
    for row in rows:
        user = account_of(int(row["id"]), str(row["name"]))
        for name in ("email", "name", "language", "synthetic", "password"):
            setattr(user, name, row[name])
        user.is_active = True
        user.save(using=OWNER)
        take_address(user, bool(row["verified"]))
        take_factor(user, row["totp"])
        Posting.objects.using(OWNER).filter(user_id=user.pk).delete()
        for posting in row["postings"]:
            take_posting(user, posting)
    here = KnownPerson.objects.using(OWNER).filter(centre_id__in=[int(row["id"]) for row in rows])
    others = KnownPerson.objects.using(OWNER).exclude(pk__in=here.values("pk")).values("user_id")
    Posting.objects.using(OWNER).filter(user_id__in=others).delete()
    User.objects.using(OWNER).filter(pk__in=others).update(is_active=False, password=NO_PASSWORD)


def account_of(centre_id: int, name: str) -> User:
    """The account that stands for a person of the centre; made where it is missing."""
    known = KnownPerson.objects.using(OWNER).filter(centre_id=centre_id).select_related("user").first()
    if known is not None:
        return known.user
    stands_for = User(
        email=f"person-{centre_id}@centre.invalid",
        name=name,
        password=NO_PASSWORD,
        is_active=False,
    )
    stands_for.save(using=OWNER)
    KnownPerson(centre_id=centre_id, user=stands_for).save(using=OWNER)
    return stands_for


def take_address(user: User, verified: bool) -> None:
    EmailAddress.objects.using(OWNER).filter(user_id=user.pk).exclude(email=user.email).delete()
    told = {"verified": verified, "primary": True}
    EmailAddress.objects.using(OWNER).update_or_create(user_id=user.pk, email=user.email, defaults=told)


def take_factor(user: User, seed: str | None) -> None:
    """The app with codes, its seed hidden with this installation's key."""
    rows = Authenticator.objects.using(OWNER).filter(user_id=user.pk, type=TOTP)
    there = rows.first()
    if seed is None:
        rows.delete()
    elif there is None:
        Authenticator.objects.using(OWNER).create(user_id=user.pk, type=TOTP, data={"secret": hide(seed)})
    elif show(there.data["secret"]) != seed:
        rows.update(data={"secret": hide(seed)})


def take_posting(user: User, row: Mapping[str, Any]) -> None:
    office = Institution.objects.using(OWNER).get(code=row["institution"])
    Posting.objects.using(OWNER).create(
        user_id=user.pk,
        role=row["role"],
        institution_id=office.pk,
        place=row["place"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )
