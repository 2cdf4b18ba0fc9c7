"""All addresses; each app has its own list, and each route a rule (see ``web.access.routes``)."""

import importlib.util

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.utils.translation import get_language_from_request

from nuudel.domains import DOMAINS


def root(request: HttpRequest) -> HttpResponse:
    """The first page in the browser's language."""
    response = HttpResponseRedirect(f"/{get_language_from_request(request)}/")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def apps_with_urls() -> list[str]:
    """Apps that have addresses under a language."""
    return [
        name
        for name in ("explorer", "pages", "accounts", "api", "shell", "audit", "nodes")
        if importlib.util.find_spec(f"nuudel.web.{name}.urls")
    ]


urlpatterns = [
    path("", root, name="root"),
    *(
        path("", include(f"nuudel.web.{name}.plain_urls"))
        for name in ("operations", "explorer", "nodes", "api")
        if importlib.util.find_spec(f"nuudel.web.{name}.plain_urls")
    ),
    # Addresses of a domain that programs ask, such as those of phones; they have no language.
    *(
        path("", include(f"nuudel.domains.{name}.plain_urls"))
        for name in DOMAINS
        if importlib.util.find_spec(f"nuudel.domains.{name}.plain_urls")
    ),
    *i18n_patterns(
        *(path("", include(f"nuudel.web.{name}.urls")) for name in apps_with_urls()),
        *(path(f"desk/{name}/", include(f"nuudel.domains.{name}.urls")) for name in DOMAINS),
        # Short addresses that stand on paper, such as that which verifies a certificate.
        *(
            path("", include(f"nuudel.domains.{name}.public_urls"))
            for name in DOMAINS
            if importlib.util.find_spec(f"nuudel.domains.{name}.public_urls")
        ),
    ),
]

handler400 = "nuudel.web.refusals.bad_request"
handler403 = "nuudel.web.refusals.permission_denied"
handler404 = "nuudel.web.refusals.not_found"
handler500 = "nuudel.web.refusals.server_error"
