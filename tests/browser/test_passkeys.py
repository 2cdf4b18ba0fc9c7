"""Keys and passkeys: the whole exchange between browser and server, with Chromium's own authenticator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nuudel.web.access.roles import Role
from nuudel.web.testing import PASSWORD, user_with

from .visitors import Visitor

KEY_NAME = "Tuya's phone"


@pytest.fixture
def officer_at_work(visit: Callable[..., Visitor], service: str) -> Visitor:
    """An officer with an app; keys are bound to a name, and an address in numbers is none."""
    visitor = visit(site=service.replace("127.0.0.1", "localhost"))
    visitor.user = user_with(Role.REGISTRAR, place="MN81")  # type: ignore[attr-defined]
    visitor.sign_in(visitor.user)  # type: ignore[attr-defined]
    return visitor


@contextmanager
def authenticator(visitor: Visitor, *, passkeys: bool) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A key of the browser, whose holder agrees to everything; yields what it keeps.

    One that makes passkeys knows its holder, by finger or face; the other only notes that somebody is there.
    """
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal" if passkeys else "usb",
        "hasResidentKey": passkeys,
        "hasUserVerification": passkeys,
        "isUserVerified": passkeys,
        "automaticPresenceSimulation": True,
    }
    made = {
        "authenticatorId": session.send("WebAuthn.addVirtualAuthenticator", {"options": kind})[
            "authenticatorId"
        ]
    }
    yield lambda: session.send("WebAuthn.getCredentials", made)["credentials"]
    session.send("WebAuthn.removeVirtualAuthenticator", made)


def add_key(visitor: Visitor, *, passkey: bool) -> None:
    """From the page of factors to a new key, by the browser's dialogue."""
    visitor.open("mfa_index")
    visitor.follow(visitor.say("accounts.factors.key_add"))
    visitor.confirm()
    visitor.write({"key_name": KEY_NAME}, "accounts.field")
    visitor.field(visitor.say("accounts.field.passwordless")).set_checked(passkey)
    visitor.press(visitor.say("accounts.factors.key_add_button"))
    visitor.reads(visitor.say("accounts.notice.webauthn_added"))


def test_a_passkey_signs_in_alone(officer_at_work: Visitor) -> None:
    """No password and no code is asked for: the key has verified who holds it."""
    officer = officer_at_work
    with authenticator(officer, passkeys=True) as kept:
        add_key(officer, passkey=True)
        (credential,) = kept()
        assert credential["isResidentCredential"]
        assert credential["rpId"] == "localhost"
        officer.sign_out()
        officer.open("account_login")
        officer.press(officer.say("accounts.sign_in.passkey"))
        officer.is_at_work()
        (used,) = kept()
        assert used["signCount"] > credential["signCount"]
        officer.open("mfa_list_webauthn")
        officer.reads(KEY_NAME, officer.say("accounts.factors.key_passkey"))
        officer.reads_nothing_of(officer.say("accounts.factors.key_never"))


def test_the_last_factor_stays(officer_at_work: Visitor) -> None:
    officer = officer_at_work
    with authenticator(officer, passkeys=True):
        add_key(officer, passkey=True)
        officer.open("mfa_index")
        officer.follow(officer.say("accounts.factors.app_remove"))
        officer.press(officer.say("accounts.factors.app_remove"))
        officer.reads(officer.say("accounts.notice.totp_deactivated"))
        remove_key(officer)
        officer.reads(officer.say("accounts.error.cannot_delete_authenticator"))
        officer.open("mfa_list_webauthn")
        officer.reads(KEY_NAME)
        officer.open("mfa_index")
        officer.set_up_app()
        remove_key(officer)
        officer.reads(officer.say("accounts.notice.webauthn_removed"))
        officer.open("mfa_list_webauthn")
        officer.reads(officer.say("accounts.factors.keys_none"))
        officer.sign_out()
        officer.open("account_login")


def remove_key(visitor: Visitor) -> None:
    visitor.open("mfa_list_webauthn")
    visitor.follow(visitor.say("accounts.factors.key_remove"))
    visitor.press(visitor.say("accounts.factors.key_remove"))


def test_a_key_is_the_second_step(officer_at_work: Visitor) -> None:
    """A key that does not know its holder opens nothing by itself, but stands for the code."""
    officer = officer_at_work
    user = officer.user  # type: ignore[attr-defined]
    with authenticator(officer, passkeys=False) as kept:
        add_key(officer, passkey=False)
        assert not kept()[0]["isResidentCredential"]
        officer.sign_out()
        officer.open("account_login")
        officer.enter(user.email, PASSWORD)
        officer.heading(officer.say("accounts.factors.challenge_title"))
        officer.press(officer.say("accounts.factors.use_key"))
        officer.is_at_work()
