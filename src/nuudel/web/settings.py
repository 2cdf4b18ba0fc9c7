"""Django's settings, from the project's own list of settings (``nuudel.base.settings``) and the key files."""

from pathlib import Path

from nuudel.base import settings as own
from nuudel.domains import DOMAINS
from nuudel.web.access.tables import APPS
from nuudel.web.logs import logging_settings
from nuudel.web.operations.database import django_database
from nuudel.web.operations.keys import read_key

ROOT = Path(__file__).parent


def yes(name: str) -> bool:
    return own.value(name).strip().lower() in {"yes", "1", "true", "on"}


SECRET_KEY = read_key("django").hex()
DEBUG = False
DEMO = yes("NUUDEL_DEMO")
TLS = yes("NUUDEL_TLS")
ALLOWED_HOSTS = [host.strip() for host in own.value("NUUDEL_HOSTS").split(",") if host.strip()]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "nuudel.web.apps.WebConfig",
    *(f"nuudel.web.{app}.apps.{app.capitalize()}Config" for app in APPS),
    *(f"nuudel.domains.{name}" for name in DOMAINS),
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "nuudel.web.operations.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "nuudel.web.headers.HeadersMiddleware",
    "nuudel.web.limits.LimitsMiddleware",
    "nuudel.web.api.middleware.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nuudel.web.pages.kept.KeptPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuudel.web.accounts.middleware.SignedInMiddleware",
    "nuudel.web.access.middleware.ActingMiddleware",
]

ROOT_URLCONF = "nuudel.web.urls"
WSGI_APPLICATION = "nuudel.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# The application's connection, and the owner's, which only migrations use.
DATABASES = {
    "default": django_database(own.value("DATABASE_URL")),
    "owner": django_database(own.value("NUUDEL_OWNER_DATABASE_URL") or own.value("DATABASE_URL")),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# One cache for all worker processes: rate limits must count what every worker sees.
# Room for all of them: where it is full, Django removes entries that still count, and with 300 (its own
# limit) anybody could empty the counts of others by failing under a few hundred names.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Jobs are in the module `jobs` of each app.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LANGUAGE_CODE = "mn"
LANGUAGES = [("mn", "Монгол"), ("en", "English")]
TIME_ZONE = "Asia/Ulaanbaatar"
USE_TZ = True

STATIC_URL = "/static/"
# Built by the installation (hatch_build.py); those of other packages are found where they lie.
STATIC_ROOT = ROOT / "static"
MEDIA_ROOT = own.data_folder() / "attachments"
WHITENOISE_USE_FINDERS = True
# Names of built files hold a hash of their content.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/nuudel/assets/"
WHITENOISE_AUTOREFRESH = False

AUTH_USER_MODEL = "accounts.User"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # a monitor on this machine asks without TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FILES = 130  # phones send up to 101 with one submission
CSRF_FAILURE_VIEW = "nuudel.web.refusals.csrf_failure"
LOGGING = logging_settings()

from nuudel.web.accounts.sign_in import *  # noqa: E402, F403  the settings of allauth, with their reasons
