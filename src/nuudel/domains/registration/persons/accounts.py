"""Which account a person reads the own record with: linked by an officer who has identified the person."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from nuudel.base.errors import WebError
from nuudel.domains.registration.kinds import PERSON
from nuudel.domains.registration.models import Person
from nuudel.domains.registration.models.persons import NO_LONGER
from nuudel.domains.registration.persons.holding import hold
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Posting, User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.words import say

IDENTIFIED_BY = ("identity_card", "passport", "witnesses")
PROBLEMS = {
    "unknown": "no citizen has an account with this address.",
    "taken": "the account belongs to another person of the register.",
    "own": "nobody links a record to the own account.",
    "not_living": "the person's record is closed.",
}


class AccountForm(forms.Form):
    """The account's address, and how the person was identified."""

    email = forms.EmailField()
    identified_by = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = say("registration.account.email")
        self.fields["email"].help_text = say("registration.account.hint_email")
        how = self.fields["identified_by"]
        assert isinstance(how, forms.ChoiceField)
        how.label = say("registration.account.identified_by")
        how.choices = [(code, say(f"registration.identified_by_code.{code}")) for code in IDENTIFIED_BY]


class UnlinkForm(forms.Form):
    """Why the account is no longer linked."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label = say("registration.account.reason")


def refused(why: str, field: str = "email") -> WebError:
    return WebError(403, PROBLEMS[why], "Ask the person for the address, or unlink first.", (field, why))


def link(user: User, person: Person, email: str, identified_by: str) -> None:
    """Link a locked person to a citizen's account; what is about the person follows.

    Raises
    ------
    WebError
        ``WEB-403``: no citizen has the address, the account is another person's or the officer's own, the
        record is closed.
    """
    account = citizen_with(email)
    if account is None:
        raise refused("unknown")
    if account.pk == user.pk:
        raise refused("own")
    if person.state != "living":
        raise refused("not_living")
    # Two officers who link the same account wait for each other here.
    User.objects.select_for_update().get(pk=account.pk)
    with service_rights():
        taken = (
            Person.objects.filter(holder=account).exclude(state__in=NO_LONGER).exclude(pk=person.pk).exists()
        )
    if taken:
        raise refused("taken")
    hold(user, person, account, say("registration.account.linked_by", how=say_how(identified_by)))


def unlink(user: User, person: Person, reason: str) -> None:
    """The account reads the record no longer, nor those that were merged into it."""
    with service_rights():
        merged = Person.objects.filter(merged_into=person, holder_id=person.holder_id)
        keys = list(merged.exclude(holder=None).values_list("pk", flat=True))
    for one in records.locked(record_types()[PERSON], keys):
        assert isinstance(one, Person)
        unlink(user, one, reason)
    hold(user, person, None, reason)


def say_how(identified_by: str) -> str:
    return say(f"registration.identified_by_code.{identified_by}")


def citizen_with(email: str) -> User | None:
    """The active account of an address that has the role of a citizen."""
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        return None
    today = localdate()
    postings = Posting.objects.filter(user=found, role=Role.CITIZEN)
    return found if any(posting.holds(today) for posting in postings) else None
