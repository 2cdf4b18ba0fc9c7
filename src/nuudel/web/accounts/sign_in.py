"""How people sign in: the settings of django-allauth, each with its reason."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from nuudel.base import settings as own
from nuudel.base.errors import WebError

TLS = own.value("NUUDEL_TLS").strip().lower() in {"yes", "1", "true", "on"}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# NIST SP 800-63B: length and a list of common passwords; no rules of composition, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"nuudel.web.accounts.passwords.{name}"}
    for name in ("LongEnough", "NotCommon", "NotYourName", "NotMonotonous")
]
PASSWORD_RESET_TIMEOUT = 3600  # a link in a mailbox is as good as the password

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work"
ACCOUNT_LOGOUT_REDIRECT_URL = "root"
ACCOUNT_ADAPTER = "nuudel.web.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# The password once, with a button that shows it: what people type twice they paste.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "nuudel.web.accounts.name_form.NameForm"
ACCOUNT_FORMS = {
    "change_password": "nuudel.web.accounts.forms.ChangeForm",
    "set_password": "nuudel.web.accounts.forms.SetForm",
    "reset_password_from_key": "nuudel.web.accounts.forms.ResetForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True  # how long is decided in `middleware`, not by a tick box
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
# The lock-out, counted in the cache that all workers share: per address and per account.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "10/m/ip",
    "reset_password": "10/m/ip,5/h/key",
    "reset_password_from_key": "10/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TLS else 0  # the server that ends TLS writes X-Forwarded-For

MFA_ADAPTER = "nuudel.web.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "nuudel.web.accounts.factors.CodeForm",
    "reauthenticate": "nuudel.web.accounts.factors.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones are up to 30 seconds off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS

SESSION_COOKIE_AGE = 30 * 24 * 3600  # the longest that any session lives; see `middleware`


def national_sign_on() -> list[dict[str, object]]:
    """The OpenID Connect service that the settings name; empty where there is none.

    Raises
    ------
    WebError
        ``WEB-127`` where it is not reached over TLS: the tokens are taken from the service itself, so that
        TLS is what vouches for them (OpenID Connect Core 1.0, 3.1.3.7).
    """
    issuer = own.value("NUUDEL_OIDC_ISSUER").rstrip("/")
    if not issuer:
        return []
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        raise WebError(
            127,
            "the address of the single sign-on service does not begin with https.",
            "Set NUUDEL_OIDC_ISSUER to its https address: what it answers is trusted.",
            ("NUUDEL_OIDC_ISSUER",),
        )
    secret = own.value("NUUDEL_OIDC_SECRET_FILE")
    return [
        {
            "provider_id": "national",
            "name": "national",
            "client_id": own.value("NUUDEL_OIDC_CLIENT"),
            "secret": Path(secret).read_text("utf-8").strip() if secret else "",
            "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
        }
    ]


SOCIALACCOUNT_ADAPTER = "nuudel.web.accounts.adapters.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": national_sign_on()}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5


def mail_settings(address: str, folder: Path) -> dict[str, object]:
    """Where mail goes: the server of ``smtp(s)://user:password@host:port``, else files in a folder."""
    if not address:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    parts = urlsplit(address)
    over_tls = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if over_tls else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": over_tls,
        "EMAIL_USE_TLS": not over_tls and bool(parts.username),
        "EMAIL_TIMEOUT": 10,
    }


globals().update(mail_settings(own.value("NUUDEL_MAIL"), own.data_folder() / "mail"))
DEFAULT_FROM_EMAIL = own.value("NUUDEL_MAIL_FROM")
