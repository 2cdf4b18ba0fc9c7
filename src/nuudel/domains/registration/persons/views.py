"""The part's own pages: looking somebody up, the photo, the account that a person reads the record with."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nuudel.base.errors import WebError
from nuudel.domains.registration import kinds
from nuudel.domains.registration.persons.accounts import AccountForm, UnlinkForm, link, unlink
from nuudel.domains.registration.persons.look_up import ASKED, Found, LookUpForm, look_up
from nuudel.domains.registration.persons.photo import image_of, keep_photo
from nuudel.web.access.decisions import demand
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.here import is_node
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.views.asked import record_or_404, shown_or_sent, user_of
from nuudel.web.words import say

DOMAIN, KIND = "registration", "person"
SANDBOX = "default-src 'none'; sandbox"


@shown_or_sent
def find(request: HttpRequest) -> HttpResponse:
    """Look somebody up by number or by name; what is typed is never part of an address."""
    user = user_of(request)
    demand(user, kinds.PERSON, "look_up")
    form = LookUpForm(request.POST if request.method == "POST" else None, auto_id="%s")
    found: list[Found] | None = None
    if request.method == "POST" and form.is_valid():
        if ASKED.take(str(user.pk)):
            form.add_error(None, say("registration.look_up.too_often"))
        else:
            found = look_up(user, form.asked())
            if not found and is_node():
                form.add_error(None, say("registration.look_up.not_here"))
    shown: dict[str, Any] = {"form": form, "found": found, "record_type": record_types()[kinds.PERSON]}
    return render(
        request, "registration/look_up.html", shown, status=422 if found is None and form.errors else 200
    )


@require_safe
def photo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The photo, shown in the person's page."""
    _, person = record_or_404(request, DOMAIN, KIND, pk)
    found = image_of(person)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    note_audit("read", kinds.PERSON, [person.pk], ["photo"])
    response = HttpResponse(found[0], content_type=found[1])
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def photo_send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a photo."""
    _, person = record_or_404(request, DOMAIN, KIND, pk)
    user = user_of(request)
    demand(user, kinds.PERSON, "change", person)
    upload = request.FILES.get("photo")
    try:
        if upload is None:
            raise WebError(225, "no file was sent.", "Choose a file.", ("photo",))
        keep_photo(user, person, upload)  # type: ignore[arg-type]
    except WebError as error:
        shown = {"person": person, "error": say(f"registration.photo.error_{error.code[-3:]}")}
        return render(request, "registration/photo_refused.html", shown, status=422)
    return redirect("record", DOMAIN, KIND, pk)


@shown_or_sent
def account(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a person, once identified, read the own record with the own account; or no longer."""
    writing = request.method == "POST"
    _, found = record_or_404(request, DOMAIN, KIND, pk, to_change=writing)
    person: Any = found
    user = user_of(request)
    demand(user, kinds.PERSON, "link_account", person)
    has_account = person.holder_id is not None
    form = (UnlinkForm if has_account else AccountForm)(request.POST if writing else None, auto_id="%s")
    shown = {"person": person, "form": form, "has_account": has_account}
    if not writing:
        return render(request, "registration/account.html", shown)
    if form.is_valid():
        try:
            if isinstance(form, UnlinkForm):
                unlink(user, person, form.cleaned_data["reason"])
            else:
                link(user, person, form.cleaned_data["email"], form.cleaned_data["identified_by"])
        except WebError as error:
            form.add_error(error.fields[0], say(f"registration.account.error_{error.fields[-1]}"))
        else:
            return redirect("record", DOMAIN, KIND, pk)
    return render(request, "registration/account.html", shown, status=422)
