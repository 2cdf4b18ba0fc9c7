"""A program that calls the API with a token, for the tests."""

import json
import uuid
from typing import Any

from nuudel.web.access.context import acting

BASE = "/api/v1/records/exercise.record"
NOTE = "УБ00112233"  # stands for personal data: it must not be found where it does not belong


class Caller:
    """A program with a token."""

    def __init__(self, user: Any, *scopes: str) -> None:
        from django.test import Client

        from nuudel.web.api.tokens import make_token

        self.user = user
        self.client = Client(raise_request_exception=False)
        wanted = scopes or ("exercise.record:read", "exercise.record:write")
        with acting(user, "test"):
            self.token, self.text = make_token(user, "test", wanted, 30)

    def ask(self, method: str, address: str = "", body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {self.text}", "accept-language": "en"} | named
        where = address if address.startswith("/api") else f"{BASE}{address}"
        kind = "application/json"
        return self.client.generic(method, where, content if body is not None else b"", kind, headers=sent)

    def write(self, method: str, address: str, body: Any, key: str = "", **headers: str) -> Any:
        return self.ask(method, address, body, idempotency_key=key or uuid.uuid4().hex, **headers)

    def make(self, title: str = "One", place: str = "MN81", key: str = "", note: str = NOTE) -> Any:
        return self.write("POST", "", {"place": place, "title": title, "note": note}, key)


def code_of(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    assert NOTE not in response.content.decode()
    return response.status_code, json.loads(response.content)["code"]
