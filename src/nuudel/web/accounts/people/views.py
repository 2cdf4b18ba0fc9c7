"""People, postings and institutions. All of it is audited; nobody changes their own postings."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from nuudel.web.access.roles import Role
from nuudel.web.accounts.invitations import VALID_DAYS, new_person
from nuudel.web.accounts.invitations import invite as make_link
from nuudel.web.accounts.models import Institution, Posting, User
from nuudel.web.accounts.people.forms import InstitutionForm, InviteForm, PostingForm
from nuudel.web.audit.log import record
from nuudel.web.words import say

PAGE = 50
ONE_DAY = timedelta(days=1)


def persons() -> "QuerySet[User]":
    """Everybody but the system's own account, which nobody ever signs in with."""
    return User.objects.exclude(postings__role=Role.SERVICE)


def people(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, found by name or address."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    found = persons().order_by("name", "pk")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(email__icontains=asked))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("read", "accounts.user", [user.pk for user in page], fields=["name", "email"])
    return render(request, "people/list.html", {"page": page, "asked": asked})


def invite(request: HttpRequest) -> HttpResponse:
    """Invite a person: an account, a posting, and a link by mail that is also shown once."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        user = new_person(entered["email"], entered["name"], entered["language"])
        posting = Posting.objects.create(user=user, **form.posting())
        record("invite", "accounts.user", [user.pk], fields=["email", "name"])
        record("create", "accounts.posting", [posting.pk], fields=list(form.posting()))
        return show_link(request, user)
    return render(request, "people/invite.html", {"form": form})


def show_link(request: HttpRequest, user: User) -> HttpResponse:
    """Send the link, and show it to the administrator this once."""
    address = request.build_absolute_uri(make_link(user, request.user))  # type: ignore[arg-type]
    slots = {"link": address, "days": VALID_DAYS}
    send_mail(
        say("accounts.mail.invitation.subject", lang=user.language),
        "\n\n".join(
            say(key, lang=user.language, **slots)
            for key in ("accounts.mail.greeting", "accounts.mail.invitation.body", "accounts.mail.end")
        ),
        None,
        [user.email],
    )
    return render(request, "people/link.html", {"person": user, "link": address, "days": VALID_DAYS})


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's postings; a new posting."""
    user = get_object_or_404(persons(), pk=pk)
    form = PostingForm(request.POST or None)
    if request.method == "POST":
        refuse_oneself(request, user)
        if form.is_valid():
            becomes_officer = not user.is_officer and form.posting()["role"] != Role.CITIZEN
            posting = Posting.objects.create(user=user, **form.posting())
            record("create", "accounts.posting", [posting.pk], fields=list(form.posting()))
            if becomes_officer and user.has_usable_password():
                forget_ways_to_sign_in(user)
                return show_link(request, user)
            messages.success(request, say("accounts.notice.posting_made"))
            return redirect("person", pk)
    record("read", "accounts.user", [user.pk], fields=["name", "email"])
    postings = user.postings.select_related("institution").order_by("-valid_from", "-pk")
    today = timezone.localdate()
    shown = {
        "person": user,
        "postings": [(posting, posting.holds(today)) for posting in postings],
        "form": form,
        "oneself": user == request.user,
        "waiting": not user.has_usable_password(),
    }
    return render(request, "people/person.html", shown)


def forget_ways_to_sign_in(user: User) -> None:
    """Whoever becomes an officer begins anew, by a link to the address.

    Somebody else may have signed up with the address of a future officer and kept the password. A changed
    password also ends all sessions.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    record("reset", "accounts.user", [user.pk], fields=["password", "factors"])


def refuse_oneself(request: HttpRequest, user: User) -> None:
    """Nobody changes what they may do themselves: a second administrator must."""
    if user == request.user:
        raise PermissionDenied


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for a person who has no password yet."""
    user = get_object_or_404(persons(), pk=pk, is_active=True)
    refuse_oneself(request, user)
    if user.has_usable_password():
        return redirect("person", pk)
    record("invite", "accounts.user", [user.pk])
    return show_link(request, user)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a posting; it holds no longer from this moment."""
    given = Posting.objects.select_related("user").exclude(role=Role.SERVICE)
    posting = get_object_or_404(given, pk=pk)
    refuse_oneself(request, posting.user)
    posting.valid_to = timezone.localdate() - ONE_DAY
    posting.save(update_fields=["valid_to"])
    record("end", "accounts.posting", [posting.pk], fields=["valid_to"])
    messages.success(request, say("accounts.notice.posting_ended"))
    return redirect("person", posting.user_id)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Close or reopen an account; closing ends its sessions and its links at once."""
    user = get_object_or_404(persons(), pk=pk)
    refuse_oneself(request, user)
    user.is_active = not user.is_active
    user.save(update_fields=["is_active"])
    if not user.is_active:
        for session in UserSession.objects.filter(user=user):
            session.end()
        user.invitations.filter(used_at=None).update(expires_at=timezone.now())
    record("reopen" if user.is_active else "close", "accounts.user", [user.pk], fields=["is_active"])
    done = "person_reopened" if user.is_active else "person_closed"
    messages.success(request, say(f"accounts.notice.{done}"))
    return redirect("person", pk)


def institutions(request: HttpRequest) -> HttpResponse:
    """All institutions; a new one."""
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return save_institution(request, form)
    found = Institution.objects.order_by("name_mn")
    return render(request, "people/institutions.html", {"form": form, "institutions": found})


def institution(request: HttpRequest, code: str) -> HttpResponse:
    """Change an institution."""
    found = get_object_or_404(Institution, code=code)
    form = InstitutionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        return save_institution(request, form)
    return render(request, "people/institution.html", {"form": form, "institution": found})


def save_institution(request: HttpRequest, form: InstitutionForm) -> HttpResponse:
    saved = form.save()
    record("write", "accounts.institution", [saved.pk], fields=form.changed_data)
    messages.success(request, say("accounts.notice.saved"))
    return redirect("institutions")
