"""Each request in one transaction, in the name of who signed in, if the route's rule admits that person.

Responses of 400 and more roll back: a refused request leaves nothing behind.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from nuudel.web.access.context import Context, acting
from nuudel.web.access.routes import Rule
from nuudel.web.access.tables import route_tables

REFUSED = Rule(roles=frozenset(), record_type="")
AFTER_REFUSAL: list[Callable[[HttpRequest, HttpResponse, Context | None], None]] = []
"""Called once a request was refused (400 and more) and undone, with the context in which it ran, if one."""


class ActingMiddleware:
    """Opens the transaction before the view and closes it after the response is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as stack:
            request.nuudel_stack = stack  # type: ignore[attr-defined]
            response = self.get_response(request)
            opened = hasattr(request, "nuudel_context")
            if opened and response.status_code >= 400:
                transaction.set_rollback(True)
        if response.status_code >= 400:
            for hook in AFTER_REFUSAL:
                hook(request, response, getattr(request, "nuudel_context", None))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        rule = route_tables().get(name) or namespaced(name)
        if rule is None:
            raise PermissionDenied(f"no table names the route {name}")
        if rule.public and not rule.database:
            return None
        user = request.user if request.user.is_authenticated else None
        opening = acting(user, name, uuid.uuid4().hex)
        request.nuudel_context = request.nuudel_stack.enter_context(opening)  # type: ignore[attr-defined]
        roles = user.roles if user else frozenset()
        if rule.admits(user is not None, roles):
            return None
        if user is None and not request.path.startswith("/api/"):
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied


def namespaced(name: str) -> Rule | None:
    """The rule of a whole namespace, declared as ``namespace:*``."""
    namespace = name.rpartition(":")[0]
    return route_tables().get(f"{namespace}:*") if namespace else None
