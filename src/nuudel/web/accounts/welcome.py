"""The page an invitation leads to: the person sets a first password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nuudel.web.accounts import invitations
from nuudel.web.accounts.forms import PasswordForm
from nuudel.web.audit.log import record
from nuudel.web.words import say


def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the first password; a link that was used or is too old says so and nothing else."""
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "account/welcome_over.html", status=410)
    form = PasswordForm(request.POST or None, user=invitation.user)
    if request.method == "POST" and form.is_valid():
        user = invitations.accept(invitation, form.cleaned_data["password1"])
        record("accept_invitation", "accounts.user", [user.pk], fields=["password"])
        messages.success(request, say("accounts.notice.password_set"))
        return redirect("account_login")
    return render(request, "account/welcome.html", {"form": form, "person": invitation.user})
