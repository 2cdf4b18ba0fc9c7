"""Sign-ins, sign-outs, failed sign-ins, changes of passwords and of second factors get into the audit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from nuudel.base.errors import WebError
from nuudel.web.access.context import acting, become, current
from nuudel.web.audit.log import record
from nuudel.web.audit.refusals import FAILED_SIGN_IN

if TYPE_CHECKING:
    from nuudel.web.accounts.models import User

CHANGES = {
    account.password_set: "password_set",
    account.password_changed: "password_changed",
    account.password_reset: "password_reset",
    account.email_changed: "address_changed",
    account.email_added: "address_added",
    account.email_removed: "address_removed",
    factors.authenticator_added: "factor_added",
    factors.authenticator_removed: "factor_removed",
    factors.authenticator_reset: "factor_reset",
}


def note(action: str, user: "User | None", acts: bool, fields: Iterable[str] = ()) -> None:
    """An entry about an account: in the running context, else in one of its own.

    Parameters
    ----------
    acts
        Whether the user is the one who acts; a failed sign-in is nobody's act.
    """
    ids = [user.pk] if user else []
    try:
        context = current()
    except WebError:
        with acting(user if acts else None, action):
            record(action, "accounts.user", ids, fields)
        return
    if acts and user is not None and context.user is None:
        become(user)
    record(action, "accounts.user", ids, fields)


@receiver(user_logged_in)
def signed_in(user: "User", **_: Any) -> None:
    note("sign_in", user, acts=True)


@receiver(user_logged_out)
def signed_out(user: "User | None", **_: Any) -> None:
    if user is not None:
        note("sign_out", user, acts=True)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Never with what was typed: only the account that it was tried for, where there is one."""
    from nuudel.web.accounts.models import User

    typed = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=typed).first() if typed else None
    failed(user, request)


@receiver(factors.authentication_failed)
def factor_failed(user: "User", request: HttpRequest | None = None, **_: Any) -> None:
    failed(user, request)


def failed(user: "User | None", request: HttpRequest | None) -> None:
    note("sign_in_failed", user, acts=False)
    if request is not None:  # should the answer undo the transaction, it is written after
        setattr(request, FAILED_SIGN_IN, str(user.pk) if user else "")


def changed(signal: Any, user: "User", **_: Any) -> None:
    note(CHANGES[signal], user, acts=True)


for _signal in CHANGES:
    _signal.connect(changed, dispatch_uid="nuudel.audit")
